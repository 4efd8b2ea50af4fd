//! The one client that may send a secret.
//!
//! Every request that leaves the server with a credential goes through here: the destination is
//! checked again on the parsed URL and on the addresses that it resolves to, redirects are not
//! followed, no proxy is used, the header is marked sensitive, time and size are limited, and what
//! comes back is scanned for the secret before a parser, a log or a caller sees it.

mod address;
mod bearer;
mod client;
mod error;
pub mod mcp;
mod own;
mod post;
pub mod redact;
mod sent_values;
pub mod stdio;

use std::time::Duration;

pub use bearer::Bearer;
pub use client::Outbound;
pub use error::{Ending, NotMcp, OutboundError, Unreachable, UpstreamText};
pub use own::OwnAddresses;
pub use post::{Event, Post, Reply};

/// What the configuration says about outbound requests.
#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// Whether loopback and private networks may be reached: open by default, since self-hosted MCP
    /// servers and models live there. Metadata addresses are always closed.
    pub private_networks: bool,
    /// The addresses of this server itself, which are always closed.
    pub own: OwnAddresses,
    /// Limits of time and size.
    pub limits: Limits,
}

impl Default for OutboundSettings {
    fn default() -> Self {
        Self {
            private_networks: true,
            own: OwnAddresses::default(),
            limits: Limits::default(),
        }
    }
}

/// Limits of outbound requests.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For a connection, its encryption included.
    pub connect: Duration,
    /// For a test or a list of tools, from the first byte to the last.
    pub list: Duration,
    /// For a call of a tool.
    pub call: Duration,
    /// For one answer, in bytes, before it is scanned.
    pub answer_bytes: u64,
    /// For an answer that says failure, of which a beginning is enough.
    pub failure_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            list: Duration::from_secs(20),
            call: Duration::from_mins(1),
            answer_bytes: 8 * 1024 * 1024,
            failure_bytes: 64 * 1024,
        }
    }
}
