//! The SQL of credentials. Lists never select the ciphertext.

use chrono::{DateTime, Utc};
use contract::accounts::{Action, Resource, Scope, UserId};
use contract::api::{Page, Patch};
use contract::credentials::{CreateCredential, Credential, CredentialId, UpdateCredential, Use};
use sqlx::types::Json;
use uuid::Uuid;

use super::Credentials;
use super::listing::GET;
use super::rows::{CredentialRow, UseRow};
use crate::accounts::{begin_adding, begin_replacing};
use crate::audit::{self, Event};
use crate::db::{Tx, WriteClass, execute, read, within};
use crate::destination::AllowedHost;
use crate::http::{Act, ApiError, Principal};
use crate::name_key::{fold, sort_key};
use crate::references::{self, AllowedList, References, VisibleKinds, WrittenList, list_columns};
use crate::vault::sealed_bytes;

const INSERT: &str = "INSERT INTO credentials (id, name, name_key, name_sort, owner_id, owner_sort, version, revision, \
     reference_epoch, allowed_destinations, allowed_hosts, hosts_seen, created_at, updated_at, updated_by_name) \
     SELECT $1, $2, $3, $4, u.id, u.name_sort, 1, 1, 0, $5, $6, CAST($6 AS TEXT), $7, $7, u.name FROM users u WHERE u.id = $8";
const INSERT_VERSION: &str = "INSERT INTO credential_versions \
     (credential_id, version, ciphertext, value_nonce, wrapped_key, key_nonce, key_id, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
// A replaced value is of no use to anybody but an attacker: it goes in the same transaction.
const DROP_OLD_VERSIONS: &str = "DELETE FROM credential_versions WHERE credential_id = $1 AND version < $2";
const UPDATE: &str = "UPDATE credentials SET name = COALESCE($2, name), name_key = COALESCE($3, name_key), \
     name_sort = COALESCE($4, name_sort), version = version + $5, revision = revision + 1, \
     allowed_destinations = COALESCE($11, allowed_destinations), \
     destinations_from_before = CASE WHEN $11 IS NULL THEN destinations_from_before ELSE NULL END, \
     allowed_hosts = COALESCE($6, allowed_hosts), hosts_seen = COALESCE(CAST($6 AS TEXT), hosts_seen), \
     updated_at = $7, updated_by_name = $8 \
     WHERE id = $1 AND deleted_at IS NULL AND ($9 IS NULL OR revision = $9) AND ($10 IS NULL OR owner_id = $10) \
     RETURNING name, version";
const STANDING: &str = "SELECT owner_id, updated_at, updated_by_name FROM credentials \
     WHERE id = $1 AND deleted_at IS NULL";
const OWNER: &str = "SELECT owner_id FROM credentials WHERE id = $1 AND deleted_at IS NULL";
const TOUCH: &str = "UPDATE credentials SET reference_epoch = reference_epoch + 1 \
     WHERE id = $1 AND deleted_at IS NULL AND ($2 IS NULL OR revision = $2) AND ($3 IS NULL OR owner_id = $3) RETURNING name";
const DROP_VERSIONS: &str = "DELETE FROM credential_versions WHERE credential_id = $1";
const LIST: &str = concat!(
    "SELECT ",
    list_columns!(""),
    " FROM credentials WHERE id = $1 AND deleted_at IS NULL"
);
const LIST_BEFORE: &str = concat!(
    "UPDATE credentials SET reference_epoch = reference_epoch WHERE id = $1 AND deleted_at IS NULL RETURNING ",
    list_columns!("")
);
const BURY: &str = "UPDATE credentials SET deleted_at = $2, deleted_by_name = $3, allowed_hosts = $4, \
     allowed_destinations = $4, destinations_from_before = NULL, hosts_seen = CAST($4 AS TEXT), revision = revision + 1 WHERE id = $1";
