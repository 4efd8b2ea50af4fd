//! References: which record names which credential. Written in the referrer's transaction.
//!
//! Attach and delete both begin by raising the credential's `reference_epoch`: the row lock orders
//! them on both engines, whichever comes first.

use app::accounts::{Action, Resource, UserId};
use app::api::NamedRecord;
use app::credentials::{CredentialId, Reference, ReferrerKind};
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::audit::Event;
use crate::db::{Db, Tx, execute, read, within};
use crate::destination::{AllowedHost, Destination};
use crate::http::{Act, ApiError, CREDENTIAL_POINTER, Principal};

/// Who attaches what to what.
#[derive(Debug)]
pub struct Attach<'a> {
    /// Who saves the referrer.
    pub act: Act<'a>,
    /// The referrer.
    pub referrer: (ReferrerKind, Uuid),
    /// The credential.
    pub credential: CredentialId,
    /// Where the referrer will send it.
    pub destination: &'a Destination,
    /// Whether the caller wants the host added to the credential's list.
    pub allow_host: bool,
    /// The field of the input that names the credential.
    pub pointer: &'static str,
    /// Now.
    pub now: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Touched {
    name: String,
    owner_id: Uuid,
    allowed_hosts: Json<Vec<AllowedHost>>,
}

#[derive(sqlx::FromRow)]
struct Tombstone {
    name: String,
}

// Raising the epoch takes the row lock; no row means that the credential is gone.
const TOUCH: &str = "UPDATE credentials SET reference_epoch = reference_epoch + 1 \
     WHERE id = $1 AND deleted_at IS NULL RETURNING name, owner_id, allowed_hosts";
const TOMBSTONE: &str = "SELECT name FROM credentials WHERE id = $1 AND deleted_at IS NOT NULL";
const ALLOW: &str = "UPDATE credentials SET allowed_hosts = $2, revision = revision + 1, updated_at = $3, updated_by_name = $4 \
     WHERE id = $1";
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
            "You may not use this credential. Choose another.",
        ));
    }
    let mut hosts = touched.allowed_hosts.0;
    let credential = NamedRecord {
        id: attach.credential.0,
        name: touched.name.clone(),
    };
    if let Verdict::Add = judge(
        attach.act.principal,
        owner,
        &hosts,
        attach.destination,
        attach.allow_host,
        credential,
    )? {
        hosts.push(AllowedHost::of(attach.destination));
        execute!(
            tx,
            sqlx::query(ALLOW)
                .bind(attach.credential.0)
                .bind(Json(&hosts))
                .bind(attach.now)
                .bind(attach.act.principal.name().to_owned())
        )?;
        let target = ("credential", attach.credential.0, touched.name.as_str());
        events.push(
            Event::by(attach.act, attach.now, "credential.allow_host", target).at_host(&attach.destination.display()),
        );
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

/// What is to be done about a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is on the list.
    Listed,
    /// It may be added to the list.
    Add,
}

/// The rule for hosts: on the list; or the caller may change the credential, and either the list is
/// empty or the caller asked for the host to be added.
///
/// # Errors
/// [`ApiError::HostNotAllowed`], naming host and credential.
pub fn judge(
    principal: &Principal,
    owner: UserId,
    hosts: &[AllowedHost],
    destination: &Destination,
    allow_host: bool,
    credential: NamedRecord,
) -> Result<Verdict, ApiError> {
    if hosts.iter().any(|host| host.admits(destination)) {
        return Ok(Verdict::Listed);
    }
    let may_change = principal.may_with(Resource::Credentials, Action::Update, owner);
    if may_change && (hosts.is_empty() || allow_host) {
        return Ok(Verdict::Add);
    }
    Err(ApiError::HostNotAllowed {
        host: destination.display(),
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
            "There is no such credential. Choose another.",
        ),
    })
}

/// Removes the reference of a record, if it has one.
///
/// # Errors
/// Where the database fails.
pub async fn detach(tx: &mut Tx, kind: ReferrerKind, id: Uuid) -> Result<(), ApiError> {
    execute!(tx, sqlx::query(DETACH).bind(kind.as_str()).bind(id))?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ReferenceRow {
    referrer_kind: String,
    referrer_id: Uuid,
    name: Option<String>,
    attached_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    total: i64,
}

const LIST: &str = "SELECT r.referrer_kind, r.referrer_id, coalesce(m.name, b.name) AS name, r.attached_at, \
       (SELECT a.at FROM audit_events a WHERE a.action = 'credential.use' AND a.outcome = 'allowed' \
          AND a.referrer_id = r.referrer_id AND a.credential_id = r.credential_id ORDER BY a.seq DESC LIMIT 1) AS last_used_at, \
       (SELECT count(*) FROM credential_references t WHERE t.credential_id = $1) AS total \
     FROM credential_references r \
     LEFT JOIN mcp_servers m ON r.referrer_kind = 'mcp_server' AND m.id = r.referrer_id \
     LEFT JOIN model_bindings b ON r.referrer_kind = 'model_binding' AND b.id = r.referrer_id \
     WHERE r.credential_id = $1 ORDER BY r.attached_at, r.referrer_id LIMIT $2";

/// The first references of a credential, and how many there are.
///
/// # Errors
/// Where the database fails.
pub async fn list(db: &Db, credential: CredentialId, limit: i64) -> Result<(Vec<Reference>, i64), ApiError> {
    let rows: Vec<ReferenceRow> = read!(*db, c => sqlx::query_as(LIST).bind(credential.0).bind(limit).fetch_all(c))?;
    Ok(collect(rows))
}

/// The same inside a transaction that holds the credential's row.
///
/// # Errors
/// Where the database fails.
pub async fn list_within(tx: &mut Tx, credential: CredentialId, limit: i64) -> Result<(Vec<Reference>, i64), ApiError> {
    let rows: Vec<ReferenceRow> = within!(tx, c => sqlx::query_as(LIST).bind(credential.0).bind(limit).fetch_all(c))?;
    Ok(collect(rows))
}

fn collect(rows: Vec<ReferenceRow>) -> (Vec<Reference>, i64) {
    let total = rows.first().map_or(0, |row| row.total);
    let references = rows.into_iter().map(|row| Reference {
        kind: ReferrerKind::from_name(&row.referrer_kind),
        id: row.referrer_id,
        name: row.name.unwrap_or_default(),
        attached_at: row.attached_at,
        last_used_at: row.last_used_at,
    });
    (references.collect(), total)
}
