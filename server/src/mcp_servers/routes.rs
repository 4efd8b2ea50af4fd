//! The routes of MCP servers.

use app::accounts::{Action, Resource};
use app::credentials::ReferrerKind;
use app::mcp_servers::McpServerId;
use axum::Router;
use axum::extract::{Extension, FromRef, State};
use axum::response::Response;
use axum::routing::{get, post};

use super::McpServers;
use super::input;
use super::operate::{self, Ready};
use super::rows::{self, McpServerRow, SORTS};
use super::store::{self, Change, saved_address};
use crate::credentials::Referrer;
use crate::http::{
    self, ApiError, IdPath, IfMatch, JsonBody, ListQuery, May, Permit, Principal, QueryPairs, RequestId,
};

/// The routes, below the prefix of the API.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    McpServers: FromRef<S>,
{
    Router::new()
        .route("/mcp-servers", get(list).post(create))
        .route("/mcp-servers/test", post(test))
        .route("/mcp-servers/{id}", get(show).patch(update).delete(delete))
        .route("/mcp-servers/{id}/test", post(test_saved))
        .route("/mcp-servers/{id}/tools", get(tools))
        .route("/mcp-servers/{id}/tools/{tool}/call", post(call))
}

/// Declares the permission that a route needs.
macro_rules! permit {
    ($name:ident, $action:ident) => {
        #[derive(Debug)]
        struct $name;

        impl Permit for $name {
            const RESOURCE: Resource = Resource::McpServers;
            const ACTION: Action = Action::$action;
        }
    };
}
permit!(Read, Read);
permit!(Create, Create);
permit!(Update, Update);
permit!(Delete, Delete);
permit!(Use, Use);

#[tracing::instrument(name = "mcp_servers.list", skip_all)]
async fn list(_may: May<Read>, State(servers): State<McpServers>, pairs: QueryPairs) -> Result<Response, ApiError> {
    let query = ListQuery::parse(pairs, "mcp-servers", SORTS, "name")?;
    Ok(http::json(&rows::list(&servers.base.db, &query).await?))
}

#[tracing::instrument(name = "mcp_servers.show", skip_all)]
async fn show(
    _may: May<Read>,
    State(servers): State<McpServers>,
    IdPath(id): IdPath<McpServerId>,
) -> Result<Response, ApiError> {
    let server = saved(&servers, id).await?.into_output();
    Ok(http::with_etag(&server, server.revision))
}

#[tracing::instrument(name = "mcp_servers.create", skip_all)]
async fn create(
    may: May<Create>,
    State(servers): State<McpServers>,
    Extension(request_id): Extension<RequestId>,
    JsonBody(fields): JsonBody,
) -> Result<Response, ApiError> {
    let input = input::create(fields)?;
    let server = store::create(&servers, Change::new(&may.principal, &request_id), input).await?;
    Ok(http::created(
        &server,
        &format!("/mcp-servers/{}", server.id),
        server.revision,
    ))
}

#[tracing::instrument(name = "mcp_servers.update", skip_all)]
async fn update(
    may: May<Update>,
    State(servers): State<McpServers>,
    Extension(request_id): Extension<RequestId>,
    IdPath(id): IdPath<McpServerId>,
    IfMatch(revision): IfMatch,
    JsonBody(fields): JsonBody,
) -> Result<Response, ApiError> {
    let input = input::update(fields)?;
    let server = store::update(&servers, Change::new(&may.principal, &request_id), id, revision, &input).await?;
    Ok(http::with_etag(&server, server.revision))
}

#[tracing::instrument(name = "mcp_servers.delete", skip_all)]
async fn delete(
    may: May<Delete>,
    State(servers): State<McpServers>,
    Extension(request_id): Extension<RequestId>,
    IdPath(id): IdPath<McpServerId>,
    IfMatch(revision): IfMatch,
) -> Result<Response, ApiError> {
    store::delete(&servers, Change::new(&may.principal, &request_id), id, revision).await?;
    Ok(http::no_content())
}

