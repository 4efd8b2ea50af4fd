//! The credential routes.

use app::api::Page;
use app::credentials::CredentialId;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, body::Body};
use tracing::instrument;

use super::listing::SORTS;
use super::store::Author;
use super::{Create, Credentials, Delete, Read, Update, input};
use crate::http::{
    ApiError, IdPath, IfMatch, JsonBody, ListQuery, May, Permit, QueryPairs, RequestId, created, json, no_content,
    with_etag,
};
use crate::state::AppState;

type Answer = Result<Response<Body>, ApiError>;

/// `/credentials` and everything below it.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/credentials", get(list).post(create))
        .route("/credentials/{id}", get(read).patch(update).delete(delete))
        .route("/credentials/{id}/references", get(references))
        .route("/credentials/{id}/uses", get(uses))
}

fn author<'a, P: Permit>(may: &'a May<P>, request: &'a RequestId) -> Author<'a> {
    Author {
        principal: &may.principal,
        scope: may.scope,
        request_id: &request.0,
    }
}

#[instrument(name = "credentials.list", skip_all)]
async fn list(_may: May<Read>, State(credentials): State<Credentials>, pairs: QueryPairs) -> Answer {
    let query = ListQuery::parse(pairs, "credentials", SORTS, "-created_at")?;
    Ok(json(&credentials.list(query).await?))
}

#[instrument(name = "credentials.create", skip_all)]
async fn create(
    may: May<Create>,
    State(credentials): State<Credentials>,
    Extension(request): Extension<RequestId>,
    JsonBody(fields): JsonBody,
) -> Answer {
    let credential = credentials
        .create(author(&may, &request), input::create(fields)?)
        .await?;
    Ok(created(
        &credential,
        &format!("/credentials/{}", credential.id),
        credential.revision,
    ))
}

#[instrument(name = "credentials.get", skip_all, fields(credential.id = %id))]
async fn read(_may: May<Read>, State(credentials): State<Credentials>, IdPath(id): IdPath<CredentialId>) -> Answer {
    let credential = credentials.get(id).await?.ok_or(ApiError::NotFound)?;
    Ok(with_etag(&credential, credential.revision))
}

#[instrument(name = "credentials.update", skip_all, fields(credential.id = %id))]
async fn update(
    may: May<Update>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    IfMatch(revision): IfMatch,
    Extension(request): Extension<RequestId>,
    JsonBody(fields): JsonBody,
) -> Answer {
    let credential = credentials
        .update(author(&may, &request), id, revision, input::update(fields)?)
        .await?;
    Ok(with_etag(&credential, credential.revision))
}

#[instrument(name = "credentials.delete", skip_all, fields(credential.id = %id))]
async fn delete(
    may: May<Delete>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    IfMatch(revision): IfMatch,
    Extension(request): Extension<RequestId>,
    mut pairs: QueryPairs,
) -> Answer {
    let force = pairs.flag("force")?;
    pairs.finish()?;
    credentials.delete(author(&may, &request), id, revision, force).await?;
    Ok(no_content())
}

#[instrument(name = "credentials.references", skip_all, fields(credential.id = %id))]
async fn references(
    may: May<Read>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    pairs: QueryPairs,
) -> Answer {
    let limit = limit(pairs)?;
    credentials.get(id).await?.ok_or(ApiError::NotFound)?;
    let (items, total) = credentials.references(id, limit).await?;
    // Whoever may not see referrers learns how many there are.
    let visible = may
        .principal
        .may(app::accounts::Resource::McpServers, app::accounts::Action::Read)
        .is_some();
    let (items, hidden) = if visible { (items, 0) } else { (Vec::new(), total) };
    Ok(json(&Page {
        items,
        total,
        total_exact: true,
        next_cursor: None,
        previous_cursor: None,
        hidden,
    }))
}

#[instrument(name = "credentials.uses", skip_all, fields(credential.id = %id))]
async fn uses(
    _may: May<Read>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    pairs: QueryPairs,
) -> Answer {
    let limit = limit(pairs)?;
    credentials.get(id).await?.ok_or(ApiError::NotFound)?;
    Ok(json(&credentials.uses(id, limit).await?))
}

/// The one parameter of the short lists.
fn limit(mut pairs: QueryPairs) -> Result<i64, ApiError> {
    let limit = match pairs.take("limit").map(|text| text.parse()) {
        None => 25,
        Some(Ok(limit)) if (1..=100).contains(&limit) => limit,
        Some(_) => return Err(ApiError::BadQuery("Use a limit from 1 to 100.")),
    };
    pairs.finish()?;
    Ok(limit)
}
