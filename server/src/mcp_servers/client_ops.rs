//! Operations on MCP servers whose use is on record.

use std::sync::Arc;

use contract::mcp_servers::{McpServerId, ServerInfo, TestResult, Tool, ToolList, ToolResult};
use tokio::time::{Instant, timeout};

use super::pool::SessionKey;
use super::problem::problem_of;
use super::resolve_target::Ready;
use super::rows::McpServerRow;
use super::{McpServers, Usage};
use crate::http::{ApiError, problem};
use crate::outbound::OutboundError;
use crate::outbound::mcp::McpSession;

/// The largest result of a tool that is passed on, in bytes of JSON.
const MAX_RESULT_BYTES: usize = 256 * 1024;

/// Protocol version, name and tools that a server reported.
struct ServerReport {
    protocol_version: Option<String>,
    server: Option<ServerInfo>,
    tools: Vec<Tool>,
}

async fn ask(session: Arc<McpSession>) -> Result<ServerReport, OutboundError> {
    let tools: Vec<Tool> = session.tools().await?.into_iter().map(tool).collect();
    Ok(ServerReport {
        protocol_version: session.protocol_version(),
        server: session.server().map(|(name, version)| ServerInfo { name, version }),
        tools,
    })
}

/// Tries a target in a session of its own. What goes wrong with the target is a result; what goes
/// wrong here is an error.
pub(super) async fn test(
    servers: &McpServers,
    by: Usage<'_>,
    ready: Result<Ready, ApiError>,
) -> Result<TestResult, ApiError> {
    let checked_at = servers.base.clock.now();
    let started = Instant::now();
    let outcome = match ready {
        Ok(ready) => servers.while_allowed(by, Box::pin(try_out(servers, by, ready))).await,
        Err(error) => Err(error),
    };
    let mut result = TestResult {
        ok: false,
        checked_at,
        latency_ms: millis(started),
        protocol_version: None,
        server: None,
        tool_count: 0,
        tools: Vec::new(),
        error: None,
    };
    match outcome {
        Ok(report) => {
            result.ok = true;
            result.protocol_version = report.protocol_version;
            result.server = report.server;
            result.tool_count = count(&report.tools);
            result.tools = report.tools;
        }
        Err(error) if is_about_the_target(&error) => result.error = Some(Box::new(problem(error, &by.request_id.0))),
        Err(error) => return Err(error),
    }
    Ok(result)
}

async fn try_out(servers: &McpServers, by: Usage<'_>, ready: Ready) -> Result<ServerReport, ApiError> {
    let outbound = &servers.sessions.outbound().charged_to(by.principal.into());
    let limit = outbound.limits().list;
    let said = |error| problem_of(error, &ready.subject);
    let report = async {
        let session = Arc::new(McpSession::open(outbound, ready.target.clone()).await?);
        let report = ask(Arc::clone(&session)).await;
        if let Some(session) = Arc::into_inner(session) {
            // Nobody has to wait for the farewell.
            tokio::spawn(session.close());
        }
        report
    };
    timeout(limit, report)
        .await
        .unwrap_or(Err(OutboundError::TimedOut(limit)))
        .map_err(said)
}

fn is_about_the_target(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::Upstream { .. }
            | ApiError::HostNotAllowed { .. }
            | ApiError::CredentialDeleted(_)
            | ApiError::ValueNotSendable(_)
    )
}

/// Lists the tools of a saved server.
pub(super) async fn tools(
    servers: &McpServers,
    by: Usage<'_>,
    row: &McpServerRow,
    ready: Ready,
) -> Result<ToolList, ApiError> {
    let checked_at = servers.base.clock.now();
    let started = Instant::now();
    let key = key(by, row, &ready);
    let report = servers
        .sessions
        .run(key, ready.target, servers.revoked(by), ask)
        .await
        .map_err(|error| problem_of(error, &ready.subject))?;
    Ok(ToolList {
        total: count(&report.tools),
        items: report.tools,
        total_exact: true,
        next_cursor: None,
        previous_cursor: None,
        checked_at,
        latency_ms: millis(started),
        protocol_version: report.protocol_version,
        server: report.server,
    })
}

/// Calls a tool of a saved server.
pub(super) async fn call(
    servers: &McpServers,
    by: Usage<'_>,
    row: &McpServerRow,
    ready: Ready,
    tool: &str,
    arguments: Option<serde_json::Map<String, serde_json::Value>>,
) -> Result<ToolResult, ApiError> {
    let checked_at = servers.base.clock.now();
    let started = Instant::now();
    let said = |error| problem_of(error, &ready.subject);
    let key = key(by, row, &ready);
    let operation = |session: Arc<McpSession>| {
        let arguments = arguments.clone();
        async move { session.call(tool.to_owned(), arguments).await }
    };
    let result = servers
        .sessions
        .run(key, ready.target.clone(), servers.revoked(by), operation)
        .await
        .map_err(said)?;
    let content = serde_json::to_value(&result.content).map_err(|error| ApiError::Internal(error.into()))?;
    let size = content.to_string().len()
        + result
            .structured_content
            .as_ref()
            .map_or(0, |content| content.to_string().len());
    if size > MAX_RESULT_BYTES {
        return Err(said(OutboundError::TooLarge {
            limit: MAX_RESULT_BYTES as u64,
        }));
    }
    Ok(ToolResult {
        is_error: result.is_error.unwrap_or(false),
        content: content.as_array().cloned().unwrap_or_default(),
        structured_content: result.structured_content,
        checked_at,
        latency_ms: millis(started),
    })
}

fn key(by: Usage<'_>, row: &McpServerRow, ready: &Ready) -> SessionKey {
    SessionKey {
        user: by.principal.user_id(),
        session: by.principal.session(),
        server: McpServerId(row.id),
        revision: row.revision,
        credential: ready.credential,
    }
}

fn tool(tool: rmcp::model::Tool) -> Tool {
    Tool {
        name: tool.name.into_owned(),
        description: tool.description.map(std::borrow::Cow::into_owned),
        input_schema: serde_json::Value::Object((*tool.input_schema).clone()),
    }
}

fn millis(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}

fn count(tools: &[Tool]) -> i64 {
    i64::try_from(tools.len()).unwrap_or(i64::MAX)
}
