//! The wire contract of model bindings.

mod provider;
mod rules;
#[cfg(feature = "schema")]
mod schema;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::accounts::Owner;
use crate::api::{Patch, Problem, id_type};
use crate::credentials::{CredentialId, CredentialSummary};

pub use provider::{KeyHeader, Provider, WireFormat};
pub use rules::settings_faults;
#[cfg(feature = "schema")]
pub use schema::NewModelSettings;

id_type! {
    /// The id of a model binding.
    ModelBindingId
}

/// Which model of which provider, and which credential: the settings of `kind: model`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// Who serves the model.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::provider"))]
    pub provider: Provider,
    /// The model, as the provider names it.
    #[cfg_attr(feature = "schema", schemars(
        length(min = 1, max = 256),
        extend("pattern" = "^\\S+$", "x-ui" = {
            "widget": "text", "title": "Model", "order": 20, "help": "As the provider names it, e.g. gpt-5.2.",
        }),
    ))]
    pub model_id: String,
    /// The id of the credential whose value is sent as the key; without one, no key is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {
        "widget": "credential", "title": "API key", "order": 40,
        "help": "The credential that holds the key. None: requests go without authentication.",
    })))]
    pub api_key: Option<CredentialId>,
    /// Where the provider is reached; absent: its usual address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::base_url"))]
    pub base_url: Option<String>,
    /// The organization that the provider bills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        length(min = 1, max = 256),
        extend("pattern" = "^\\S+$", "x-ui" = {
            "widget": "text", "title": "Organization", "order": 50, "hidden_until_added": true,
            "help": "Sent to OpenAI and servers that speak its API, which bill it.",
        }),
    ))]
    pub organization: Option<String>,
    /// Whether the model takes a JSON Schema for its answer; absent: what is known of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {
        "widget": "switch", "title": "Takes a JSON Schema", "order": 60, "hidden_until_added": true,
        "help": "Whether the model can be held to a schema. Absent: what is known of the provider.",
    })))]
    pub supports_structured_outputs: Option<bool>,
}

/// A model binding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelBinding {
    /// The id.
    pub id: ModelBindingId,
    /// The unique name.
    pub name: String,
    /// What is bound.
    pub settings: ModelSettings,
    /// What the credential is.
    pub credential: Option<CredentialSummary>,
    /// Where requests go, as `host` or `host:port`.
    pub host: String,
    /// When its credential was used last.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Who created it.
    pub owner: Owner,
    /// Counts all changes, from 1; quoted, it is the `ETag`.
    pub revision: i64,
    /// When it was created.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(deserialize_with = "crate::api::moment")]
    pub updated_at: DateTime<Utc>,
}

/// Body of `POST /model-bindings`, `PATCH /model-bindings/{id}` (a merge patch, of `settings` too) and
/// `POST /model-bindings/test`. A new one needs a name and settings; a test needs no name.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields, default)]
pub struct ModelBindingInput {
    /// Only in a test: the saved binding that the other fields change.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Option::is_none"))]
    pub id: Option<ModelBindingId>,
    /// The unique name.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    pub name: Patch<String>,
    /// The settings, or what changes about them; `null` in it clears an optional one.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(with = "schema::ModelSettingsChanges"))]
    pub settings: Patch<serde_json::Map<String, serde_json::Value>>,
    /// Adds the base URL (scheme, host, port and path) to the credential's allowed destinations, where the caller may
    /// change the credential. A test adds nothing.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub allow_host: bool,
    /// The destination that is added, by `allow_host` or to an empty list, is the whole host instead of the path.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub whole_host: bool,
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelTestResult {
    /// Whether the model answered.
    pub ok: bool,
    /// When the test ran.
    #[serde(deserialize_with = "crate::api::moment")]
    pub checked_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// The model, as the provider reports it.
    pub model: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Problem>>,
}
