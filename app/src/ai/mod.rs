//! The AI actions: text, replies, objects and agents, with a model that a binding names.

mod api;
mod dto;
mod input;
#[cfg(feature = "ssr")]
mod schema;
mod text;
mod try_page;

pub use dto::{
    ActionEvent, ActionName, ActionOutput, AgentStep, InputMode, McpTools, Message, MessageRole, ModelToolCall,
    ModelToolResult, Usage,
};
pub use input::{ActionInputs, ActionSettings, InlineModel, Retries, RunAction};
pub use try_page::TryPage;
