//! MCP, spoken by rmcp: over streamable HTTP through the hardened client, or through the pipes of a child.

mod carrier;
mod messages;
mod session;
mod transport;
mod window;

pub(super) use messages::read_message;
pub use session::{McpSession, McpTarget};