macro_rules! uses {
    () => {
        "SELECT seq, at, actor_kind, actor_id, actor_name, COALESCE(credential_version, 0) AS credential_version, \
         referrer_kind, referrer_id, referrer_name, host, outcome, reason FROM audit_events \
         WHERE action = 'credential.use' AND credential_id = $1 ORDER BY seq DESC LIMIT $2"
    };
}
const USES: &str = uses!();
// The last echoes stay in the list however many uses follow. Their callers are named in the audit trail only.
const USES_AND_ECHOES: &str = concat!(
    "SELECT * FROM (",
    uses!(),
    ") AS uses UNION ALL SELECT * FROM (SELECT seq, at, 'hidden' AS actor_kind, CAST(NULL AS UUID) AS actor_id, \
     '' AS actor_name, COALESCE(credential_version, 0) AS credential_version, referrer_kind, referrer_id, referrer_name, \
     host, 'echoed' AS outcome, reason FROM audit_events \
     WHERE action = 'credential.echoed' AND credential_id = $1 ORDER BY seq DESC LIMIT 5) AS echoes ORDER BY seq DESC"
);

/// The owner whose credentials somebody may treat so; nothing for everybody's.
fn only_owner(principal: &Principal, action: Action) -> Option<Uuid> {
    match principal.may(Resource::Credentials, action) {
        Some(Scope::Any) => None,
        Some(Scope::Own) | None => Some(principal.user_id().map_or_else(Uuid::nil, |id| id.0)),
    }
}

/// An entry that the caller put on the list. The event is found by its host, as each use is.
fn allowed(act: Act<'_>, now: DateTime<Utc>, target: (&'static str, Uuid, &str), entry: &AllowedHost) -> Event {
    Event::by(act, now, "credential.allow_host", target).allowing(entry)
}

/// The columns of a list that the input reader checked.
fn checked_list(texts: &[String]) -> WrittenList {
    WrittenList::of(texts.iter().filter_map(|text| AllowedHost::parse(text).ok()).collect())
}

#[derive(sqlx::FromRow)]
struct Changed {
    name: String,
    version: i64,
}

#[derive(sqlx::FromRow)]
struct Standing {
    owner_id: Uuid,
    updated_at: DateTime<Utc>,
    updated_by_name: String,
}

impl Credentials {
    /// One credential; nothing where it is gone.
    pub(super) async fn get(&self, id: CredentialId) -> Result<Option<Credential>, ApiError> {
        let row: Option<CredentialRow> = read!(self.base.db, c => sqlx::query_as(GET).bind(id.0).fetch_optional(c))?;
        Ok(row.map(Credential::from))
    }

    async fn get_within(tx: &mut Tx, id: CredentialId) -> Result<Credential, ApiError> {
        let row: CredentialRow = within!(tx, c => sqlx::query_as(GET).bind(id.0).fetch_one(c))?;
        Ok(row.into())
    }

    /// Seals and stores a new credential.
    pub(super) async fn create(&self, act: Act<'_>, input: CreateCredential) -> Result<Credential, ApiError> {
        let id = CredentialId(Uuid::now_v7());
        let now = self.base.clock.now();
        let owner = act.principal.user_id().ok_or(ApiError::Forbidden)?;
        let list = checked_list(&input.allowed_hosts);
        let mut tx = self.base.db.begin().await?;
        begin_adding(&mut tx, owner, sealed_bytes(&input.value), &self.base.quotas).await?;
        execute!(
            &mut tx,
            sqlx::query(INSERT)
                .bind(id.0)
                .bind(&input.name)
                .bind(fold(&input.name))
                .bind(sort_key(&input.name))
                .bind(Json(&list.destinations))
                .bind(Json(&list.hosts))
                .bind(now)
                .bind(owner.0)
        )
        .map_err(ApiError::of_named)?;
        self.insert_version(&mut tx, id, 1, &input.value, now).await?;
        let created = Self::get_within(&mut tx, id).await?;
        let target = ("credential", id.0, input.name.as_str());
        let mut events = vec![Event::by(act, now, "credential.create", target).of_version(id, 1)];
        events.extend(list.destinations.iter().map(|entry| allowed(act, now, target, entry)));
        audit::append(&mut tx, &self.base.vault, &events).await?;
        tx.commit().await?;
        Ok(created)
    }

    async fn insert_version(
        &self,
        tx: &mut Tx,
        id: CredentialId,
        version: i64,
        value: &contract::secret::SecretValue,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let sealed = self.base.vault.seal(tx, id, version, value).await?;
        execute!(
            tx,
            sqlx::query(INSERT_VERSION)
                .bind(id.0)
                .bind(version)
                .bind(&sealed.ciphertext)
                .bind(&sealed.value_nonce)
                .bind(&sealed.wrapped_key)
                .bind(&sealed.key_nonce)
                .bind(&sealed.key_id)
                .bind(now)
        )?;
        Ok(())
    }

