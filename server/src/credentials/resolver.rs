//! The resolver: the one way from a reference to a value in clear. Every use is on record before it
//! returns; a use that cannot be recorded does not happen.

use std::sync::Arc;
use std::time::Duration;

use contract::accounts::Resource;
use contract::api::NamedRecord;
use contract::credentials::{CredentialId, ReferrerKind};
use contract::secret::SecretValue;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::committer::{self, Job};
use super::rate::Rate;
use super::session_watch::SessionWatch;
use super::switch;
use crate::destination::Destination;
use crate::http::{ApiError, CREDENTIAL_POINTER, Principal, SessionEnd};
use crate::infra::Infra;
use crate::metrics::Metrics;
use crate::references::Allow;
use crate::vault::{Sealed, VaultError};

/// How long a use waits for its record.
const PATIENCE: Duration = Duration::from_secs(2);
/// Uses that may wait for the committer before new ones are refused.
const QUEUE: usize = 1024;

/// Through what a credential is used.
#[derive(Clone, Debug)]
pub enum Referrer {
    /// A saved record: it must hold the reference, and the caller must be allowed to use it.
    Saved {
        /// What kind of record.
        kind: ReferrerKind,
        id: Uuid,
        name: String,
        /// Whether this is a test, which a record that is switched off allows to those who may change it.
        test: bool,
    },
    /// Something that is tried before it is saved: the caller must be allowed to use the credential itself.
    Unsaved {
        /// What kind of record it will be.
        kind: ReferrerKind,
        /// The saved record that it would change.
        id: Option<Uuid>,
        /// Its name, as far as it has one.
        name: Option<String>,
        /// What saving would add to the list, where the caller may change the credential.
        allow: Allow,
    },
    /// Nothing: the request names the credential itself. The caller must be allowed to use it, and the destination must
    /// be on its list.
    Direct {
        /// The kind of record that it takes the place of.
        kind: ReferrerKind,
    },
}

impl Referrer {
    /// Kind, id and name for the record of the use.
    pub(super) fn audit_fields(&self) -> (ReferrerKind, Option<Uuid>, Option<String>) {
        match self {
            Self::Saved { kind, id, name, .. } => (*kind, Some(*id), Some(name.clone())),
            Self::Unsaved { kind, id, name, .. } => (*kind, *id, name.clone()),
            Self::Direct { kind } => (*kind, None, None),
        }
    }
}

/// Who wants to use what, through what, and where it will go.
#[derive(Clone, Debug)]
pub struct UseRequest {
    /// Who triggers the use.
    pub principal: Principal,
    pub credential: CredentialId,
    pub referrer: Referrer,
    /// Where it will go: the address of the request.
    pub destination: Destination,
    /// The saved address that the request is below; what a refusal names.
    pub scope: Destination,
    /// What for, in a few words for the record.
    pub purpose: Option<String>,
    pub request_id: String,
}

/// A value in clear, for one destination.
#[derive(Debug)]
pub struct Resolved {
    pub id: CredentialId,
    /// Its name, for messages.
    pub name: String,
    /// Which version of the value.
    pub version: i64,
    pub value: SecretValue,
    /// The one destination that it may go to.
    pub destination: Destination,
}

/// Why a use was refused. Each names the credential where there is one.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ResolveError {
    /// The credential was deleted.
    #[error("the credential was deleted")]
    Deleted(NamedRecord),
    /// There never was such a credential.
    #[error("there is no such credential")]
    NotFound,
    /// The session that the use belongs to ended.
    #[error("the session ended")]
    SessionEnded(SessionEnd),
    /// The caller may not use it, is disabled, or the referrer does not hold the reference any more.
    #[error("the use is not allowed")]
    Forbidden(NamedRecord),
    /// The record that it is used through is switched off.
    #[error("the referrer is disabled")]
    Disabled,
    /// The credential may not go there.
    #[error("the destination is not allowed")]
    HostNotAllowed {
        /// The destination, as an entry of the list writes it.
        host: String,
        credential: NamedRecord,
    },
    /// The use could not be recorded.
    #[error("the audit trail cannot be written")]
    AuditUnavailable,
    /// This server lacks the key that wraps the value, or the one that chains the record.
    #[error("the keyring does not contain the key {0}")]
    KeyMissing(String),
    /// The stored version is not the one that the audit trail records.
    #[error("the stored version differs from the recorded one")]
    RolledBack(NamedRecord),
    /// The caller used credentials too often in the last second.
    #[error("too many uses in a second")]
    TooMany(u32),
    /// The value does not open.
    #[error("the value cannot be decrypted")]
    Vault,
}

impl ResolveError {
    /// The code for the audit trail: the slug of the problem.
    pub(super) fn slug(&self) -> &'static str {
        match self {
            Self::Deleted(_) => "credential-deleted",
            Self::NotFound => "not-found",
            Self::SessionEnded(_) => "session-ended",
            Self::Forbidden(_) => "forbidden",
            Self::Disabled => "disabled",
            Self::HostNotAllowed { .. } => "host-not-allowed",
            Self::AuditUnavailable => "audit-unavailable",
            Self::KeyMissing(_) => "key-missing",
            Self::RolledBack(_) => "credential-rolled-back",
            Self::TooMany(_) => "too-many-uses",
            Self::Vault => "internal",
        }
    }
}

