//! The credential routes.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use contract::api::Page;
use contract::credentials::CredentialId;
use tracing::instrument;

use super::listing::SORTS;
use super::rows::show_to;
use super::{Credentials, input};
use crate::http::{
    ApiError, ApiResult, Authorized, IdPath, IfMatch, JsonBody, ListQuery, QueryPairs, created, json, no_content,
    permissions, with_etag,
};

/// `/credentials` and everything below it.
pub fn router() -> Router<Credentials> {
    Router::new()
        .route("/credentials", get(list).post(create))
        .route("/credentials/{id}", get(read).patch(update).delete(delete))
        .route("/credentials/{id}/references", get(references))
        .route("/credentials/{id}/uses", get(uses))
}

permissions!(Credentials: Read, Create, Update, Delete);

#[instrument(name = "credentials.list", skip_all)]
async fn list(may: Authorized<Read>, State(credentials): State<Credentials>, pairs: QueryPairs) -> ApiResult {
    let query = ListQuery::parse(pairs, "credentials", SORTS, "-created_at")?;
    let mut page = credentials.list(query).await?;
    for credential in &mut page.items {
        show_to(credential, &may.principal);
    }
    Ok(json(&page))
}

#[instrument(name = "credentials.create", skip_all)]
async fn create(
    may: Authorized<Create>,
    State(credentials): State<Credentials>,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let credential = credentials.create(may.act(), input::create(fields)?).await?;
    Ok(created(
        &credential,
        &format!("/credentials/{}", credential.id),
        credential.revision,
    ))
}

#[instrument(name = "credentials.get", skip_all, fields(credential.id = %id))]
async fn read(
    may: Authorized<Read>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
) -> ApiResult {
    let mut credential = credentials.get(id).await?.ok_or(ApiError::NotFound)?;
    show_to(&mut credential, &may.principal);
    Ok(with_etag(&credential, credential.revision))
}

#[instrument(name = "credentials.update", skip_all, fields(credential.id = %id))]
async fn update(
    may: Authorized<Update>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    IfMatch(revision): IfMatch,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let credential = credentials
        .update(may.act(), id, revision, input::update(fields)?)
        .await?;
    Ok(with_etag(&credential, credential.revision))
}

#[instrument(name = "credentials.delete", skip_all, fields(credential.id = %id))]
async fn delete(
    may: Authorized<Delete>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    IfMatch(revision): IfMatch,
    mut pairs: QueryPairs,
) -> ApiResult {
    let force = pairs.flag("force")?;
    pairs.finish()?;
    credentials.delete(may.act(), id, revision, force).await?;
    Ok(no_content())
}

#[instrument(name = "credentials.references", skip_all, fields(credential.id = %id))]
async fn references(
    may: Authorized<Read>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    pairs: QueryPairs,
) -> ApiResult {
    let limit = limit(pairs)?;
    credentials.get(id).await?.ok_or(ApiError::NotFound)?;
    let references = credentials.references(&may.principal, id, limit).await?;
    Ok(json(&Page {
        total: references.total,
        hidden: references.hidden,
        ..Page::whole(references.items)
    }))
}

#[instrument(name = "credentials.uses", skip_all, fields(credential.id = %id))]
async fn uses(
    may: Authorized<Read>,
    State(credentials): State<Credentials>,
    IdPath(id): IdPath<CredentialId>,
    pairs: QueryPairs,
) -> ApiResult {
    let limit = limit(pairs)?;
    let credential = credentials.get(id).await?.ok_or(ApiError::NotFound)?;
    Ok(json(&credentials.uses(&may.principal, &credential, limit).await?))
}

/// The one parameter of the short lists.
fn limit(mut pairs: QueryPairs) -> Result<i64, ApiError> {
    let limit = pairs.limit()?;
    pairs.finish()?;
    Ok(limit)
}
