//! Rows of the store, and how they become what everybody sees. No row of a list has the ciphertext.

use chrono::{DateTime, Utc};
use contract::accounts::{Action, Owner, Resource, UserId};
use contract::credentials::{
    Credential, CredentialId, CredentialState, CredentialSummary, ReferrerKind, Use, UseActor, UseOutcome, UseReferrer,
};
use uuid::Uuid;

use crate::address::shown_entry;
use crate::http::{Principal, SortKey};
use crate::references::AllowedList;

#[derive(Debug, sqlx::FromRow)]
pub(super) struct CredentialRow {
    pub id: Uuid,
    pub name: String,
    pub name_sort: Vec<u8>,
    pub owner_id: Uuid,
    pub owner_name: String,
    pub owner_sort: Vec<u8>,
    pub version: i64,
    pub revision: i64,
    #[sqlx(flatten)]
    pub list: AllowedList,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub used_by: i64,
    pub total: i64,
}

impl CredentialRow {
    pub(super) fn cursor_key(&self, sort: &str) -> (SortKey, Uuid) {
        let key = match sort {
            "name" => SortKey::Bytes(self.name_sort.clone()),
            "owner" => SortKey::Bytes(self.owner_sort.clone()),
            "updated_at" => SortKey::Time(self.updated_at),
            _ => SortKey::Time(self.created_at),
        };
        (key, self.id)
    }
}

impl From<CredentialRow> for Credential {
    fn from(row: CredentialRow) -> Self {
        Self {
            id: CredentialId(row.id),
            name: row.name,
            owner: Owner {
                id: UserId(row.owner_id),
                name: row.owner_name,
            },
            version: row.version,
            revision: row.revision,
            allowed_hosts: row.list.texts(),
            allowed_hosts_from_before: row.list.marked_texts(),
            used_by: row.used_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Hides what looks like a secret in allowed destinations from readers who may not change the credential. Such entries
/// come from addresses that were stored before the rule about secrets.
pub(super) fn show_to(credential: &mut Credential, reader: &Principal) {
    if reader.may_with(Resource::Credentials, Action::Update, credential.owner.id) {
        return;
    }
    for list in [&mut credential.allowed_hosts, &mut credential.allowed_hosts_from_before] {
        for entry in list {
            *entry = shown_entry(std::mem::take(entry));
        }
    }
}

/// Row of a use or an echo in the audit trail.
#[derive(sqlx::FromRow)]
pub(super) struct UseRow {
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    credential_version: i64,
    referrer_kind: Option<String>,
    referrer_id: Option<Uuid>,
    referrer_name: Option<String>,
    host: Option<String>,
    outcome: String,
    reason: Option<String>,
}

impl From<UseRow> for Use {
    fn from(row: UseRow) -> Self {
        Self {
            at: row.at,
            actor: UseActor {
                kind: row.actor_kind,
                id: row.actor_id.map(UserId),
                name: row.actor_name,
            },
            referrer: row.referrer_kind.map(|kind| UseReferrer {
                kind: ReferrerKind::from_name(&kind),
                id: row.referrer_id,
                name: row.referrer_name,
            }),
            version: row.credential_version,
            host: row.host.unwrap_or_default(),
            outcome: match row.outcome.as_str() {
                "allowed" => UseOutcome::Allowed,
                "refused" => UseOutcome::Refused,
                "echoed" => UseOutcome::Echoed,
                _ => UseOutcome::Unknown,
            },
            reason: row.reason,
        }
    }
}

/// The credential of a record that may refer to one: the columns of a join.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(clippy::struct_field_names, reason = "they are called as the columns are")]
pub struct Joined {
    credential_id: Option<Uuid>,
    credential_name: Option<String>,
    credential_owner_id: Option<Uuid>,
    credential_owner_name: Option<String>,
    credential_deleted_at: Option<DateTime<Utc>>,
    credential_deleted_by: Option<String>,
}

impl Joined {
    pub fn id(&self) -> Option<CredentialId> {
        self.credential_id.map(CredentialId)
    }

    /// What the record shows of it to somebody.
    pub fn summary(&self, reader: &Principal) -> Option<CredentialSummary> {
        let id = self.id()?;
        let owner_id = UserId(self.credential_owner_id?);
        if !reader.may_with(Resource::Credentials, Action::Read, owner_id) {
            return Some(CredentialSummary {
                id,
                state: CredentialState::Hidden,
                name: None,
                owner: None,
                deleted_by: None,
                deleted_at: None,
            });
        }
        let owner = Owner {
            id: owner_id,
            name: self.credential_owner_name.clone()?,
        };
        let name = self.credential_name.clone();
        Some(match self.credential_deleted_at {
            None => CredentialSummary {
                id,
                state: CredentialState::Live,
                name,
                owner: Some(owner),
                deleted_by: None,
                deleted_at: None,
            },
            at => CredentialSummary {
                id,
                state: CredentialState::Deleted,
                name,
                owner: None,
                deleted_by: self.credential_deleted_by.clone(),
                deleted_at: at,
            },
        })
    }
}
