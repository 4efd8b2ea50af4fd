//! The user routes, for administrators.

use app::accounts::{Action, Resource, UserId};
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::{get, post};
use tracing::instrument;

use super::{Change, Users, delete, input, owned, rows, store};
use crate::http::{
    ApiError, IdPath, IfMatch, JsonBody, ListQuery, May, Permit, QueryPairs, RequestId, created, json, no_content,
    with_etag,
};
use crate::state::AppState;

type Answer = Result<Response, ApiError>;

/// `/users` and everything below it.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/users", get(list).post(create))
        .route("/users/{id}", get(read).patch(update).delete(remove))
        .route("/users/{id}/link", post(create_link))
        .route("/users/{id}/owned", get(read_owned))
}

/// Declares the permission that a route needs.
macro_rules! permit {
    ($name:ident, $action:ident) => {
        #[derive(Debug)]
        struct $name;

        impl Permit for $name {
            const RESOURCE: Resource = Resource::Users;
            const ACTION: Action = Action::$action;
        }
    };
}
permit!(Read, Read);
permit!(Create, Create);
permit!(Update, Update);
permit!(Delete, Delete);

fn change<'a, P: Permit>(may: &'a May<P>, request: &'a RequestId) -> Change<'a> {
    Change {
        principal: &may.principal,
        request_id: &request.0,
    }
}

#[instrument(name = "users.list", skip_all)]
async fn list(_may: May<Read>, State(users): State<Users>, pairs: QueryPairs) -> Answer {
    let query = ListQuery::parse(pairs, "users", rows::SORTS, "name")?;
    if query.owner.is_some() {
        return Err(ApiError::BadQuery("Users have no owner: leave owner_id out."));
    }
    Ok(json(&rows::list(&users.base.db, query).await?))
}

#[instrument(name = "users.create", skip_all)]
async fn create(
    may: May<Create>,
    State(users): State<Users>,
    Extension(request): Extension<RequestId>,
    JsonBody(fields): JsonBody,
) -> Answer {
    let answer = store::create(&users, change(&may, &request), input::create(fields)?).await?;
    let path = format!("/users/{}", answer.user.id);
    Ok(created(&answer, &path, answer.user.revision))
}

#[instrument(name = "users.get", skip_all, fields(user.id = %id))]
async fn read(_may: May<Read>, State(users): State<Users>, IdPath(id): IdPath<UserId>) -> Answer {
    let row = rows::find(&users.base.db, id).await?.ok_or(ApiError::NotFound)?;
    let revision = row.revision;
    Ok(with_etag(&app::users::User::from(row), revision))
}

#[instrument(name = "users.update", skip_all, fields(user.id = %id))]
async fn update(
    may: May<Update>,
    State(users): State<Users>,
    IdPath(id): IdPath<UserId>,
    IfMatch(revision): IfMatch,
    Extension(request): Extension<RequestId>,
    JsonBody(fields): JsonBody,
) -> Answer {
    let input = input::update(fields)?;
    let user = store::update(&users, change(&may, &request), id, revision, &input).await?;
    Ok(with_etag(&user, user.revision))
}

#[instrument(name = "users.delete", skip_all, fields(user.id = %id))]
async fn remove(
    may: May<Delete>,
    State(users): State<Users>,
    IdPath(id): IdPath<UserId>,
    IfMatch(revision): IfMatch,
    Extension(request): Extension<RequestId>,
    pairs: QueryPairs,
) -> Answer {
    let estate = input::estate(pairs, id)?;
    delete::delete(&users, change(&may, &request), id, revision, estate).await?;
    Ok(no_content())
}

#[instrument(name = "users.create_link", skip_all, fields(user.id = %id))]
async fn create_link(
    may: May<Update>,
    State(users): State<Users>,
    IdPath(id): IdPath<UserId>,
    Extension(request): Extension<RequestId>,
) -> Answer {
    Ok(json(&store::create_link(&users, change(&may, &request), id).await?))
}

#[instrument(name = "users.owned", skip_all, fields(user.id = %id))]
async fn read_owned(_may: May<Delete>, State(users): State<Users>, IdPath(id): IdPath<UserId>) -> Answer {
    rows::find(&users.base.db, id).await?.ok_or(ApiError::NotFound)?;
    Ok(json(&owned::list(&users.base.db, id).await?))
}
