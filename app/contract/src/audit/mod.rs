//! The wire contract of the audit trail.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::UserId;

/// An event of the audit trail. Names are those at the time of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEvent {
    /// The number of the event in the trail, starting at 1, without gaps.
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
    /// The version of the value, for uses and for values that came back. 0 if the credential never existed.
    pub credential_version: Option<i64>,
    /// The record that used the credential (uses only).
    pub referrer: Option<AuditRecord>,
    /// The host of the use, of the allowed destination, or of the response that contained the value.
    pub host: Option<String>,
    /// The address of the use, or the address that was allowed or saved: scheme, host, port and path, up to 256 bytes.
    /// The query is left out, and path segments that look like secrets are `…`.
    #[serde(default)]
    pub address: Option<String>,
    /// `ok`, `allowed` or `refused`.
    pub outcome: String,
    /// The reason for a refusal: the code of the problem.
    pub reason: Option<String>,
    /// More details, e.g. the changed fields. Never a value.
    pub details: Option<String>,
    /// The ID of the request.
    pub request_id: Option<String>,
}

/// The actor of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditActor {
    /// `user`, `cli` or `anonymous`.
    pub kind: String,
    /// The user's ID.
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
    /// Its ID.
    pub id: Option<Uuid>,
    /// Its name at that time.
    pub name: Option<String>,
}
