//! The wire contract of users, for administrators.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::accounts::{Role, SignUpLink, UserId};
use crate::api::{NamedRecord, Patch};
use crate::credentials::{CredentialId, Reference};

/// What an account can do at the moment.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Signs in.
    Active,
    /// Has no password yet: the link was not used.
    Invited,
    /// Switched off by an administrator.
    Disabled,
    /// A state of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// A user as administrators see them.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name that others see.
    pub name: String,
    /// The address for signing in.
    pub email: String,
    /// The role.
    pub role: Role,
    /// Whether they can sign in.
    pub state: UserState,
    /// Until when a link that was not used yet is good.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub link_expires_at: Option<DateTime<Utc>>,
    /// When they were seen last, to within five minutes; nothing for never.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Counts all changes, from 1; quoted, it is the `ETag`.
    pub revision: i64,
    /// When the account was made.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(deserialize_with = "crate::api::moment")]
    pub updated_at: DateTime<Utc>,
}

/// Body of `POST /users`. There is no password in it: the user chooses one by the link.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// The address for signing in.
    pub email: String,
    /// The name that others see.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    pub name: String,
    /// The role.
    pub role: Role,
}

/// Answer of `POST /users`: the only one that holds the link.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedUser {
    /// The new user.
    pub user: User,
    /// The link for the new user.
    pub link: SignUpLink,
}

/// Body of `PATCH /users/{id}` (a merge patch).
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    /// A new name.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub name: Patch<String>,
    /// A new role.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub role: Patch<Role>,
    /// Switches the account off or on; off ends every session and the link.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub disabled: Patch<bool>,
}

/// A credential that a user owns, with what uses it.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedCredential {
    /// The id.
    pub id: CredentialId,
    /// The name.
    pub name: String,
    /// The first references.
    pub references: Vec<Reference>,
    /// How many references there are.
    pub used_by: i64,
}

/// What a user owns: the first ones of each kind, and how many there are.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// The first credentials, by name.
    pub credentials: Vec<OwnedCredential>,
    /// How many credentials there are.
    pub credentials_total: i64,
    /// The first MCP servers, by name.
    pub mcp_servers: Vec<NamedRecord>,
    /// How many MCP servers there are.
    pub mcp_servers_total: i64,
    /// The first model bindings, by name.
    pub model_bindings: Vec<NamedRecord>,
    /// How many model bindings there are.
    pub model_bindings_total: i64,
}

impl Owned {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.credentials_total == 0 && self.mcp_servers_total == 0 && self.model_bindings_total == 0
    }
}

/// What becomes of the records of a user who is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estate {
    /// There must be none.
    None,
    /// Another user gets them.
    TransferTo(UserId),
    /// The credentials are destroyed; MCP servers and model bindings go to the administrator who deletes.
    WithCredentials,
}

impl Estate {
    /// The query string of `DELETE /users/{id}`.
    #[must_use]
    pub fn to_query_string(self) -> String {
        match self {
            Self::None => String::new(),
            Self::TransferTo(user) => format!("?transfer_to={user}"),
            Self::WithCredentials => "?with_credentials=true".to_owned(),
        }
    }
}
