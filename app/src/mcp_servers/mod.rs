//! MCP servers: where tools come from, and which credential opens them.

mod api;
mod connection;
mod form;
mod pages;
mod record;
mod text;
mod tools;

pub use pages::McpServersPage;