/// Tries what a form holds: a new server, or a saved one with changes. Nothing is stored.
#[tracing::instrument(name = "mcp_servers.test", skip_all)]
async fn test(
    may: May<Use>,
    State(servers): State<McpServers>,
    Extension(request_id): Extension<RequestId>,
    JsonBody(fields): JsonBody,
) -> Result<Response, ApiError> {
    let input = input::test(fields)?;
    let principal = &may.principal;
    let ready = draft(&servers, principal, input).await;
    Ok(http::json(&operate::test(&servers, ready, &request_id).await?))
}

#[tracing::instrument(name = "mcp_servers.test_saved", skip_all)]
async fn test_saved(
    may: May<Use>,
    State(servers): State<McpServers>,
    Extension(request_id): Extension<RequestId>,
    IdPath(id): IdPath<McpServerId>,
) -> Result<Response, ApiError> {
    let row = saved(&servers, id).await?;
    let ready = ready_as_saved(&servers, &may.principal, &row).await;
    Ok(http::json(&operate::test(&servers, ready, &request_id).await?))
}

#[tracing::instrument(name = "mcp_servers.tools", skip_all)]
async fn tools(
    may: May<Use>,
    State(servers): State<McpServers>,
    IdPath(id): IdPath<McpServerId>,
) -> Result<Response, ApiError> {
    let row = enabled(&servers, id).await?;
    let ready = ready_as_saved(&servers, &may.principal, &row).await?;
    Ok(http::json(&operate::tools(&servers, id, row.revision, ready).await?))
}

#[tracing::instrument(name = "mcp_servers.call", skip_all)]
async fn call(
    may: May<Use>,
    State(servers): State<McpServers>,
    IdPath(id): IdPath<McpServerId>,
    input::ToolPath(tool): input::ToolPath,
    JsonBody(fields): JsonBody,
) -> Result<Response, ApiError> {
    let arguments = input::call(fields)?;
    let row = enabled(&servers, id).await?;
    let ready = ready_as_saved(&servers, &may.principal, &row).await?;
    Ok(http::json(
        &operate::call(&servers, id, row.revision, ready, &tool, arguments).await?,
    ))
}

async fn saved(servers: &McpServers, id: McpServerId) -> Result<McpServerRow, ApiError> {
    rows::find(&servers.base.db, id).await?.ok_or(ApiError::NotFound)
}

async fn enabled(servers: &McpServers, id: McpServerId) -> Result<McpServerRow, ApiError> {
    let row = saved(servers, id).await?;
    if row.enabled { Ok(row) } else { Err(ApiError::Disabled) }
}

/// Resolves the credential of a saved server by its reference.
async fn ready_as_saved(servers: &McpServers, principal: &Principal, row: &McpServerRow) -> Result<Ready, ApiError> {
    if !principal.may_with(Resource::McpServers, Action::Use, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    let referrer = Referrer::Saved {
        kind: ReferrerKind::McpServer,
        id: row.id,
        name: row.name.clone(),
    };
    operate::ready(servers, principal, saved_address(row)?, row.credential(), referrer).await
}

/// Resolves the credential of what a form holds. With another address or another credential than the
/// saved ones this is a direct use: there is no reference to go through.
async fn draft(servers: &McpServers, principal: &Principal, input: input::Test) -> Result<Ready, ApiError> {
    let changes = input.changes;
    let row = match input.id {
        Some(id) => Some(saved(servers, id).await?),
        None if principal.may(Resource::McpServers, Action::Create).is_none() => return Err(ApiError::Forbidden),
        None => None,
    };
    let before = row.as_ref().map(saved_address).transpose()?;
    let credential = changes.credential.over(row.as_ref().and_then(McpServerRow::credential));
    // The input was refused where there is neither.
    let address = changes.address.over(before.clone()).ok_or(ApiError::NotFound)?;
    if let Some(row) = &row {
        let as_saved = before == Some(address.clone()) && credential == row.credential();
        if as_saved {
            return ready_as_saved(servers, principal, row).await;
        }
        if !principal.may_with(Resource::McpServers, Action::Update, row.owner()) {
            return Err(ApiError::Forbidden);
        }
    }
    let name = changes.name.over(row.as_ref().map(|row| row.name.clone()));
    let referrer = Referrer::Unsaved {
        kind: ReferrerKind::McpServer,
        id: row.map(|row| row.id),
        name,
    };
    operate::ready(servers, principal, address, credential, referrer).await
}