    /// Changes a credential that was seen at a revision.
    pub(super) async fn update(
        &self,
        act: Act<'_>,
        id: CredentialId,
        if_match: Option<i64>,
        input: UpdateCredential,
    ) -> Result<Credential, ApiError> {
        let now = self.base.clock.now();
        let name = match &input.name {
            Patch::Set(name) => Some(name.as_str()),
            Patch::Absent | Patch::Null => None,
        };
        let list = match &input.allowed_hosts {
            Patch::Absent => None,
            Patch::Null => Some(checked_list(&[])),
            Patch::Set(hosts) => Some(checked_list(hosts)),
        };
        let only_owner = only_owner(act.principal, Action::Update);
        let rotates = matches!(input.value, Patch::Set(_));
        let only_list = list.as_ref().filter(|_| name.is_none() && !rotates);
        let class = match only_list {
            Some(list) => self.class_of(id, list).await?,
            None => WriteClass::User,
        };
        let mut tx = self.base.db.begin_as(class).await?;
        if name.is_none() && list.is_none() && !rotates {
            // Nothing is asked for: the preconditions count all the same.
            let touched: Option<String> = within!(&mut tx, c => sqlx::query_scalar(TOUCH)
                .bind(id.0).bind(if_match).bind(only_owner).fetch_optional(c))?;
            return match touched {
                Some(_) => Self::get_within(&mut tx, id).await,
                None => Err(Self::why_not(&mut tx, only_owner, id).await?),
            };
        }
        if let Patch::Set(value) = &input.value {
            let owner: Option<Uuid> = within!(&mut tx, c => sqlx::query_scalar(OWNER).bind(id.0).fetch_optional(c))?;
            if let Some(owner) = owner {
                let replacement = (id, sealed_bytes(value));
                begin_replacing(&mut tx, UserId(owner), replacement, &self.base.quotas).await?;
            }
        }
        // The row is locked from here on, so that what is new on the list is what this change adds.
        let before: Option<AllowedList> = match &list {
            Some(_) => within!(&mut tx, c => sqlx::query_as(LIST_BEFORE).bind(id.0).fetch_optional(c))?,
            None => None,
        };
        let changed: Option<Changed> = within!(&mut tx, c => sqlx::query_as(UPDATE)
            .bind(id.0)
            .bind(name)
            .bind(name.map(fold))
            .bind(name.map(sort_key))
            .bind(i64::from(rotates))
            .bind(list.as_ref().map(|list| Json(&list.hosts)))
            .bind(now)
            .bind(act.principal.name())
            .bind(if_match)
            .bind(only_owner)
            .bind(list.as_ref().map(|list| Json(&list.destinations)))
            .fetch_optional(c))
        .map_err(ApiError::of_named)?;
        let Some(changed) = changed else {
            return Err(Self::why_not(&mut tx, only_owner, id).await?);
        };
        if let Patch::Set(value) = &input.value {
            self.insert_version(&mut tx, id, changed.version, value, now).await?;
            execute!(&mut tx, sqlx::query(DROP_OLD_VERSIONS).bind(id.0).bind(changed.version))?;
        }
        let updated = Self::get_within(&mut tx, id).await?;
        let fields = audit::changed_fields(&[
            ("name", name.is_some()),
            ("value", rotates),
            ("allowed_hosts", list.is_some()),
        ]);
        let target = ("credential", id.0, changed.name.as_str());
        let event = Event::by(act, now, "credential.update", target).of_version(id, changed.version);
        let mut events = vec![event.changed(&fields)];
        let before = before.map(|list| list.entries().into_owned()).unwrap_or_default();
        let written = list.iter().flat_map(|list| &list.destinations);
        let added = written.filter(|entry| !before.contains(entry));
        events.extend(added.map(|entry| allowed(act, now, target, entry)));
        audit::append(&mut tx, &self.base.vault, &events).await?;
        tx.commit().await?;
        Ok(updated)
    }

