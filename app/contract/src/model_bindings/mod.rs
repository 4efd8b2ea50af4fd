//! The wire contract of model bindings.

mod provider;
mod rules;
#[cfg(feature = "schema")]
mod schema;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::accounts::Owner;
use crate::api::{Patch, id_type};
use crate::credentials::{CredentialId, CredentialSummary};
use crate::problem::Problem;

pub use provider::{KeyHeader, Provider, WireFormat};
pub use rules::settings_faults;
#[cfg(feature = "schema")]
pub use schema::NewModelSettings;

id_type! {
    /// The ID of a model binding.
    ModelBindingId
}

/// Provider, model and credential: the settings of `kind: model`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// The service that hosts the model.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::provider"))]
    pub provider: Provider,
    /// The provider's model ID, e.g. gpt-5.2.
    #[cfg_attr(feature = "schema", schemars(
        length(min = 1, max = 256),
        extend("pattern" = "^\\S+$", "x-ui" = {
            "widget": "text", "title": "Model", "order": 20,
        }),
    ))]
    pub model_id: String,
    /// The ID of the credential with the API key; without one, no key is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {
        "widget": "credential", "title": "Credential", "order": 40,
        "help": "The API key. Leave blank if none is needed.",
    })))]
    pub api_key: Option<CredentialId>,
    /// API base URL. Default: the provider's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::base_url"))]
    pub base_url: Option<String>,
    /// The organization to bill. Sent to OpenAI and compatible servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        length(min = 1, max = 256),
        extend("pattern" = "^\\S+$", "x-ui" = {
            "widget": "text", "title": "Organization", "order": 50, "hidden_until_added": true,
        }),
    ))]
    pub organization: Option<String>,
    /// Support for structured output. Default: depends on the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {
        "widget": "switch", "title": "Supports structured output", "order": 60, "hidden_until_added": true,
        "help": "Leave blank to use the provider's default.",
    })))]
    pub supports_structured_outputs: Option<bool>,
}

/// A model binding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelBinding {
    /// The ID.
    pub id: ModelBindingId,
    /// The unique name.
    pub name: String,
    /// The settings.
    pub settings: ModelSettings,
    /// A summary of the credential.
    pub credential: Option<CredentialSummary>,
    /// The host of requests, as `host` or `host:port`.
    pub host: String,
    /// The last use of its credential.
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub last_used_at: Option<DateTime<Utc>>,
    /// The owner.
    pub owner: Owner,
    /// The number of changes, starting at 1. In quotes, it is the `ETag`.
    pub revision: i64,
    /// When it was created.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
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
    /// Only for tests: a saved binding, tested with the changes in the other fields.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Option::is_none"))]
    pub id: Option<ModelBindingId>,
    /// The unique name.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    pub name: Patch<String>,
    /// The settings, or their changes; `null` clears an optional setting.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(with = "schema::ModelSettingsChanges"))]
    pub settings: Patch<serde_json::Map<String, serde_json::Value>>,
    /// Adds the base URL (scheme, host, port and path) to the credential's allowed destinations, if the caller can
    /// change the credential. A test adds nothing.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub allow_host: bool,
    /// Adds the whole host instead of the path, by `allow_host` or to an empty list.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub whole_host: bool,
}

/// The result of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelTestResult {
    /// `true` if the model responded.
    pub ok: bool,
    /// When the test ran.
    #[serde(deserialize_with = "crate::api::moment")]
    pub checked_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// The model, as the provider reports it.
    pub model: Option<String>,
    /// The reason for the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Problem>>,
}
