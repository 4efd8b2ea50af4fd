//! What an action takes. The forms and the checks of the server come from these types.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{InputMode, McpTools, Message};
use crate::model_bindings::ModelBindingId;

/// Body of `POST /actions/{action}`: a saved model binding or settings on the spot, and what the action takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunAction {
    /// The saved binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_binding_id: Option<ModelBindingId>,
    /// Instead of a saved binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<InlineModel>,
    /// The inputs. Not every action takes all of them: `GET /schemas` has what each takes as `<action>.inputs`.
    #[cfg_attr(feature = "schema", schemars(with = "ActionInputs"))]
    pub inputs: Map<String, Value>,
    /// The settings. Not every action takes all of them: `GET /schemas` has what each takes as `<action>.settings`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "ActionSettings"))]
    pub settings: Map<String, Value>,
    /// Agent: the MCP servers whose tools it may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mcp: Vec<McpTools>,
}

/// A model that is named on the spot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InlineModel {
    /// The settings of a model binding.
    #[cfg_attr(feature = "schema", schemars(with = "crate::model_bindings::NewModelSettings"))]
    pub settings: Map<String, Value>,
}

/// The inputs of an action. Not every action takes all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActionInputs {
    /// What the action looks at.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(
        schema_with = "super::schema::input_mode",
        extend("x-ui" = {
            "widget": "choice", "title": "Input", "order": 10,
            "labels": {"prompt": "A prompt", "history": "A conversation"},
        }),
    ))]
    pub input_mode: InputMode,
    /// What the model is asked.
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
            "help": "A list of {\"role\": \"user\" or \"assistant\", \"content\": text}, oldest first.",
        }),
    ))]
    pub messages: Vec<Message>,
    /// How many of the last messages are sent; 4 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 200),
        extend("x-ui" = {
            "widget": "number", "title": "Last messages", "order": 40, "hidden_until_added": true,
            "help": "How many of the last messages are sent; 4 if absent.",
        }),
    ))]
    pub messages_limit: Option<i64>,
    /// Instructions for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        length(max = 200_000),
        extend("x-ui" = {
            "widget": "multiline", "title": "Instructions", "order": 50,
            "help": "Who the model is and how it answers.",
        }),
    ))]
    pub system: Option<String>,
}

/// The settings of an action. Those that a provider does not take are left out of its requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActionSettings {
    /// JSON Schema of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        with = "Map<String, Value>",
        extend("x-ui" = {
            "widget": "json", "title": "Schema of the object", "order": 10,
            "help": "A JSON Schema. The answer is checked against it.",
        }),
    ))]
    pub output_schema: Option<Value>,
    /// How freely the model chooses its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 2),
        extend("x-ui" = {
            "widget": "number", "title": "Temperature", "order": 20,
            "help": "0 for the likeliest words, higher for more variety.",
        }),
    ))]
    pub temperature: Option<f64>,
    /// How long an answer may be, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 1_000_000),
        extend("x-ui" = {
            "widget": "number", "title": "Longest answer", "order": 30, "help": "In tokens, reasoning included.",
        }),
    ))]
    pub max_output_tokens: Option<i64>,
    /// Agent: how many requests to the model there may be; 10 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 50),
        extend("x-ui" = {
            "widget": "number", "title": "Most steps", "order": 40,
            "help": "How often the model may be asked; 10 if absent.",
        }),
    ))]
    pub stop_step_count: Option<i64>,
    /// Only the most likely words that make up this share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 1),
        extend("x-ui" = {"widget": "number", "title": "Top p", "order": 50, "hidden_until_added": true}),
    ))]
    pub top_p: Option<f64>,
    /// Only so many of the most likely words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 10_000),
        extend("x-ui" = {"widget": "number", "title": "Top k", "order": 60, "hidden_until_added": true}),
    ))]
    pub top_k: Option<i64>,
    /// Against words that came already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = -2, max = 2),
        extend("x-ui" = {"widget": "number", "title": "Presence penalty", "order": 70, "hidden_until_added": true}),
    ))]
    pub presence_penalty: Option<f64>,
    /// Against words that came often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = -2, max = 2),
        extend("x-ui" = {"widget": "number", "title": "Frequency penalty", "order": 80, "hidden_until_added": true}),
    ))]
    pub frequency_penalty: Option<f64>,
    /// Texts that end the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(
        schema_with = "super::schema::stop_sequences",
        extend("x-ui" = {"widget": "texts", "title": "Stop at", "order": 90, "hidden_until_added": true}),
    ))]
    pub stop_sequences: Vec<String>,
    /// The same seed, the same answer, as far as the provider can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 2_147_483_647),
        extend("x-ui" = {"widget": "number", "title": "Seed", "order": 100, "hidden_until_added": true}),
    ))]
    pub seed: Option<i64>,
    /// How long the whole action may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 100, max = 600_000),
        extend("x-ui" = {
            "widget": "number", "title": "Time limit", "order": 110, "hidden_until_added": true,
            "help": "For the whole action, in milliseconds. Absent: two minutes, and five for an agent.",
        }),
    ))]
    pub timeout_ms: Option<u64>,
    /// Whether and how requests that failed are repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        with = "Retries",
        extend("x-ui" = {"widget": "object", "title": "Repeat failed requests", "order": 120, "hidden_until_added": true}),
    ))]
    pub retries: Option<Retries>,
}

/// How requests are repeated that failed in a way that may pass: no connection, 429, 5xx.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retries {
    /// Whether they are.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {"widget": "switch", "title": "Repeat", "order": 10})))]
    pub enabled: bool,
    /// How often a request is sent at most; 3 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 10),
        extend("x-ui" = {"widget": "number", "title": "Most tries", "order": 20, "help": "3 if absent."}),
    ))]
    pub max_attempts: Option<u32>,
    /// How long to wait after the first failure, in milliseconds; 500 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 60_000),
        extend("x-ui" = {
            "widget": "number", "title": "First wait", "order": 30, "help": "In milliseconds; 500 if absent.",
        }),
    ))]
    pub backoff_ms: Option<u64>,
    /// How long to wait at most, in milliseconds; 10,000 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 300_000),
        extend("x-ui" = {
            "widget": "number", "title": "Longest wait", "order": 40,
            "help": "In milliseconds; 10,000 if absent. A provider that asks for more is not asked again.",
        }),
    ))]
    pub max_delay_ms: Option<u64>,
    /// By which share waits vary at random; 0.2 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 0, max = 1),
        extend("x-ui" = {"widget": "number", "title": "Jitter", "order": 50, "help": "0.2 if absent."}),
    ))]
    pub jitter: Option<f64>,
    /// How much longer each wait is than the one before; 2 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(
        range(min = 1, max = 10),
        extend("x-ui" = {"widget": "number", "title": "Multiplier", "order": 60, "help": "2 if absent."}),
    ))]
    pub multiplier: Option<f64>,
}