    /// The class of a new list: a revocation only leaves out entries of the stored one. The stored list may change before
    /// the write, which then only has another class.
    async fn class_of(&self, id: CredentialId, list: &WrittenList) -> Result<WriteClass, ApiError> {
        let stored: Option<AllowedList> = read!(self.base.db, c => sqlx::query_as(LIST).bind(id.0).fetch_optional(c))?;
        let entries = stored.map(|list| list.entries().into_owned()).unwrap_or_default();
        let kept = &list.destinations;
        let narrows = kept.len() < entries.len() && kept.iter().all(|entry| entries.contains(entry));
        Ok(if narrows {
            WriteClass::Revocation
        } else {
            WriteClass::User
        })
    }

    /// Why a change touched no row: gone, somebody else's, or changed in the meantime.
    async fn why_not(tx: &mut Tx, only_owner: Option<Uuid>, id: CredentialId) -> Result<ApiError, ApiError> {
        let standing: Option<Standing> = within!(tx, c => sqlx::query_as(STANDING).bind(id.0).fetch_optional(c))?;
        Ok(match standing {
            None => ApiError::NotFound,
            Some(row) if only_owner.is_some_and(|owner| owner != row.owner_id) => ApiError::Forbidden,
            Some(row) => ApiError::PreconditionFailed {
                changed_by: row.updated_by_name,
                changed_at: row.updated_at,
            },
        })
    }

    /// Deletes a credential: its value is destroyed, its name stays as a tombstone.
    pub(super) async fn delete(
        &self,
        act: Act<'_>,
        id: CredentialId,
        if_match: Option<i64>,
        force: bool,
    ) -> Result<(), ApiError> {
        let now = self.base.clock.now();
        let only_owner = only_owner(act.principal, Action::Delete);
        let mut tx = self.base.db.begin_as(WriteClass::Revocation).await?;
        let name: Option<String> = within!(&mut tx, c => sqlx::query_scalar(TOUCH)
            .bind(id.0).bind(if_match).bind(only_owner).fetch_optional(c))?;
        let Some(name) = name else {
            return Err(Self::why_not(&mut tx, only_owner, id).await?);
        };
        // Only now, with the row locked: an attach that came first is seen, a later one finds nothing.
        let visible = VisibleKinds::of(act.principal);
        let References { items, total, .. } = references::list_within(&mut tx, id, &visible, 10).await?;
        if total > 0 && !force {
            return Err(ApiError::InUse {
                references: items,
                total,
            });
        }
        let burial = Burial {
            act,
            now,
            references: total,
        };
        let event = bury(&mut tx, burial, id, &name).await?;
        audit::append(&mut tx, &self.base.vault, &[event]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The last uses, newest first; with the last echoes for those who may replace the value. Others could tell from an
    /// echo whose value an answer of theirs held.
    pub(super) async fn uses(
        &self,
        reader: &Principal,
        credential: &Credential,
        limit: i64,
    ) -> Result<Page<Use>, ApiError> {
        let may_update = reader.may_with(Resource::Credentials, Action::Update, credential.owner.id);
        let sql = if may_update { USES_AND_ECHOES } else { USES };
        let id = credential.id.0;
        let rows: Vec<UseRow> = read!(self.base.db, c => sqlx::query_as(sql).bind(id).bind(limit).fetch_all(c))?;
        Ok(Page::whole(rows.into_iter().map(Use::from).collect()))
    }

    /// The first references that the reader sees.
    pub(super) async fn references(
        &self,
        reader: &Principal,
        id: CredentialId,
        limit: i64,
    ) -> Result<References, ApiError> {
        Ok(references::list(&self.base.db, id, &VisibleKinds::of(reader), limit).await?)
    }
}

/// Who destroys a credential, and how many references it leaves behind.
pub(super) struct Burial<'a> {
    pub act: Act<'a>,
    pub now: DateTime<Utc>,
    pub references: i64,
}

/// Destroys the value and leaves the tombstone. The transaction holds the credential's row.
pub(super) async fn bury(tx: &mut Tx, burial: Burial<'_>, id: CredentialId, name: &str) -> Result<Event, ApiError> {
    execute!(tx, sqlx::query(DROP_VERSIONS).bind(id.0))?;
    let none: Vec<String> = Vec::new();
    execute!(
        tx,
        sqlx::query(BURY)
            .bind(id.0)
            .bind(burial.now)
            .bind(burial.act.principal.name())
            .bind(Json(&none))
    )?;
    let target = ("credential", id.0, name);
    let mut event = Event::by(burial.act, burial.now, "credential.delete", target);
    if burial.references > 0 {
        event.details = Some(format!("references: {}", burial.references));
    }
    Ok(event)
}
