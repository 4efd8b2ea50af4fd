//! Tests of the server through its public doors.

mod mcp_sessions;
mod outbound;
mod peers;
