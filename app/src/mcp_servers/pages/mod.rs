//! The pages of MCP servers.

mod credential_cell;
mod enabled_switch;
mod list;
mod row;

pub use list::McpServersPage;
