//! References: which record names which credential. Written in the referrer's transaction.
//!
//! Below it: the list of a credential's allowed destinations, which the first reference fills.
//!
//! Attach and delete both begin by raising the credential's `reference_epoch`: the row lock orders
//! them on both engines, whichever comes first.

mod convert;
mod list;
mod visible;

pub use convert::convert_older_lists;
pub(crate) use list::list_columns;
pub use list::{AllowedList, MAX_ENTRIES, WrittenList};
pub use visible::{References, VisibleKinds, count_within, list, list_within};

use chrono::{DateTime, Utc};
use contract::accounts::{Action, Resource, UserId};
use contract::api::NamedRecord;
use contract::credentials::{CredentialId, ReferrerKind};
use sqlx::types::Json;
use uuid::Uuid;

use crate::address::shown_entry;
use crate::audit::Event;
use crate::db::{Tx, execute, within};
use crate::destination::{AllowedHost, Destination};
use crate::http::{Act, ApiError, CREDENTIAL_POINTER, Fields, Principal};

/// Destinations of a referrer's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The saved address, below which every request goes: the entry that attaching may add.
    pub scope: Destination,
    /// The requests, each of which must be allowed.
    pub requests: Vec<Destination>,
}

impl Target {
    /// An address that is itself the destination of every request.
    pub fn single(destination: Destination) -> Self {
        Self {
            requests: vec![destination.clone()],
            scope: destination,
        }
    }

    /// `true` if the entries admit every request.
    fn is_admitted(&self, entries: &[AllowedHost]) -> bool {
        let admitted = |request: &Destination| entries.iter().any(|entry| entry.admits(request));
        self.requests.iter().all(admitted)
    }
}

/// Consent of a caller who may change the credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Adds the destination to a list that is not empty, too.
    pub host: bool,
    /// Adds the whole host instead of the path.
    pub whole_host: bool,
}

/// Reads `allow_host` and `whole_host`.
pub fn allow(fields: &mut Fields) -> Allow {
    Allow {
        host: fields.flag("allow_host"),
        whole_host: fields.flag("whole_host"),
    }
}

/// Reference to be written: referrer, credential, target.
#[derive(Debug)]
pub struct Attach<'a> {
    /// Who saves the referrer.
    pub act: Act<'a>,
    pub referrer: (ReferrerKind, Uuid),
    pub credential: CredentialId,
    /// Where the referrer will send it.
    pub target: &'a Target,
    /// Consent to add the destination to the credential's list.
    pub allow: Allow,
    /// The field of the input that names the credential.
    pub pointer: &'static str,
    pub now: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Touched {
    name: String,
    owner_id: Uuid,
    #[sqlx(flatten)]
    list: AllowedList,
}

#[derive(sqlx::FromRow)]
struct Tombstone {
    name: String,
}

// Raising the epoch takes the row lock; no row means that the credential is gone.
const TOUCH: &str = concat!(
    "UPDATE credentials SET reference_epoch = reference_epoch + 1 \
     WHERE id = $1 AND deleted_at IS NULL RETURNING name, owner_id, ",
    list_columns!("")
);
const TOMBSTONE: &str = "SELECT name FROM credentials WHERE id = $1 AND deleted_at IS NOT NULL";
const ALLOW: &str = "UPDATE credentials SET allowed_destinations = $2, destinations_from_before = $3, allowed_hosts = $4, \
     hosts_seen = CAST($5 AS TEXT), revision = revision + 1, updated_at = $6, updated_by_name = $7 WHERE id = $1";
const UPSERT: &str = "INSERT INTO credential_references (referrer_kind, referrer_id, credential_id, attached_at) \
     VALUES ($1, $2, $3, $4) \
     ON CONFLICT (referrer_kind, referrer_id) DO UPDATE SET \
       attached_at = CASE WHEN credential_references.credential_id = excluded.credential_id \
                          THEN credential_references.attached_at ELSE excluded.attached_at END, \
       credential_id = excluded.credential_id";
const DETACH: &str = "DELETE FROM credential_references WHERE referrer_kind = $1 AND referrer_id = $2";

/// Attaches a credential: it must be there, the caller must be allowed to use it, and the host must be
/// one that it may go to. Gives the events that belong into the same transaction.
///
/// # Errors
/// 422 at the field of the credential where a rule is broken.
pub async fn attach(tx: &mut Tx, attach: Attach<'_>) -> Result<Vec<Event>, ApiError> {
    let pointer = attach.pointer;
    write(tx, attach).await.map_err(|error| error.at(pointer))
}

