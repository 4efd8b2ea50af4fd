//! The AI actions: text, replies, objects and agents, with a model that a binding names.

mod dto;

pub use dto::{
    ActionEvent, ActionName, ActionOutput, AgentStep, InputMode, McpTools, Message, MessageRole, ModelToolCall,
    ModelToolResult, Usage,
};
