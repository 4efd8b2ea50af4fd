//! The wire contract of accounts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::api::{Patch, id_type};
use crate::secret::SecretValue;

pub use crate::kinds::Resource;

id_type! {
    /// The ID of a user.
    UserId
}

id_type! {
    /// The ID of a session. It names the session and opens nothing.
    SessionId
}

/// The three fixed roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Full access to every record.
    Administrator,
    /// Can add records, read and use every record, and change and delete their own.
    Manager,
    /// Can read records.
    Viewer,
}

impl Role {
    /// The name in the API and in the database.
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

/// An action on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Read it.
    Read,
    /// Create one.
    Create,
    /// Change it.
    Update,
    /// Delete it.
    Delete,
    /// Use it.
    Use,
    /// An action of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// The scope of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The user's own records.
    Own,
    /// All records.
    Any,
}

/// One permission of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Permission {
    /// The kind of record.
    pub resource: Resource,
    /// The permitted action.
    pub action: Action,
    /// The scope.
    pub scope: Scope,
}

/// The owner of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Owner {
    /// The user's ID.
    pub id: UserId,
    /// The user's name.
    pub name: String,
}

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    /// The user's ID.
    pub id: UserId,
    /// The email address for signing in.
    pub email: String,
    /// The display name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The permissions of the role.
    pub permissions: Vec<Permission>,
}

impl Me {
    /// `true` if the user may do something with records of an owner (`None`: with any at all, as for Create).
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
    /// The email address.
    pub email: String,
    /// The password.
    pub password: SecretValue,
}

/// Fields of the setup form: the first administrator.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// The token from the setup link.
    pub token: SecretValue,
    /// The email address.
    pub email: String,
    /// The display name.
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

/// A link to choose a password. Only the response that creates the link contains it.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpLink {
    /// The path below Strongroom's address, with the token in the fragment.
    pub path: String,
    /// When it expires.
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
    /// The current password; required for a new one.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub current_password: Patch<SecretValue>,
    /// A new password, 12 to 256 characters. It ends every other session.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub new_password: Patch<SecretValue>,
}

/// A session of the signed-in user.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The ID.
    pub id: SessionId,
    /// The browser, in short: "Firefox on Linux". Empty if unknown.
    pub browser: Option<String>,
    /// The network at sign-in, shortened: `203.0.113.0/24`.
    pub network: Option<String>,
    /// When it began.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// The last use, to within 5 minutes.
    #[serde(deserialize_with = "crate::api::moment")]
    pub last_seen_at: DateTime<Utc>,
    /// `true` for the session of this request.
    pub current: bool,
}
