//! MCP servers: where tools come from, and which credential opens them.

mod api;
mod connection;
mod delete_dialog;
mod dto;
mod failure;
mod form;
mod pages;
mod test_dialog;
mod text;
mod tools;

pub use dto::{
    CreateMcpServer, McpServer, McpServerId, ServerInfo, TestMcpServer, TestResult, Tool, ToolCall, ToolList,
    ToolResult, Transport, UpdateMcpServer,
};
pub use pages::McpServersPage;
