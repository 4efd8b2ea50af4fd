//! Errors of the API: one enum, which `problem_document.rs` turns into problem documents (RFC 9457).

use chrono::{DateTime, Utc};
use contract::api::NamedRecord;
use contract::credentials::Reference;
use contract::problem::Violation;
use contract::users::Owned;

use super::SessionEnd;
use crate::config::Quota;
use crate::db::{DbError, is_unique_violation};
use crate::vault::VaultError;

/// Everything that an API route can refuse or fail with; `problem_kinds.rs` has status and slug of each variant.
/// No variant carries input: what a caller sent is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The body is not JSON. Tells the position only.
    #[error("malformed JSON at line {line}, column {column}")]
    Malformed {
        /// Line, from 1; 0 where the body is not UTF-8 or broke off.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A parameter that this list does not have, or a wrong content.
    #[error("bad query")]
    BadQuery(&'static str),
    /// Not a cursor of this list with this sort and search.
    #[error("bad cursor")]
    BadCursor,
    /// No session, or it has ended.
    #[error("no session")]
    Unauthorized,
    /// The session ended while its request was running.
    #[error("session ended")]
    SessionEnded(SessionEnd),
    /// Sign-in failed; the same for an unknown address.
    #[error("sign-in failed")]
    WrongPassword,
    /// Signed in, but the role does not allow it.
    #[error("forbidden")]
    Forbidden,
    /// An unsafe request, or one that uses a credential, from another site's page or as a visit.
    #[error("cross-site request")]
    CrossSite,
    /// Missing, or not readable for this caller.
    #[error("not found")]
    NotFound,
    /// The path has no such method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The answer of this action does not come as a stream of events.
    #[error("not streamed")]
    NotStreamed,
    /// A live record has this name.
    #[error("name taken")]
    NameTaken,
    /// Other records refer to the credential.
    #[error("in use")]
    InUse {
        /// The first references.
        references: Vec<Reference>,
        /// How many there are.
        total: i64,
    },
    /// The user owns something, and the request does not say what becomes of it.
    #[error("owns records")]
    OwnsRecords(Owned),
    /// Without this user, no active administrator would be left.
    #[error("last administrator")]
    LastAdministrator,
    /// Users cannot do this to their own account.
    #[error("own account")]
    OwnAccount,
    /// The record is switched off.
    #[error("disabled")]
    Disabled,
    /// The stored version of the value is not the one that the audit trail records.
    #[error("credential rolled back")]
    CredentialRolledBack(NamedRecord),
    /// The owner has as many records, or as large values, as one user may have.
    #[error("quota reached")]
    QuotaReached(Quota),
    /// The set-up link was used.
    #[error("setup link already used")]
    Spent,
    /// The link was used, has expired, or was replaced; the same for one that never was.
    #[error("link already used")]
    LinkSpent,
    /// Another user changed the record: the 412 for a stale `If-Match`.
    #[error("changed by someone else")]
    PreconditionFailed {
        /// Who.
        changed_by: String,
        /// When.
        changed_at: DateTime<Utc>,
    },
    /// The body is larger than any valid one.
    #[error("body too large")]
    TooLarge,
    /// Not `application/json`.
    #[error("not JSON")]
    UnsupportedMediaType,
    /// The request names a host that this server does not answer for.
    #[error("wrong host")]
    WrongHost,
    /// Well-formed, but rules are broken; all of them are listed.
    #[error("invalid input")]
    Invalid(Vec<Violation>),
    /// The destination is not on the credential's list.
    #[error("host not allowed")]
    HostNotAllowed {
        /// The destination, as an entry of the list would name it.
        host: String,
        /// The credential.
        credential: NamedRecord,
    },
    /// The reference is of a credential that is gone.
    #[error("credential deleted")]
    CredentialDeleted(NamedRecord),
    /// The caller may not use the credential that the request names.
    #[error("credential forbidden")]
    CredentialForbidden(NamedRecord),
    /// The value cannot be a header.
    #[error("value cannot be sent")]
    ValueNotSendable(NamedRecord),
    /// Too many tries. With Retry-After.
    #[error("throttled")]
    Throttled {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// The caller used credentials more often in a second than one user may. With Retry-After.
    #[error("too many uses")]
    TooManyUses {
        /// The limit.
        per_second: u32,
    },
    /// This caller runs as many operations as one may. With Retry-After.
    #[error("too many operations")]
    TooManyOperations {
        /// The most that one caller may run at once.
        limit: usize,
    },
    /// Too many operations run, or too much is being read from other servers. With Retry-After.
    #[error("too much load")]
    TooMuchAtOnce {
        /// A sentence, already redacted.
        detail: String,
    },
    /// The other server failed; the slug says how.
    #[error("upstream: {slug}")]
    Upstream {
        /// One of [`UPSTREAM_SLUGS`](super::UPSTREAM_SLUGS) or [`MODEL_SLUGS`](super::MODEL_SLUGS).
        slug: &'static str,
        /// A sentence, already redacted.
        detail: String,
    },
    /// The provider of a model takes no more requests for now; the slug is `rate-limited`. With Retry-After, where
    /// the provider says when.
    #[error("rate limited")]
    RateLimited {
        /// A sentence, already redacted.
        detail: String,
        /// Seconds to wait.
        retry_after: Option<u64>,
    },
    /// A fault of this program. The chain goes to the log.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
    /// As much of this work waits as the server can take.
    #[error("busy")]
    Busy,
    /// The database is gone or locked. With Retry-After.
    #[error("unavailable")]
    Unavailable(#[source] anyhow::Error),
    /// The disk of the database is full. With Retry-After.
    #[error("the disk of the database is full")]
    StorageFull(#[source] anyhow::Error),
    /// This server reads its database and cannot write to it. With Retry-After.
    #[error("the database cannot be written")]
    CannotWrite,
    /// The change was sent to the database, and its answer was lost.
    #[error("the outcome of a change is not known")]
    OutcomeUnknown(#[source] anyhow::Error),
    /// This server stops; the request was broken off. With Retry-After.
    #[error("the server is stopping")]
    Stopping,
    /// The use could not be recorded, so it did not happen. With Retry-After.
    #[error("the audit trail cannot be written")]
    AuditUnavailable,
    /// The keyring of this server lacks a key that the database needs. With Retry-After.
    #[error("the keyring does not contain the key {0}")]
    KeyMissing(String),
    /// The tables of the database are older than this server. With Retry-After.
    #[error("the tables of the database are older than this server")]
    SchemaBehind,
    /// One of the others, about the field by which an input names a credential, and the record that is to use it.
    #[error("{error}")]
    At {
        /// The field.
        pointer: &'static str,
        /// The record's name.
        referrer: Option<String>,
        /// What is wrong.
        error: Box<ApiError>,
    },
    /// One of the others, after something was done that stays done.
    #[error("{error}")]
    After {
        /// What was done, in a sentence.
        done: String,
        /// What went wrong then.
        error: Box<ApiError>,
    },
}

/// The field that names a credential, unless an input has another one for it.
pub const CREDENTIAL_POINTER: &str = "/credential_id";

impl ApiError {
    /// A broken rule of one field.
    pub fn field(pointer: &str, code: &str, detail: &str) -> Self {
        Self::Invalid(vec![Violation {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            detail: detail.to_owned(),
        }])
    }

    /// The same error, where this field of the input names the credential.
    pub fn at(self, pointer: &'static str) -> Self {
        match self {
            Self::Invalid(mut errors) => {
                for error in errors.iter_mut().filter(|error| error.pointer == CREDENTIAL_POINTER) {
                    pointer.clone_into(&mut error.pointer);
                }
                Self::Invalid(errors)
            }
            error @ (Self::HostNotAllowed { .. } | Self::CredentialDeleted(_) | Self::CredentialForbidden(_)) => {
                Self::At {
                    pointer,
                    referrer: None,
                    error: Box::new(error),
                }
            }
            error => error,
        }
    }

    /// The same error, which names the record that was to use the credential.
    pub fn of_referrer(self, name: &str) -> Self {
        match self {
            Self::At { pointer, error, .. } => Self::At {
                pointer,
                referrer: Some(name.to_owned()),
                error,
            },
            error => error,
        }
    }

    /// When to come back, in seconds.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self.inner() {
            Self::Throttled { retry_after } => Some(*retry_after),
            Self::Busy => Some(BUSY_SECONDS),
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::Unavailable(_)
            | Self::AuditUnavailable
            | Self::Stopping
            | Self::TooManyUses { .. }
            | Self::TooManyOperations { .. }
            | Self::TooMuchAtOnce { .. } => Some(1),
            // In this time the keyring is read again, and the heartbeat writes and looks for room.
            Self::KeyMissing(_) | Self::SchemaBehind | Self::StorageFull(_) | Self::CannotWrite => Some(5),
            _ => None,
        }
    }

    /// The error itself, wherever it is.
    pub fn inner(&self) -> &Self {
        match self {
            Self::At { error, .. } | Self::After { error, .. } => error.inner(),
            error => error,
        }
    }
}

/// When to come back to a server that is busy, in seconds.
pub(super) const BUSY_SECONDS: u64 = 2;

/// 422 for an address of this server itself.
pub fn own_address(pointer: &str) -> ApiError {
    let detail = "This is Strongroom's own address. Enter your server's URL.";
    ApiError::field(pointer, "own-address", detail)
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Unavailable(error.into()),
            DbError::Full(_) => Self::StorageFull(error.into()),
            DbError::OutcomeUnknown(_) => Self::OutcomeUnknown(error.into()),
            DbError::Query(_) => Self::Internal(error.into()),
        }
    }
}

impl ApiError {
    /// What is wrong where a record with a name could not be written.
    pub fn of_named(error: sqlx::Error) -> Self {
        if is_unique_violation(&error) {
            Self::NameTaken
        } else {
            error.into()
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Db(error) => error.into(),
            VaultError::UnknownKey(key) => Self::KeyMissing(key),
            error => Self::Internal(error.into()),
        }
    }
}
