//! The pages of MCP servers.

mod enabled_switch;
mod list;
mod row;

pub use list::McpServersPage;
