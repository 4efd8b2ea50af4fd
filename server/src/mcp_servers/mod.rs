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

use app::mcp_servers::{McpServerId, ToolList, ToolResult};
use serde_json::{Map, Value};

use crate::credentials::Resolver;
use crate::http::{ApiError, Principal, RequestId};
use crate::outbound::Outbound;
use crate::outbound::stdio::Stdio;
use crate::state::Base;

pub use operations::operations;
pub use owned::{owned, transfer_owned};
pub use pool::{SessionKey, SessionPool};
pub use routes::router;
pub use words::{Subject, problem_of};

/// Who uses a server, in which request.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'a> {
    /// Who.
    pub principal: &'a Principal,
    /// The request.
    pub request_id: &'a RequestId,
}

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

    /// Lists the tools of a saved server that is switched on, for whoever may use it; with the server's name.
    ///
    /// # Errors
    /// Why there is no list.
    pub async fn list_tools(&self, by: Usage<'_>, id: McpServerId) -> Result<(String, ToolList), ApiError> {
        let row = rows::enabled(&self.base.db, id).await?;
        let ready = targets::as_saved(self, by.principal, &row, by.request_id).await?;
        let list = operate::tools(self, id, row.revision, ready).await?;
        Ok((row.name, list))
    }

    /// Calls a tool of a saved server that is switched on, for whoever may use it.
    ///
    /// # Errors
    /// Why there is no result. A tool that fails is a result.
    pub async fn call_tool(
        &self,
        by: Usage<'_>,
        id: McpServerId,
        tool: &str,
        arguments: Option<Map<String, Value>>,
    ) -> Result<ToolResult, ApiError> {
        let row = rows::enabled(&self.base.db, id).await?;
        let ready = targets::as_saved(self, by.principal, &row, by.request_id).await?;
        operate::call(self, id, row.revision, ready, tool, arguments).await
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
