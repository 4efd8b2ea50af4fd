//! The one client that may send a secret.
//!
//! Every request that leaves the server with a credential goes through here: the destination is
//! checked again on the parsed URL and on the addresses that it resolves to, redirects are not
//! followed, no proxy is used, the header is marked sensitive, and what comes back passes [`intake`], with its limits
//! of time, size and memory, and is scanned for the secret before a parser, a log or a caller sees it.

#![warn(missing_docs)]

mod address;
mod bearer;
mod client;
mod echoes;
mod error;
mod incoming;
pub mod intake;
pub mod mcp;
mod own;
mod post;
mod quoting;
pub mod redact;
mod refusal;
mod running;
mod sent_values;
pub mod stdio;

use std::time::Duration;

pub use bearer::Bearer;
pub use client::Outbound;
pub use echoes::EchoLog;
pub use error::{Ending, NotMcp, OutboundError, Unreachable, UpstreamText};
pub use intake::{Account, ReadLimits};
pub use own::OwnAddresses;
pub use post::{Event, Post, Reply, ReplyEvents};
pub use quoting::QuoteFilter;
pub use running::{RunningOperation, RunningOperations};

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
    /// The bytes that may be held at once of everything that is being read from other servers.
    pub read_budget: u64,
    /// The most operations that run at once.
    pub operations: usize,
    /// The most operations of one user that run at once.
    pub operations_per_user: usize,
}

impl Default for OutboundSettings {
    fn default() -> Self {
        Self {
            private_networks: true,
            own: OwnAddresses::default(),
            limits: Limits::default(),
            read_budget: 64 * 1024 * 1024,
            operations: 256,
            operations_per_user: 16,
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
    /// For the bytes of one answer, in time.
    pub read: ReadLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            list: Duration::from_secs(20),
            call: Duration::from_mins(1),
            answer_bytes: 8 * 1024 * 1024,
            failure_bytes: 64 * 1024,
            read: ReadLimits::default(),
        }
    }
}
