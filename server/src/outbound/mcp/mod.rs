//! MCP over streamable HTTP, spoken by rmcp through the hardened client.

mod messages;
mod session;
mod transport;
mod window;

pub use session::{McpSession, McpTarget};
