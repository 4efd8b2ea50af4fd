//! MCP servers: where tools come from, and which credential opens them.

mod api;
mod dto;
mod pages;

pub use dto::{
    CreateMcpServer, McpServer, McpServerId, ServerInfo, TestMcpServer, TestResult, Tool, ToolList, Transport,
    UpdateMcpServer,
};
pub use pages::McpServersPage;
