//! MCP servers: where tools come from, and which credential opens them.

mod api;
mod connection;
mod deleting;
mod dto;
mod form;
mod pages;
mod test_dialog;
mod text;
mod tools;

pub use dto::{
    McpServer, McpServerId, McpServerInput, ServerInfo, StdioCommand, TestResult, Tool, ToolCall, ToolList, ToolResult,
    Transport,
};
pub use pages::McpServersPage;
