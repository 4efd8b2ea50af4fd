//! The user routes, for administrators.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use contract::accounts::UserId;
use tracing::instrument;

use super::{Users, delete, input, owned, rows, store};
use crate::http::{
    ApiError, ApiResult, Authorized, IdPath, IfMatch, JsonBody, ListQuery, QueryPairs, created, json, no_content,
    permissions, with_etag,
};

/// `/users` and everything below it.
pub fn router() -> Router<Users> {
    Router::new()
        .route("/users", get(list).post(create))
        .route("/users/{id}", get(read).patch(update).delete(remove))
        .route("/users/{id}/link", post(create_link))
        .route("/users/{id}/owned", get(read_owned))
}

permissions!(Users: Read, Create, Update, Delete);

#[instrument(name = "users.list", skip_all)]
async fn list(_may: Authorized<Read>, State(users): State<Users>, pairs: QueryPairs) -> ApiResult {
    let query = ListQuery::parse(pairs, "users", rows::SORTS, "name")?;
    if query.owner.is_some() {
        return Err(ApiError::BadQuery("Users have no owner. Remove owner_id."));
    }
    Ok(json(&rows::list(&users.base.db, query).await?))
}

#[instrument(name = "users.create", skip_all)]
async fn create(may: Authorized<Create>, State(users): State<Users>, JsonBody(fields): JsonBody) -> ApiResult {
    let answer = store::create(&users, may.act(), input::create(fields)?).await?;
    let path = format!("/users/{}", answer.user.id);
    Ok(created(&answer, &path, answer.user.revision))
}

#[instrument(name = "users.get", skip_all, fields(user.id = %id))]
async fn read(_may: Authorized<Read>, State(users): State<Users>, IdPath(id): IdPath<UserId>) -> ApiResult {
    let row = rows::find(&users.base.db, id).await?.ok_or(ApiError::NotFound)?;
    let revision = row.revision;
    Ok(with_etag(&contract::users::User::from(row), revision))
}

#[instrument(name = "users.update", skip_all, fields(user.id = %id))]
async fn update(
    may: Authorized<Update>,
    State(users): State<Users>,
    IdPath(id): IdPath<UserId>,
    IfMatch(revision): IfMatch,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let input = input::update(fields)?;
    let user = store::update(&users, may.act(), id, revision, &input).await?;
    Ok(with_etag(&user, user.revision))
}

#[instrument(name = "users.delete", skip_all, fields(user.id = %id))]
async fn remove(
    may: Authorized<Delete>,
    State(users): State<Users>,
    IdPath(id): IdPath<UserId>,
    IfMatch(revision): IfMatch,
    pairs: QueryPairs,
) -> ApiResult {
    let estate = input::estate(pairs, id)?;
    delete::delete(&users, may.act(), id, revision, estate).await?;
    Ok(no_content())
}

#[instrument(name = "users.create_link", skip_all, fields(user.id = %id))]
async fn create_link(may: Authorized<Update>, State(users): State<Users>, IdPath(id): IdPath<UserId>) -> ApiResult {
    Ok(json(&store::create_link(&users, may.act(), id).await?))
}

#[instrument(name = "users.owned", skip_all, fields(user.id = %id))]
async fn read_owned(may: Authorized<Delete>, State(users): State<Users>, IdPath(id): IdPath<UserId>) -> ApiResult {
    rows::find(&users.base.db, id).await?.ok_or(ApiError::NotFound)?;
    Ok(json(&owned::list(&users.base.db, &may.principal, id).await?))
}
