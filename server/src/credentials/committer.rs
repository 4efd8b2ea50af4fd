//! The group committer: gathers uses, checks each again inside one transaction, records all of them,
//! and answers only after COMMIT.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use contract::accounts::{Action, Resource, Role, UserId};
use contract::api::NamedRecord;
use contract::credentials::{CredentialId, ReferrerKind};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::resolver::{Granted, Referrer, ResolveError, UseRequest};
use super::switch::Switch;
use crate::accounts::{SESSION_IDLE, session_state};
use crate::address::shown_entry;
use crate::audit::{self, Event, recorded_version};
use crate::db::{Tx, WriteClass, within};
use crate::destination::AllowedHost;
use crate::http::{ApiError, Principal, SessionEnd};
use crate::infra::Infra;
use crate::references::{self, AllowedList, Target, list_columns};
use crate::vault::Sealed;

/// The most uses in one transaction.
const BATCH: usize = 64;
/// The longest transaction of a batch: a little more than a caller waits. After that the connection is taken for lost
/// and the next batch gets another one.
const COMMIT_WITHIN: Duration = Duration::from_secs(3);

/// A use that waits for its record.
pub(super) struct Job {
    pub request: UseRequest,
    pub answer: oneshot::Sender<Result<Granted, ResolveError>>,
}

#[derive(Clone, sqlx::FromRow)]
struct Found {
    name: String,
    owner_id: Uuid,
    #[sqlx(flatten)]
    list: AllowedList,
    deleted_at: Option<DateTime<Utc>>,
    version: i64,
    recorded_version: i64,
    ciphertext: Option<Vec<u8>>,
    value_nonce: Option<Vec<u8>>,
    wrapped_key: Option<Vec<u8>>,
    key_nonce: Option<Vec<u8>>,
    key_id: Option<String>,
    referenced: bool,
    role: Option<String>,
    session: Option<String>,
    #[sqlx(flatten)]
    switch: Switch,
}

// Everything that a use depends on, in one round trip: the credential, its value, the reference, and
// the role and the session that the caller holds now.
/// The bench measures it.
pub const FIND: &str = concat!(
    "SELECT c.name, c.owner_id, c.deleted_at, c.version, ",
    list_columns!("c."),
    ", ",
    recorded_version!(),
    " AS recorded_version, \
       v.ciphertext, v.value_nonce, v.wrapped_key, v.key_nonce, v.key_id, \
       EXISTS (SELECT 1 FROM credential_references r WHERE r.referrer_kind = $2 AND r.referrer_id = $3 AND r.credential_id = c.id) AS referenced, \
       (SELECT u.role FROM users u WHERE u.id = $4 AND u.deleted_at IS NULL AND u.disabled_at IS NULL) AS role, \
       (SELECT ",
    session_state!("$6", "$7"),
    " FROM sessions s WHERE s.id = $5) AS session, \
       m.enabled AS referrer_enabled, m.owner_id AS referrer_owner, m.transport AS referrer_transport \
     FROM credentials c LEFT JOIN credential_versions v ON v.credential_id = c.id AND v.version = c.version \
     LEFT JOIN mcp_servers m ON $2 = 'mcp_server' AND m.id = $3 WHERE c.id = $1"
);

