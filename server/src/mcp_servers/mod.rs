//! MCP servers: where tools come from, and which credential opens them.

mod client_ops;
mod input;
mod operations;
mod pool;
mod problem;
mod resolve_target;
mod routes;
mod rows;
mod store;
mod target;

use std::sync::Arc;

use contract::accounts::Resource;
use contract::mcp_servers::{McpServerId, ToolList, ToolResult};
use serde_json::{Map, Value};

use crate::credentials::Resolver;
use crate::http::{ApiError, Principal, RequestId, own_address};
use crate::infra::Infra;
use crate::outbound::Outbound;
use crate::outbound::stdio::Stdio;

pub use operations::operations;
pub use pool::{SessionKey, SessionPool};
pub use problem::{Subject, problem_of, sent_as_words};
use resolve_target::Purpose;
pub use routes::router;
use target::ServerTarget;

/// Who uses a server, in which request.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'a> {
    pub principal: &'a Principal,
    pub request_id: &'a RequestId,
}

/// What the routes of MCP servers work with.
#[derive(Clone, Debug)]
pub struct McpServers {
    base: Arc<Infra>,
    resolver: Resolver,
    sessions: SessionPool,
    stdio: Stdio,
}

impl McpServers {
    /// The MCP servers of a database, reached through one client or started here.
    pub fn new(base: Arc<Infra>, resolver: Resolver, outbound: Outbound, stdio: Stdio) -> Self {
        Self {
            base,
            resolver,
            sessions: SessionPool::new(outbound),
            stdio,
        }
    }

    /// Lists the tools of a saved server; with the server's name.
    pub async fn list_tools(&self, by: Usage<'_>, id: McpServerId) -> Result<(String, ToolList), ApiError> {
        let listed = async {
            let row = rows::get(&self.base.db, id).await?;
            let ready = resolve_target::as_saved(self, by.principal, &row, Purpose::Use, by.request_id).await?;
            let list = client_ops::tools(self, by, &row, ready).await?;
            Ok((row.name, list))
        };
        self.while_allowed(by, Box::pin(listed)).await
    }

    /// Calls a tool of a saved server.
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
        let called = async {
            let row = rows::get(&self.base.db, id).await?;
            let ready = resolve_target::as_saved(self, by.principal, &row, Purpose::Use, by.request_id).await?;
            client_ops::call(self, by, &row, ready, tool, arguments).await
        };
        self.while_allowed(by, Box::pin(called)).await
    }

    /// Ends when the session of the caller does, or the permission to use MCP servers.
    fn revoked(&self, by: Usage<'_>) -> impl Future<Output = ()> + Send + use<> {
        self.resolver.revoked(by.principal, Resource::McpServers)
    }

    /// Runs an operation for as long as the caller may use MCP servers.
    async fn while_allowed<T>(
        &self,
        by: Usage<'_>,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        self.resolver
            .while_allowed(by.principal, Resource::McpServers, work)
            .await
    }

    /// Refuses an address of this server itself, as far as it is known without resolving a name.
    fn refuse_own(&self, target: &ServerTarget) -> Result<(), ApiError> {
        match target.address() {
            Some(address) if self.sessions.outbound().is_own(&address.url) => Err(own_address("/url")),
            _ => Ok(()),
        }
    }

    /// How many sessions are kept open.
    pub fn open_sessions(&self) -> usize {
        self.sessions.open_sessions()
    }

    /// Closes what was kept open for the next operation, and ends all programs.
    pub async fn shut_down(&self) {
        self.sessions.close_all();
        self.stdio.stop().await;
    }

    /// The programs of the configuration.
    pub fn stdio(&self) -> &Stdio {
        &self.stdio
    }
}
