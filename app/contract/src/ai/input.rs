//! What an action takes. The forms and the checks of the server come from these types.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{InputMode, McpTools, Message};
use crate::model_bindings::ModelBindingId;

/// Body of `POST /actions/{action}`: a saved model binding or inline settings, and the action's inputs and settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunAction {
    /// The saved model binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_binding_id: Option<ModelBindingId>,
    /// Inline settings instead of a saved binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<InlineModel>,
    /// The inputs. They depend on the action: see `<action>.inputs` in `GET /schemas`.
    #[cfg_attr(feature = "schema", schemars(with = "ActionInputs"))]
    pub inputs: Map<String, Value>,
    /// The settings. They depend on the action: see `<action>.settings` in `GET /schemas`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "ActionSettings"))]
    pub settings: Map<String, Value>,
    /// The MCP servers with the agent's tools (`ai_agent` only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mcp: Vec<McpTools>,
}

/// An inline model, without a saved binding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InlineModel {
    /// The settings of a model binding.
    #[cfg_attr(feature = "schema", schemars(with = "crate::model_bindings::NewModelSettings"))]
    pub settings: Map<String, Value>,
}

/// The inputs of an action. They depend on the action.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActionInputs {
    /// Input type.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(
        schema_with = "super::schema::input_mode",
        extend("x-ui" = {
            "widget": "choice", "title": "Input type", "order": 10,
            "labels": {"prompt": "A prompt", "history": "A conversation"},
        }),
    ))]
    pub input_mode: InputMode,
    /// Your question or task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        length(min = 1, max = 200_000),
        extend("x-ui" = {"widget": "multiline", "title": "Prompt", "order": 20}),
    ))]
    pub prompt: Option<String>,
    /// The conversation, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(
        length(min = 1, max = 1000),
        extend("x-ui" = {
            "widget": "json", "title": "Messages", "order": 30,
            "help": "A list of {\"role\": \"user\" or \"assistant\", \"content\": \"…\"}, oldest first.",
        }),
    ))]
    pub messages: Vec<Message>,
    /// Number of recent messages to send. Default: 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 200),
        extend("x-ui" = {"widget": "number", "title": "Last messages", "order": 40, "hidden_until_added": true}),
    ))]
    pub messages_limit: Option<i64>,
    /// The system prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        length(max = 200_000),
        extend("x-ui" = {"widget": "multiline", "title": "Instructions", "order": 50}),
    ))]
    pub system: Option<String>,
}

/// The settings of an action. Requests leave out those that the provider doesn't support.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActionSettings {
    /// A JSON Schema. The answer must match it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        with = "Map<String, Value>",
        extend("x-ui" = {"widget": "json", "title": "Output schema", "order": 10}),
    ))]
    pub output_schema: Option<Value>,
    /// 0 = most predictable, higher = more varied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 2),
        extend("x-ui" = {"widget": "number", "title": "Temperature", "order": 20}),
    ))]
    pub temperature: Option<f64>,
    /// Maximum number of output tokens, including reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 1_000_000),
        extend("x-ui" = {
            "widget": "number", "title": "Max output tokens", "order": 30, "help": "Including reasoning.",
        }),
    ))]
    pub max_output_tokens: Option<i64>,
    /// Maximum number of requests to the model (`ai_agent` only). Default: 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 50),
        extend("x-ui" = {
            "widget": "number", "title": "Max steps", "order": 40,
            "help": "Maximum number of requests to the model. Default: 10.",
        }),
    ))]
    pub stop_step_count: Option<i64>,
    /// Sample from the top share of likely words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 1),
        extend("x-ui" = {"widget": "number", "title": "Top p", "order": 50, "hidden_until_added": true}),
    ))]
    pub top_p: Option<f64>,
    /// Sample from this many of the most likely words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 10_000),
        extend("x-ui" = {"widget": "number", "title": "Top k", "order": 60, "hidden_until_added": true}),
    ))]
    pub top_k: Option<i64>,
    /// Penalizes words already used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = -2, max = 2),
        extend("x-ui" = {"widget": "number", "title": "Presence penalty", "order": 70, "hidden_until_added": true}),
    ))]
    pub presence_penalty: Option<f64>,
    /// Penalizes words used often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = -2, max = 2),
        extend("x-ui" = {"widget": "number", "title": "Frequency penalty", "order": 80, "hidden_until_added": true}),
    ))]
    pub frequency_penalty: Option<f64>,
    /// Stop generating at these strings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(
        schema_with = "super::schema::stop_sequences",
        extend("x-ui" = {"widget": "texts", "title": "Stop sequences", "order": 90, "hidden_until_added": true}),
    ))]
    pub stop_sequences: Vec<String>,
    /// Makes output repeatable where supported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 2_147_483_647),
        extend("x-ui" = {"widget": "number", "title": "Seed", "order": 100, "hidden_until_added": true}),
    ))]
    pub seed: Option<i64>,
    /// For the whole action, in milliseconds. Default: 2 minutes, or 5 minutes for agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 100, max = 600_000),
        extend("x-ui" = {"widget": "number", "title": "Time limit", "order": 110, "hidden_until_added": true}),
    ))]
    pub timeout_ms: Option<u64>,
    /// Retry failed requests automatically.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        with = "Retries",
        extend("x-ui" = {"widget": "object", "title": "Retries", "order": 120, "hidden_until_added": true}),
    ))]
    pub retries: Option<Retries>,
}

/// Retries of requests that failed temporarily: no connection, 429, 5xx.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retries {
    /// Retry failed requests automatically.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {"widget": "switch", "title": "Retry automatically", "order": 10, "help": ""})))]
    pub enabled: bool,
    /// Number of attempts, including the first. Default: 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 10),
        extend("x-ui" = {"widget": "number", "title": "Max attempts", "order": 20}),
    ))]
    pub max_attempts: Option<u32>,
    /// Delay after the first failure, in milliseconds. Default: 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 60_000),
        extend("x-ui" = {"widget": "number", "title": "Initial delay", "order": 30}),
    ))]
    pub backoff_ms: Option<u64>,
    /// In milliseconds. Default: 10,000. If the provider asks for a longer delay, the request isn't retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 300_000),
        extend("x-ui" = {"widget": "number", "title": "Max delay", "order": 40}),
    ))]
    pub max_delay_ms: Option<u64>,
    /// Random variation of each delay, as a fraction. Default: 0.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 1),
        extend("x-ui" = {"widget": "number", "title": "Jitter", "order": 50}),
    ))]
    pub jitter: Option<f64>,
    /// Each delay is this many times as long as the one before. Default: 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 10),
        extend("x-ui" = {"widget": "number", "title": "Multiplier", "order": 60}),
    ))]
    pub multiplier: Option<f64>,
}
