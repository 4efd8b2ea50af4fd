//! The wire contract of credentials. No output has a value.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::{Owner, UserId};
use crate::api::{Patch, id_type};
use crate::secret::SecretValue;

pub use crate::kinds::ReferrerKind;

id_type! {
    /// The ID of a credential, to which other records refer.
    CredentialId
}

/// A credential, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Credential {
    /// The ID.
    pub id: CredentialId,
    /// The unique name.
    pub name: String,
    /// The owner.
    pub owner: Owner,
    /// The version of the value, starting at 1.
    pub version: i64,
    /// The number of changes, starting at 1. In quotes, it is the `ETag`.
    pub revision: i64,
    /// The allowed destinations: `host[:port][/path]` for https, `http://host[:port][/path]` for http; loopback and
    /// private hosts with a port include `https://`. A path allows everything below it; without a path, the whole host
    /// is allowed. If empty, the value can't be sent anywhere.
    pub allowed_hosts: Vec<String>,
    /// The entries of `allowed_hosts` that come from a release without paths and allow any path. Saving the list clears
    /// this.
    #[serde(default)]
    pub allowed_hosts_from_before: Vec<String>,
    /// The number of references.
    pub used_by: i64,
    /// When it was created.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(deserialize_with = "crate::api::moment")]
    pub updated_at: DateTime<Utc>,
}

/// Body of `POST /credentials`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct CreateCredential {
    /// The unique name, 1 to 128 characters.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    pub name: String,
    /// The secret, 1 byte to 64 KiB. It is stored unchanged.
    pub value: SecretValue,
    /// The allowed destinations, as `host[:port][/path]` for https or `http://host[:port][/path]` for http. If empty or
    /// absent, the first record that uses the credential adds its own.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
    pub allowed_hosts: Vec<String>,
}

impl CreateCredential {
    /// A credential with nothing but what each has.
    pub fn new(name: String, value: SecretValue) -> Self {
        Self {
            name,
            value,
            allowed_hosts: Vec::new(),
        }
    }
}

/// Body of `PATCH /credentials/{id}` (a merge patch).
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct UpdateCredential {
    /// A new name.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub name: Patch<String>,
    /// A new secret. It becomes the next version.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub value: Patch<SecretValue>,
    /// The new list of allowed destinations; `null` empties it.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
    pub allowed_hosts: Patch<Vec<String>>,
}

/// One record that refers to a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reference {
    /// The kind of record.
    pub kind: ReferrerKind,
    /// The record's ID.
    pub id: Uuid,
    /// The record's name.
    pub name: String,
    /// When the credential was attached.
    #[serde(deserialize_with = "crate::api::moment")]
    pub attached_at: DateTime<Utc>,
    /// When this record last used the credential.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The state of a credential in a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    /// The credential can be used.
    Live,
    /// It was deleted.
    Deleted,
    /// You don't have permission to see it.
    Hidden,
}

/// A credential, in a record that refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CredentialSummary {
    /// The ID.
    pub id: CredentialId,
    /// Its state.
    pub state: CredentialState,
    /// The name; kept after deletion, absent if hidden.
    pub name: Option<String>,
    /// The owner; absent if hidden or deleted.
    pub owner: Option<Owner>,
    /// The user who deleted it.
    pub deleted_by: Option<String>,
    /// When it was deleted.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub deleted_at: Option<DateTime<Utc>>,
}

impl From<&Credential> for CredentialSummary {
    fn from(credential: &Credential) -> Self {
        Self {
            id: credential.id,
            state: CredentialState::Live,
            name: Some(credential.name.clone()),
            owner: Some(credential.owner.clone()),
            deleted_by: None,
            deleted_at: None,
        }
    }
}

/// The outcome of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UseOutcome {
    /// The secret was released to be sent.
    Allowed,
    /// The use was refused.
    Refused,
    /// Not a use: the value came back in a response to another record, and was masked.
    Echoed,
    /// An outcome of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// The actor of a use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UseActor {
    /// `user`, `token`, `cli` or `job`; `hidden` for an echo: only the audit trail shows its caller.
    pub kind: String,
    /// The user's ID, if there is one.
    pub id: Option<UserId>,
    /// The name at that time.
    pub name: String,
}

/// The record that used a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UseReferrer {
    /// The kind of record.
    pub kind: ReferrerKind,
    /// The record's ID; absent for a test of an unsaved record.
    pub id: Option<Uuid>,
    /// The record's name at that time.
    pub name: Option<String>,
}

/// A use of a credential, or an echo of its value, from the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Use {
    /// The time.
    #[serde(deserialize_with = "crate::api::moment")]
    pub at: DateTime<Utc>,
    /// The actor.
    pub actor: UseActor,
    /// The record that used the credential.
    pub referrer: Option<UseReferrer>,
    /// The version of the value.
    pub version: i64,
    /// The host of the use or of the echo.
    pub host: String,
    /// `true` if the use was allowed.
    pub outcome: UseOutcome,
    /// The reason for a refusal: the code of the problem.
    pub reason: Option<String>,
}
