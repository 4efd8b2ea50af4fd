//! The wire contract of the audit trail.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::UserId;

/// An event of the audit trail. Names are those at the time of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEvent {
    /// Its number in the trail, from 1, without gaps.
    pub seq: i64,
    /// The time.
    #[serde(deserialize_with = "crate::api::moment")]
    pub at: DateTime<Utc>,
    /// The actor.
    pub actor: AuditActor,
    /// The action, e.g. `credential.use`.
    pub action: String,
    /// The record.
    pub target: AuditRecord,
    /// Uses, and values that came back: the version of the value; 0 if the credential never existed.
    pub credential_version: Option<i64>,
    /// Uses: the record that used the credential.
    pub referrer: Option<AuditRecord>,
    /// The host: of a use, of an allowed destination, or of a value that came back.
    pub host: Option<String>,
    /// Uses, and addresses that were allowed or saved: scheme, host, port and path. Without the query, segments that
    /// look like secrets as `…`, at most 256 bytes.
    #[serde(default)]
    pub address: Option<String>,
    /// `ok`, `allowed` or `refused`.
    pub outcome: String,
    /// The reason of a refusal: the code of the problem.
    pub reason: Option<String>,
    /// More details, e.g. the changed fields. Never a value.
    pub details: Option<String>,
    /// The ID of its request.
    pub request_id: Option<String>,
}

/// The actor of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditActor {
    /// `user`, `cli` or `anonymous`.
    pub kind: String,
    /// The user's id.
    pub id: Option<UserId>,
    /// The name at that time.
    pub name: String,
}

/// The record of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRecord {
    /// The kind of record, e.g. `credential`.
    pub kind: String,
    /// Its id.
    pub id: Option<Uuid>,
    /// Its name at that time.
    pub name: Option<String>,
}
