//! MCP servers: where tools come from, and which credential opens them.

mod input;
mod operate;
mod operations;
mod owned;
mod place;
mod pool;
mod routes;
mod rows;
mod store;
mod targets;
mod words;

use std::sync::Arc;

use crate::credentials::Resolver;
use crate::outbound::Outbound;
use crate::outbound::stdio::Stdio;
use crate::state::Base;

pub use operations::operations;
pub use owned::{owned, transfer_owned};
pub use pool::{SessionKey, SessionPool};
pub use routes::router;

/// What the routes of MCP servers work with.
#[derive(Clone, Debug)]
pub struct McpServers {
    base: Arc<Base>,
    resolver: Resolver,
    sessions: SessionPool,
    stdio: Stdio,
}

impl McpServers {
    /// The MCP servers of a database, reached through one client or started here.
    #[must_use]
    pub fn new(base: Arc<Base>, resolver: Resolver, outbound: Outbound, stdio: Stdio) -> Self {
        Self {
            base,
            resolver,
            sessions: SessionPool::new(outbound),
            stdio,
        }
    }

    /// How many sessions are kept open.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        self.sessions.open_sessions()
    }

    /// Closes what was kept open for the next operation, and ends all programs.
    pub async fn shut_down(&self) {
        self.sessions.close_all();
        self.stdio.stop().await;
    }

    /// The programs of the configuration.
    #[must_use]
    pub fn stdio(&self) -> &Stdio {
        &self.stdio
    }
}