async fn write(tx: &mut Tx, attach: Attach<'_>) -> Result<Vec<Event>, ApiError> {
    let mut events = Vec::new();
    let touched: Option<Touched> = within!(tx, c => sqlx::query_as(TOUCH).bind(attach.credential.0).fetch_optional(c))?;
    let Some(touched) = touched else {
        return Err(gone(tx, attach.credential).await?);
    };
    let owner = UserId(touched.owner_id);
    if !attach.act.principal.may_with(Resource::Credentials, Action::Use, owner) {
        return Err(ApiError::field(
            CREDENTIAL_POINTER,
            "forbidden",
            "You don't have permission to use this credential. Choose another one.",
        ));
    }
    let credential = NamedRecord {
        id: attach.credential.0,
        name: touched.name.clone(),
    };
    let entries = touched.list.entries();
    let verdict = judge(
        attach.act.principal,
        owner,
        &entries,
        attach.target,
        attach.allow,
        credential,
    )?;
    if let Verdict::Add(entry) = verdict {
        if entries.len() >= MAX_ENTRIES {
            let detail = "This credential has reached its limit of allowed destinations. Remove some first.";
            return Err(ApiError::field(CREDENTIAL_POINTER, "too-many-destinations", detail));
        }
        let list = touched.list.with(entry.clone());
        execute!(
            tx,
            sqlx::query(ALLOW)
                .bind(attach.credential.0)
                .bind(Json(&list.destinations))
                .bind(list.from_before.as_ref().map(Json))
                .bind(Json(&list.hosts))
                .bind(Json(&list.seen))
                .bind(attach.now)
                .bind(attach.act.principal.name().to_owned())
        )?;
        let target = ("credential", attach.credential.0, touched.name.as_str());
        events.push(Event::by(attach.act, attach.now, "credential.allow_host", target).allowing(&entry));
    }
    let (kind, id) = attach.referrer;
    execute!(
        tx,
        sqlx::query(UPSERT)
            .bind(kind.as_str())
            .bind(id)
            .bind(attach.credential.0)
            .bind(attach.now)
    )?;
    Ok(events)
}

/// The outcome of the rule for destinations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every request is allowed.
    Listed,
    /// This entry may be added to the list.
    Add(AllowedHost),
}

/// The rule for destinations: every request is on the list; or the caller may change the credential, and either the
/// list is empty or the caller asked for the destination to be added.
///
/// # Errors
/// [`ApiError::HostNotAllowed`], naming destination and credential.
pub fn judge(
    principal: &Principal,
    owner: UserId,
    entries: &[AllowedHost],
    target: &Target,
    allow: Allow,
    credential: NamedRecord,
) -> Result<Verdict, ApiError> {
    if target.is_admitted(entries) {
        return Ok(Verdict::Listed);
    }
    let may_change = principal.may_with(Resource::Credentials, Action::Update, owner);
    if may_change && (entries.is_empty() || allow.host) {
        let entry = if allow.whole_host {
            Ok(AllowedHost::origin_of(&target.scope))
        } else {
            AllowedHost::of(&target.scope)
        };
        // An entry that does not admit the requests would be no consent to them.
        if let Some(entry) = entry
            .ok()
            .filter(|entry| target.is_admitted(std::slice::from_ref(entry)))
        {
            return Ok(Verdict::Add(entry));
        }
    }
    Err(ApiError::HostNotAllowed {
        host: shown_entry(target.scope.entry()),
        credential,
    })
}

/// The error for a credential that is not there: deleted and named, or never known.
async fn gone(tx: &mut Tx, credential: CredentialId) -> Result<ApiError, ApiError> {
    let tombstone: Option<Tombstone> =
        within!(tx, c => sqlx::query_as(TOMBSTONE).bind(credential.0).fetch_optional(c))?;
    Ok(match tombstone {
        Some(Tombstone { name }) => ApiError::CredentialDeleted(NamedRecord { id: credential.0, name }),
        None => ApiError::field(
            CREDENTIAL_POINTER,
            "unknown-credential",
            "This credential doesn't exist. Choose another one.",
        ),
    })
}

/// Removes the reference of a record, if it has one.
pub async fn detach(tx: &mut Tx, kind: ReferrerKind, id: Uuid) -> Result<(), ApiError> {
    execute!(tx, sqlx::query(DETACH).bind(kind.as_str()).bind(id))?;
    Ok(())
}
