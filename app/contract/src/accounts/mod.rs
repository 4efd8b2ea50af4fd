//! The wire contract of accounts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::api::{Patch, id_type};
use crate::secret::SecretValue;

id_type! {
    /// The id of a user.
    UserId
}

id_type! {
    /// The id of a session. It names the session and opens nothing.
    SessionId
}

/// The three fixed roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, on every record.
    Administrator,
    /// Creates; reads and uses any record; changes and deletes their own.
    Manager,
    /// Reads.
    Viewer,
}

impl Role {
    /// The name in the API and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Manager => "manager",
            Self::Viewer => "viewer",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "administrator" => Ok(Self::Administrator),
            "manager" => Ok(Self::Manager),
            "viewer" => Ok(Self::Viewer),
            _ => Err(()),
        }
    }
}

/// A kind of record that permissions speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Credentials.
    Credentials,
    /// MCP servers.
    McpServers,
    /// MCP servers that are programs beside Strongroom: making, changing and deleting them. For using and
    /// reading them, what holds for all MCP servers holds.
    StdioServers,
    /// Model bindings.
    ModelBindings,
    /// Users.
    Users,
    /// The audit trail.
    AuditEvents,
    /// A resource of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// What may be done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See it.
    Read,
    /// Make one.
    Create,
    /// Change it.
    Update,
    /// Delete it.
    Delete,
    /// Have the server use it.
    Use,
    /// An action of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// Whose records a permission covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One's own.
    Own,
    /// Everybody's.
    Any,
}

/// One permission of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Permission {
    /// The kind of record.
    pub resource: Resource,
    /// What may be done.
    pub action: Action,
    /// With whose records.
    pub scope: Scope,
}

/// The owner of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Owner {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub name: String,
}

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    /// The user's id.
    pub id: UserId,
    /// The address for signing in.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// The role.
    pub role: Role,
    /// What the role allows.
    pub permissions: Vec<Permission>,
}

impl Me {
    /// Whether the user may do something with records of an owner (`None`: with any at all, as for Create).
    #[must_use]
    pub fn may(&self, resource: Resource, action: Action, owner: Option<UserId>) -> bool {
        self.permissions.iter().any(|permission| {
            permission.resource == resource
                && permission.action == action
                && (permission.scope == Scope::Any || owner.is_none_or(|owner| owner == self.id))
        })
    }
}

/// Body of `POST /session`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: SecretValue,
}

/// Fields of the set-up form: the first administrator.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The token from the set-up link.
    pub token: SecretValue,
    /// The address.
    pub email: String,
    /// The name that others see.
    pub name: String,
    /// The password.
    pub password: SecretValue,
}

/// Fields of the form behind a link from an administrator.
#[derive(Debug, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// The token from the link.
    pub token: SecretValue,
    /// The chosen password.
    pub password: SecretValue,
}

/// A link by which somebody chooses a password. The answer that makes it is the only one that holds it.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpLink {
    /// The path below the address of this Strongroom, with the token in the fragment.
    pub path: String,
    /// Until when it is good.
    #[serde(deserialize_with = "crate::api::moment")]
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for SignUpLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignUpLink")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Body of `PATCH /me` (a merge patch).
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    /// A new name.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub name: Patch<String>,
    /// The password as it is; needed for a new one.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub current_password: Patch<SecretValue>,
    /// A new password, 12 to 256 characters: every other session ends.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub new_password: Patch<SecretValue>,
}

/// One of one's own sessions.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// What the browser called itself, in short: "Firefox on Linux". Nothing for what is not known.
    pub browser: Option<String>,
    /// The network that it signed in from, shortened: `203.0.113.0/24`.
    pub network: Option<String>,
    /// When it began.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// When it was used last, to within five minutes.
    #[serde(deserialize_with = "crate::api::moment")]
    pub last_seen_at: DateTime<Utc>,
    /// Whether it is the session that asks.
    pub current: bool,
}
