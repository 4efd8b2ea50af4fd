//! Tests of the server through its public doors.

mod outbound;
mod peers;