/// Runs until the last resolver is gone, or until it is asked to end and nothing waits any more.
pub(super) async fn run(base: Arc<Infra>, mut jobs: mpsc::Receiver<Job>, mut end: watch::Receiver<bool>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut ending = false;
    loop {
        let received = tokio::select! {
            received = jobs.recv_many(&mut batch, BATCH) => received,
            asked = async { end.wait_for(|asked| *asked).await.is_ok() }, if !ending => {
                ending = true;
                // Without resolvers nobody asks, and the queue ends by itself.
                if asked {
                    jobs.close();
                }
                continue;
            }
        };
        if received == 0 {
            return;
        }
        // Nobody waits for these any more: a record of a use that cannot happen would be wrong.
        batch.retain(|job| !job.answer.is_closed());
        if batch.is_empty() {
            continue;
        }
        base.readiness.recording();
        let outcome = commit(&base, &batch).await;
        base.readiness.recorded(outcome.is_ok());
        match outcome {
            Ok(outcomes) => {
                let is_shared = batch.len() > 1;
                base.metrics.batch(batch.len());
                for (job, outcome) in batch.drain(..).zip(outcomes) {
                    // A caller that gave up has dropped its end.
                    let _ = job.answer.send(outcome);
                }
                // Of many callers, those that use a credential again at once join the next batch, not the one after it. A
                // single one would only wait behind all other tasks.
                if is_shared {
                    tokio::task::yield_now().await;
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, source = ?std::error::Error::source(&error).map(ToString::to_string), "uses were refused because they could not be recorded");
                let refusal = match error {
                    ApiError::KeyMissing(key) => ResolveError::KeyMissing(key),
                    _ => ResolveError::AuditUnavailable,
                };
                for job in batch.drain(..) {
                    let _ = job.answer.send(Err(refusal.clone()));
                }
            }
        }
    }
}

/// Judges and records a batch in one transaction.
async fn commit(base: &Infra, batch: &[Job]) -> Result<Vec<Result<Granted, ResolveError>>, ApiError> {
    let mut tx = base.db.begin_within(WriteClass::Use, COMMIT_WITHIN).await?;
    // First: a change that was acknowledged before a use is on record is seen by it, whoever waited for whom.
    let turn = audit::lock_head(&mut tx, batch.len()).await?;
    let now = base.clock.now();
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut events = Vec::with_capacity(batch.len());
    let mut known: HashMap<Lookup, Option<Found>> = HashMap::new();
    for job in batch {
        let lookup = Lookup::of(&job.request);
        let found = match known.entry(lookup) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => place.insert(find(&mut tx, lookup, now).await?).clone(),
        };
        let name = found.as_ref().map(|found| found.name.clone()).unwrap_or_default();
        let version = found.as_ref().map_or(0, |found| found.version);
        let outcome = judge(&job.request, found);
        events.push(event(now, &job.request, &name, version, outcome.as_ref().err()));
        outcomes.push(outcome);
    }
    turn.append(&mut tx, &base.vault, &events).await?;
    tx.commit().await?;
    Ok(outcomes)
}

/// What a use is looked up by. Those who do the same at once are looked up once, in the transaction that records them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Lookup {
    credential: CredentialId,
    kind: ReferrerKind,
    referrer: Option<Uuid>,
    user: Option<UserId>,
    session: Option<Uuid>,
}

impl Lookup {
    fn of(request: &UseRequest) -> Self {
        let (kind, referrer, _) = request.referrer.audit_fields();
        Self {
            credential: request.credential,
            kind,
            referrer,
            user: request.principal.user_id(),
            session: request.principal.session(),
        }
    }
}

async fn find(tx: &mut Tx, lookup: Lookup, now: DateTime<Utc>) -> Result<Option<Found>, ApiError> {
    let user = lookup.user.map(|id| id.0);
    Ok(within!(tx, c => sqlx::query_as(FIND)
        .bind(lookup.credential.0).bind(lookup.kind.as_str()).bind(lookup.referrer).bind(user)
        .bind(lookup.session).bind(now).bind(now - SESSION_IDLE).fetch_optional(c))?)
}

