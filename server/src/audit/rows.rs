//! A row of the trail, and what becomes of it: an item of the list, a line of the export, a link to check.

use chrono::{DateTime, Utc};
use contract::accounts::UserId;
use contract::audit::{AuditActor, AuditEvent, AuditRecord};
use serde::Serialize;
use uuid::Uuid;

use super::event::Content;
use crate::hex::hex;

/// The columns of an event, from `audit_events e`.
macro_rules! event_columns {
    () => {
        "SELECT e.seq, e.at, e.actor_kind, e.actor_id, e.actor_name, e.action, e.target_kind, e.target_id, e.target_name, \
         e.credential_id, e.credential_version, e.referrer_kind, e.referrer_id, e.referrer_name, e.host, e.address, e.outcome, \
         e.reason, e.details, e.request_id"
    };
}
pub(crate) use event_columns;

/// An event as it is stored.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    pub target_name: String,
    pub credential_id: Option<Uuid>,
    pub credential_version: Option<i64>,
    pub referrer_kind: Option<String>,
    pub referrer_id: Option<Uuid>,
    pub referrer_name: Option<String>,
    pub host: Option<String>,
    pub address: Option<String>,
    pub outcome: String,
    pub reason: Option<String>,
    pub details: Option<String>,
    pub request_id: Option<String>,
}

/// With its link of the chain.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct ChainedRow {
    #[sqlx(flatten)]
    pub event: EventRow,
    pub key_id: String,
    pub mac: Vec<u8>,
    pub search_key: Option<String>,
}

/// One line of the export: the item, and what is needed to check it.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    #[serde(flatten)]
    event: AuditEvent,
    credential_id: Option<Uuid>,
    key_id: String,
    mac: String,
}

impl EventRow {
    /// What the chain covers.
    pub(super) fn content(&self) -> Content<'_> {
        Content {
            at: self.at,
            actor_kind: &self.actor_kind,
            actor_id: self.actor_id,
            actor_name: &self.actor_name,
            action: &self.action,
            target_kind: &self.target_kind,
            target_id: self.target_id,
            target_name: &self.target_name,
            credential_id: self.credential_id,
            credential_version: self.credential_version,
            referrer_kind: self.referrer_kind.as_deref(),
            referrer_id: self.referrer_id,
            referrer_name: self.referrer_name.as_deref(),
            host: self.host.as_deref(),
            address: self.address.as_deref(),
            outcome: &self.outcome,
            reason: self.reason.as_deref(),
            details: self.details.as_deref(),
            request_id: self.request_id.as_deref(),
        }
    }
}

impl From<EventRow> for AuditEvent {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            actor: AuditActor {
                kind: row.actor_kind,
                id: row.actor_id.map(UserId),
                name: row.actor_name,
            },
            action: row.action,
            target: AuditRecord {
                kind: row.target_kind,
                id: row.target_id,
                name: Some(row.target_name),
            },
            credential_version: row.credential_version,
            referrer: row.referrer_kind.map(|kind| AuditRecord {
                kind,
                id: row.referrer_id,
                name: row.referrer_name,
            }),
            host: row.host,
            address: row.address,
            outcome: row.outcome,
            reason: row.reason,
            details: row.details,
            request_id: row.request_id,
        }
    }
}

impl From<ChainedRow> for Line {
    fn from(row: ChainedRow) -> Self {
        Self {
            credential_id: row.event.credential_id,
            event: row.event.into(),
            key_id: row.key_id,
            mac: hex(&row.mac),
        }
    }
}
