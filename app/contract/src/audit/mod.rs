//! The wire contract of the audit trail.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::UserId;

/// One event of the trail, as it was recorded: names stay as they were then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEvent {
    /// Its place in the trail, from 1, without gaps.
    pub seq: i64,
    /// When.
    #[serde(deserialize_with = "crate::api::moment")]
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: AuditActor,
    /// What was done, e.g. `credential.use`.
    pub action: String,
    /// With what.
    pub target: AuditRecord,
    /// Uses, and values that came back: which version of the value; 0 where there never was such a credential.
    pub credential_version: Option<i64>,
    /// Uses: through what.
    pub referrer: Option<AuditRecord>,
    /// Uses, and hosts that were allowed: where to. Values that came back: where from.
    pub host: Option<String>,
    /// Uses, and addresses that were allowed or saved: scheme, host, port and path. Without the query, segments that
    /// look like secrets as `…`, at most 256 bytes.
    #[serde(default)]
    pub address: Option<String>,
    /// `ok`, `allowed` or `refused`.
    pub outcome: String,
    /// Why it was refused: the code of the problem.
    pub reason: Option<String>,
    /// More, e.g. which fields were changed. Never a value.
    pub details: Option<String>,
    /// The request that it happened in.
    pub request_id: Option<String>,
}

/// Who did something.
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

/// A record that an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRecord {
    /// What kind of record, e.g. `credential`.
    pub kind: String,
    /// Its id.
    pub id: Option<Uuid>,
    /// Its name at that time.
    pub name: Option<String>,
}
