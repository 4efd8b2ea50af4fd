//! The routes of MCP servers.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use contract::accounts::{Action, Resource};
use contract::api::Page;
use contract::mcp_servers::{McpServerId, StdioCommand};
use tracing::instrument;

use super::client_ops;
use super::input;
use super::resolve_target::{self, Purpose};
use super::rows::{self, SORTS};
use super::store;
use super::{McpServers, Usage};
use crate::http::{self, ApiResult, Authorized, IdPath, IfMatch, JsonBody, ListQuery, QueryPairs, permissions};

/// The routes, below the prefix of the API.
pub fn router() -> Router<McpServers> {
    Router::new()
        .route("/mcp-servers", get(list).post(create))
        .route("/mcp-servers/test", post(test))
        .route("/mcp-servers/commands", get(commands))
        .route("/mcp-servers/{id}", get(read).patch(update).delete(delete))
        .route("/mcp-servers/{id}/test", post(test_saved))
        .route("/mcp-servers/{id}/tools", get(tools))
        .route("/mcp-servers/{id}/tools/{tool}/call", post(call))
}

permissions!(McpServers: Read, Create, Update, Delete, Use);

#[instrument(name = "mcp_servers.list", skip_all)]
async fn list(may: Authorized<Read>, State(servers): State<McpServers>, pairs: QueryPairs) -> ApiResult {
    let query = ListQuery::parse(pairs, "mcp-servers", SORTS, "name")?;
    Ok(http::json(&rows::list(&servers.base.db, &may.principal, &query).await?))
}

/// The programs of the configuration, for whoever may make servers of them.
#[instrument(name = "mcp_servers.commands", skip_all)]
async fn commands(may: Authorized<Read>, State(servers): State<McpServers>) -> ApiResult {
    let offered = may.principal.may(Resource::StdioServers, Action::Create).is_some();
    let entries = servers.stdio.settings().entries.iter().filter(|_| offered);
    let items = entries.map(|entry| StdioCommand {
        name: entry.name.clone(),
        takes_args: entry.takes_extra_args(),
        env_names: entry.env_names().map(str::to_owned).collect(),
    });
    Ok(http::json(&Page::whole(items.collect())))
}

#[instrument(name = "mcp_servers.get", skip_all, fields(mcp_server.id = %id))]
async fn read(may: Authorized<Read>, State(servers): State<McpServers>, IdPath(id): IdPath<McpServerId>) -> ApiResult {
    let server = rows::get(&servers.base.db, id).await?.into_output(&may.principal);
    Ok(http::with_etag(&server, server.revision))
}

#[instrument(name = "mcp_servers.create", skip_all)]
async fn create(may: Authorized<Create>, State(servers): State<McpServers>, JsonBody(fields): JsonBody) -> ApiResult {
    let may_stdio = may.principal.may(Resource::StdioServers, Action::Create).is_some();
    let input = input::create(fields, servers.stdio.settings(), may_stdio)?;
    let server = store::create(&servers, may.act(), input).await?;
    Ok(http::created(
        &server,
        &format!("/mcp-servers/{}", server.id),
        server.revision,
    ))
}

#[instrument(name = "mcp_servers.update", skip_all, fields(mcp_server.id = %id))]
async fn update(
    may: Authorized<Update>,
    State(servers): State<McpServers>,
    IdPath(id): IdPath<McpServerId>,
    IfMatch(revision): IfMatch,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let input = input::update(fields)?;
    let server = store::update(&servers, may.act(), id, revision, &input).await?;
    servers.sessions.end(id);
    Ok(http::with_etag(&server, server.revision))
}

#[instrument(name = "mcp_servers.delete", skip_all, fields(mcp_server.id = %id))]
async fn delete(
    may: Authorized<Delete>,
    State(servers): State<McpServers>,
    IdPath(id): IdPath<McpServerId>,
    IfMatch(revision): IfMatch,
) -> ApiResult {
    store::delete(&servers, may.act(), id, revision).await?;
    servers.sessions.end(id);
    Ok(http::no_content())
}

/// Tries what a form holds: a new server, or a saved one with changes. Nothing is stored.
#[instrument(name = "mcp_servers.test", skip_all)]
async fn test(may: Authorized<Use>, State(servers): State<McpServers>, JsonBody(fields): JsonBody) -> ApiResult {
    let _running = servers.sessions.outbound().running().begin(&may.principal)?;
    let input = input::test(fields)?;
    let ready = resolve_target::draft(&servers, &may.principal, input, &may.request_id).await;
    Ok(http::json(&client_ops::test(&servers, usage(&may), ready).await?))
}

#[instrument(name = "mcp_servers.test_saved", skip_all, fields(mcp_server.id = %id))]
async fn test_saved(
    may: Authorized<Use>,
    State(servers): State<McpServers>,
    IdPath(id): IdPath<McpServerId>,
) -> ApiResult {
    let _running = servers.sessions.outbound().running().begin(&may.principal)?;
    let row = rows::get(&servers.base.db, id).await?;
    let ready = resolve_target::as_saved(&servers, &may.principal, &row, Purpose::Test, &may.request_id).await;
    Ok(http::json(&client_ops::test(&servers, usage(&may), ready).await?))
}

#[instrument(name = "mcp_servers.tools", skip_all, fields(mcp_server.id = %id))]
async fn tools(may: Authorized<Use>, State(servers): State<McpServers>, IdPath(id): IdPath<McpServerId>) -> ApiResult {
    let _running = servers.sessions.outbound().running().begin(&may.principal)?;
    let (_, tools) = servers.list_tools(usage(&may), id).await?;
    Ok(http::json(&tools))
}

#[instrument(name = "mcp_servers.call", skip_all, fields(mcp_server.id = %id))]
async fn call(
    may: Authorized<Use>,
    State(servers): State<McpServers>,
    IdPath(id): IdPath<McpServerId>,
    input::ToolPath(tool): input::ToolPath,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let _running = servers.sessions.outbound().running().begin(&may.principal)?;
    let arguments = input::call(fields)?;
    Ok(http::json(&servers.call_tool(usage(&may), id, &tool, arguments).await?))
}

fn usage(may: &Authorized<Use>) -> Usage<'_> {
    Usage {
        principal: &may.principal,
        request_id: &may.request_id,
    }
}