/// Whether a use may happen.
fn judge(request: &UseRequest, found: Option<Found>) -> Result<Granted, ResolveError> {
    let Some(found) = found else {
        return Err(ResolveError::NotFound);
    };
    let record = NamedRecord {
        id: request.credential.0,
        name: found.name.clone(),
    };
    // What the caller was allowed when the request came in may have been taken away since.
    let principal = match current(&request.principal, found.role.as_deref(), found.session.as_deref()) {
        Ok(principal) => principal,
        Err(Some(end)) => return Err(ResolveError::SessionEnded(end)),
        Err(None) => return Err(ResolveError::Forbidden(record)),
    };
    if !found.switch.admits(&principal, &request.referrer) {
        return Err(ResolveError::Disabled);
    }
    if found.deleted_at.is_some() {
        return Err(ResolveError::Deleted(record));
    }
    let owner = UserId(found.owner_id);
    let entries = found.list.entries();
    match &request.referrer {
        Referrer::Saved { kind, .. } => {
            // A referrer can be used by whoever may use any of its kind; the reference says the rest.
            let may = principal.may(kind.resource(), Action::Use).is_some();
            if !may || !found.referenced {
                return Err(ResolveError::Forbidden(record));
            }
            listed(&entries, request, record.clone())?;
        }
        Referrer::Direct { .. } => {
            if !principal.may_with(Resource::Credentials, Action::Use, owner) {
                return Err(ResolveError::Forbidden(record));
            }
            listed(&entries, request, record.clone())?;
        }
        Referrer::Unsaved { allow, .. } => {
            if !principal.may_with(Resource::Credentials, Action::Use, owner) {
                return Err(ResolveError::Forbidden(record));
            }
            // A test may go where saving would let it go.
            let target = Target {
                scope: request.scope.clone(),
                requests: vec![request.destination.clone()],
            };
            references::judge(&principal, owner, &entries, &target, *allow, record.clone())
                .map_err(|_| not_allowed(request, record.clone()))?;
        }
    }
    // An older sealed row that was put back together with its version opens: only the trail knows of the newer one.
    if found.version != found.recorded_version {
        return Err(ResolveError::RolledBack(record));
    }
    let sealed = (|| {
        Some(Sealed {
            ciphertext: found.ciphertext?,
            value_nonce: found.value_nonce?,
            wrapped_key: found.wrapped_key?,
            key_nonce: found.key_nonce?,
            key_id: found.key_id?,
        })
    })();
    let sealed = sealed.ok_or(ResolveError::Vault)?;
    Ok(Granted {
        name: found.name,
        version: found.version,
        sealed,
    })
}

/// The request must be on the list of the credential.
fn listed(entries: &[AllowedHost], request: &UseRequest, credential: NamedRecord) -> Result<(), ResolveError> {
    if entries.iter().any(|entry| entry.admits(&request.destination)) {
        return Ok(());
    }
    Err(not_allowed(request, credential))
}

/// The refusal names the entry that would allow the request.
fn not_allowed(request: &UseRequest, credential: NamedRecord) -> ResolveError {
    ResolveError::HostNotAllowed {
        host: shown_entry(request.scope.entry()),
        credential,
    }
}

/// The caller with the role that the database holds now. `Err` with the end of a session that is not live, without
/// one where the account is gone or disabled.
pub(super) fn current(
    principal: &Principal,
    role: Option<&str>,
    session: Option<&str>,
) -> Result<Principal, Option<SessionEnd>> {
    let state = session;
    match principal {
        Principal::User {
            id,
            name,
            email,
            session,
            ..
        } => {
            if let Some(end) = SessionEnd::of_state(state) {
                return Err(Some(end));
            }
            let role: Role = role.and_then(|role| role.parse().ok()).ok_or(None)?;
            Ok(Principal::User {
                id: *id,
                name: name.clone(),
                email: email.clone(),
                role,
                session: *session,
            })
        }
        Principal::Cli => Ok(Principal::Cli),
    }
}

fn event(now: DateTime<Utc>, request: &UseRequest, name: &str, version: i64, refused: Option<&ResolveError>) -> Event {
    let target = ("credential", request.credential.0, name);
    let mut event = Event::new(
        now,
        &request.principal,
        "credential.use",
        target,
        Some(&request.request_id),
    )
    .at(&request.destination);
    event.credential = Some((request.credential, version));
    event.referrer = Some(request.referrer.audit_fields());
    event.details.clone_from(&request.purpose);
    event.outcome = if refused.is_some() { "refused" } else { "allowed" };
    event.reason = refused.map(ResolveError::slug);
    event
}
