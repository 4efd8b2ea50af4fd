//! MCP, spoken by rmcp: over streamable HTTP through the hardened client, or through the pipes of a child.

mod carrier;
mod messages;
mod session;
mod transport;
mod window;

pub use session::{McpSession, McpTarget};
pub(super) use window::Window;
