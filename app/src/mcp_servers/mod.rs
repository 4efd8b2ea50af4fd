//! MCP servers: where tools come from, and which credential opens them.

mod api;
mod connection;
mod deleting;
mod form;
mod pages;
mod test_dialog;
mod text;
mod tools;

pub use pages::McpServersPage;
