//! MCP over streamable HTTP, spoken by rmcp through the hardened client.

mod session;
mod transport;
mod window;

pub use session::{McpSession, McpTarget};
