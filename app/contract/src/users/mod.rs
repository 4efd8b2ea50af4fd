//! The wire contract of users, for administrators.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::accounts::{Role, SignUpLink, UserId};
use crate::api::{NamedRecord, Patch};
use crate::credentials::{CredentialId, Reference, ReferrerKind};

/// The state of an account.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// The user can sign in.
    Active,
    /// The user has not chosen a password yet.
    Invited,
    /// Disabled by an administrator.
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
    /// The ID.
    pub id: UserId,
    /// The display name.
    pub name: String,
    /// The email address for signing in.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The state of the account.
    pub state: UserState,
    /// When an unused link expires.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub link_expires_at: Option<DateTime<Utc>>,
    /// The last activity, to within 5 minutes; absent before the first.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub last_seen_at: Option<DateTime<Utc>>,
    /// The number of changes, starting at 1. In quotes, it is the `ETag`.
    pub revision: i64,
    /// When the account was created.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(deserialize_with = "crate::api::moment")]
    pub updated_at: DateTime<Utc>,
}

/// Body of `POST /users`. It contains no password: the user chooses one with the link.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// The email address for signing in.
    pub email: String,
    /// The display name.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    pub name: String,
    /// The role.
    pub role: Role,
}

/// Response of `POST /users`. Only this response contains the link.
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
    /// Disables or enables the account. Disabling ends every session and the link.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub disabled: Patch<bool>,
}

/// A credential of a user, with its references.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedCredential {
    /// The ID.
    pub id: CredentialId,
    /// The name.
    pub name: String,
    /// The first references.
    pub references: Vec<Reference>,
    /// How many references there are.
    pub used_by: i64,
}

/// A user's records: the first of each kind, and their number.
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
    /// The records that are no credentials: their kind, the first of them, and their number.
    pub fn others(&self) -> [(ReferrerKind, &Vec<NamedRecord>, i64); 2] {
        [
            (ReferrerKind::McpServer, &self.mcp_servers, self.mcp_servers_total),
            (
                ReferrerKind::ModelBinding,
                &self.model_bindings,
                self.model_bindings_total,
            ),
        ]
    }

    /// The fields of such a kind, to be filled.
    pub fn fields_of(&mut self, kind: ReferrerKind) -> Option<(&mut Vec<NamedRecord>, &mut i64)> {
        match kind {
            ReferrerKind::McpServer => Some((&mut self.mcp_servers, &mut self.mcp_servers_total)),
            ReferrerKind::ModelBinding => Some((&mut self.model_bindings, &mut self.model_bindings_total)),
            ReferrerKind::Unknown => None,
        }
    }

    /// `true` if there are none.
    pub fn is_empty(&self) -> bool {
        self.credentials_total == 0 && self.others().iter().all(|(_, _, total)| *total == 0)
    }
}

/// The future of a deleted user's records.
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
    pub fn to_query_string(self) -> String {
        match self {
            Self::None => String::new(),
            Self::TransferTo(user) => format!("?transfer_to={user}"),
            Self::WithCredentials => "?with_credentials=true".to_owned(),
        }
    }
}