impl From<ResolveError> for ApiError {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Deleted(credential) => Self::CredentialDeleted(credential),
            ResolveError::NotFound => Self::field(
                CREDENTIAL_POINTER,
                "unknown-credential",
                "This credential doesn't exist. Choose another one.",
            ),
            ResolveError::SessionEnded(end) => Self::SessionEnded(end),
            ResolveError::Forbidden(_) => Self::Forbidden,
            ResolveError::Disabled => Self::Disabled,
            ResolveError::HostNotAllowed { host, credential } => Self::HostNotAllowed { host, credential },
            ResolveError::AuditUnavailable => Self::AuditUnavailable,
            ResolveError::KeyMissing(key) => Self::KeyMissing(key),
            ResolveError::RolledBack(credential) => Self::CredentialRolledBack(credential),
            ResolveError::TooMany(per_second) => Self::TooManyUses { per_second },
            ResolveError::Vault => Self::Internal(anyhow::anyhow!("a stored value cannot be decrypted")),
        }
    }
}

/// What the committer found and recorded.
#[derive(Debug)]
pub(super) struct Granted {
    pub name: String,
    pub version: i64,
    pub sealed: Sealed,
}

/// Decrypts credentials for use.
#[derive(Clone, Debug)]
pub struct Resolver {
    base: Arc<Infra>,
    queue: mpsc::Sender<Job>,
    watch: SessionWatch,
    /// Asks the committer to end, and knows when it has.
    end: Arc<watch::Sender<bool>>,
    rate: Arc<Rate>,
}

impl Resolver {
    /// Starts the committer task; it ends when the last resolver is dropped.
    pub(super) fn start(base: Arc<Infra>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (end, asked) = watch::channel(false);
        tokio::spawn(committer::run(base.clone(), jobs, asked));
        Self {
            rate: Arc::new(Rate::new(base.quotas.uses_per_second)),
            watch: SessionWatch::new(&base),
            base,
            queue,
            end: Arc::new(end),
        }
    }

    /// How many uses wait for their record.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Takes no more uses, and waits until those that came are on record or refused.
    pub async fn drain(&self) {
        self.end.send_replace(true);
        self.end.closed().await;
    }

    /// Checks a use without a credential: session and permission of the caller, and the switch of the record, as they
    /// are now.
    ///
    /// # Errors
    /// [`ApiError::SessionEnded`], [`ApiError::Forbidden`], [`ApiError::Disabled`], [`ApiError::NotFound`].
    pub async fn permit(&self, principal: &Principal, referrer: &Referrer) -> Result<(), ApiError> {
        switch::permit(&self.base, principal, referrer).await
    }

    /// Runs an operation of the caller for as long as the session is live and the permission to use such records
    /// stands. An operation that loses them is dropped within a second, on every server.
    ///
    /// # Errors
    /// [`ApiError::SessionEnded`], [`ApiError::Forbidden`], and the errors of the operation.
    pub async fn while_allowed<T>(
        &self,
        principal: &Principal,
        resource: Resource,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        self.watch.run(principal, resource, work).await
    }

    /// Ends when an operation of the caller would be dropped; never for the command line.
    pub fn revoked(&self, principal: &Principal, resource: Resource) -> impl Future<Output = ()> + Send + use<> {
        self.watch.revoked(principal.clone(), resource)
    }

    /// Checks and records a use, then opens the value.
    ///
    /// # Errors
    /// [`ResolveError`]; a refusal is on record too.
    pub async fn resolve(&self, request: UseRequest) -> Result<Resolved, ResolveError> {
        // Counted here, where the caller gets its answer: the committer does not see those that the full queue refused,
        // nor those whose callers waited for too long.
        let mut counted = Counted {
            metrics: &self.base.metrics,
            refused: Some(ABANDONED),
        };
        let outcome = self.record_and_open(request).await;
        counted.refused = outcome.as_ref().err().map(ResolveError::slug);
        outcome
    }

    async fn record_and_open(&self, request: UseRequest) -> Result<Resolved, ResolveError> {
        if request.principal.user_id().is_some_and(|user| !self.rate.admits(user)) {
            // Neither queued nor recorded: a flood of requests must not take the turns of others.
            return Err(ResolveError::TooMany(self.rate.per_second()));
        }
        let (credential, destination) = (request.credential, request.destination.clone());
        let (answer, outcome) = oneshot::channel();
        let recorded = async {
            self.queue
                .send(Job { request, answer })
                .await
                .map_err(|_| ResolveError::AuditUnavailable)?;
            outcome.await.map_err(|_| ResolveError::AuditUnavailable)?
        };
        let granted = tokio::time::timeout(PATIENCE, recorded)
            .await
            .map_err(|_| ResolveError::AuditUnavailable)??;
        let value = self
            .base
            .vault
            .open_stored(&self.base.db, credential, granted.version, &granted.sealed)
            .await
            .map_err(|error| {
                tracing::error!(credential.id = %credential, error = %error, "a stored value cannot be decrypted");
                match error {
                    VaultError::UnknownKey(key) => ResolveError::KeyMissing(key),
                    VaultError::Db(_) => ResolveError::AuditUnavailable,
                    _ => ResolveError::Vault,
                }
            })?;
        Ok(Resolved {
            id: credential,
            name: granted.name,
            version: granted.version,
            value,
            destination,
        })
    }
}

/// The reason of a use whose caller went away before it was answered.
const ABANDONED: &str = "abandoned";

/// Counts a use when its caller gets the answer, or goes away.
struct Counted<'a> {
    metrics: &'a Metrics,
    refused: Option<&'static str>,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.metrics.used(self.refused);
    }
}
