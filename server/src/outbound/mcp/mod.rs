//! MCP, spoken by rmcp: over streamable HTTP through the hardened client, or through the pipes of a child.

mod carrier;
mod messages;
mod send_gate;
mod session;
mod transport;

pub(super) use send_gate::SendGate;
pub use session::{McpSession, McpTarget};
