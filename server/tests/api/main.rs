//! Tests of the server through its public doors.

#![allow(clippy::unwrap_used, reason = "a test whose preparation fails has failed")]

mod mcp_sessions;
mod outbound;
mod peers;
