//! MCP servers: where tools come from, and which credential opens them.

mod api;
mod connection;
mod form;
mod messages;
mod pages;
mod record;
mod tools;

pub use pages::McpServersPage;
