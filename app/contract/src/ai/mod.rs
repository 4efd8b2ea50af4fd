//! The wire contract of the AI actions.

mod input;
#[cfg(feature = "schema")]
mod schema;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::mcp_servers::McpServerId;
use crate::problem::Problem;

pub use input::{ActionInputs, ActionSettings, InlineModel, Retries, RunAction};

/// An action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(clippy::enum_variant_names, reason = "the names that workflows use")]
pub enum ActionName {
    /// A text from a prompt.
    AiGenerateText,
    /// The next turn of a conversation.
    AiGenerateReply,
    /// An object from a prompt, by a JSON Schema.
    AiGenerateObject,
    /// An object that a prompt or a conversation implies, by a JSON Schema.
    AiInferObject,
    /// Text, with calls to tools of MCP servers.
    AiAgent,
}

impl ActionName {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::AiGenerateText,
        Self::AiGenerateReply,
        Self::AiGenerateObject,
        Self::AiInferObject,
        Self::AiAgent,
    ];

    /// The name in the path, in workflows and in the audit trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AiGenerateText => "ai_generate_text",
            Self::AiGenerateReply => "ai_generate_reply",
            Self::AiGenerateObject => "ai_generate_object",
            Self::AiInferObject => "ai_infer_object",
            Self::AiAgent => "ai_agent",
        }
    }

    /// Reads the name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// `true` if its output is an object.
    pub fn makes_object(self) -> bool {
        matches!(self, Self::AiGenerateObject | Self::AiInferObject)
    }

    /// `true` if its input can be a conversation.
    pub fn takes_history(self) -> bool {
        matches!(self, Self::AiGenerateReply | Self::AiInferObject | Self::AiAgent)
    }

    /// `true` if it can return an event stream.
    pub fn streams(self) -> bool {
        !self.makes_object()
    }
}

/// Input type of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InputMode {
    /// The prompt.
    #[default]
    Prompt,
    /// The last messages of a conversation.
    History,
}

/// The author of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MessageRole {
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The author.
    pub role: MessageRole,
    /// The text.
    pub content: String,
}

/// An MCP server with tools for an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct McpTools {
    /// The server.
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {
        "widget": "mcp_server", "title": "Server", "order": 10, "help": "",
    })))]
    pub server_id: McpServerId,
    /// The tools the agent can use. Default: all
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {
        "widget": "tool_names", "title": "Tools", "order": 20, "help": "", "route": "/mcp-servers/{server_id}/tools",
    })))]
    pub tool_names: Option<Vec<String>>,
}

/// The tokens of an action, all steps together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(clippy::struct_field_names, reason = "the names of the wire")]
pub struct Usage {
    /// Input tokens.
    pub input_tokens: i64,
    /// Output tokens.
    pub output_tokens: i64,
    /// Input and output tokens together.
    pub total_tokens: i64,
    /// Output tokens for reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<i64>,
    /// Input tokens from the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input_tokens: Option<i64>,
}

/// A tool call by the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelToolCall {
    /// The provider's ID for the call.
    pub id: String,
    /// The tool, as `<server>__<tool>`.
    pub name: String,
    /// The arguments.
    pub arguments: Value,
}

/// The result of a tool call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelToolResult {
    /// The ID of the call.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The output, shortened for the model.
    pub content: String,
    /// `true` if the tool failed.
    pub is_error: bool,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
}

/// A request to the model, and its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgentStep {
    /// The number of the step, starting at 1.
    pub number: i64,
    /// The model's text.
    pub text: String,
    /// The tool calls.
    pub tool_calls: Vec<ModelToolCall>,
    /// The results of the tool calls.
    pub tool_results: Vec<ModelToolResult>,
    /// Why the model stopped: `stop`, `length`, `tool_calls`, `content_filter` or `other`.
    pub finish_reason: String,
    /// The tokens of this step.
    pub usage: Usage,
    /// How long the model took, in milliseconds.
    pub latency_ms: i64,
}

/// The output of an action.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionOutput {
    /// The text of the answer.
    pub text: String,
    /// The model's reasoning, if the provider returns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// The object of an object action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Value>,
    /// Why it ended: `stop`, `length`, `content_filter`, `step_limit` or `other`.
    pub finish_reason: String,
    /// The model, as the provider reports it.
    pub model: String,
    /// The tokens of all steps.
    pub usage: Usage,
    /// The tool calls of the last step (`ai_agent` only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ModelToolCall>,
    /// The results of these calls (`ai_agent` only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_results: Vec<ModelToolResult>,
    /// All steps (`ai_agent` only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<AgentStep>,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
}

/// An event of a `text/event-stream` response: the event's name is `type`, its data is this object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ActionEvent {
    /// More of the text.
    Text {
        /// The text to append.
        delta: String,
    },
    /// More of the reasoning.
    Reasoning {
        /// The text to append.
        delta: String,
    },
    /// The model calls a tool.
    ToolCall {
        /// The call.
        call: ModelToolCall,
    },
    /// A tool returned a result.
    ToolResult {
        /// The result.
        result: ModelToolResult,
    },
    /// A step of an agent ended; later text belongs to the next step.
    Step {
        /// The step.
        step: Box<AgentStep>,
    },
    /// The end: the same output as without a stream.
    Finish {
        /// The output.
        output: Box<ActionOutput>,
    },
    /// The end: the action failed.
    Error {
        /// The reason.
        error: Box<Problem>,
    },
}
