//! Tests of the server through its public doors.

mod mcp_servers;
mod mcp_sessions;
mod mini;
mod outbound;
mod peers;
