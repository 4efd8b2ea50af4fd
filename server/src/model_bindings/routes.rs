//! The routes of model bindings.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use contract::model_bindings::ModelBindingId;
use tracing::instrument;

use super::ModelBindings;
use super::input;
use super::resolve_target;
use super::rows::{self, SORTS};
use super::store;
use crate::ai::{Caller, Model};
use crate::http::{self, ApiResult, Authorized, IdPath, IfMatch, JsonBody, ListQuery, QueryPairs, permissions};

/// The routes, below the prefix of the API.
pub fn router() -> Router<ModelBindings> {
    Router::new()
        .route("/model-bindings", get(list).post(create))
        .route("/model-bindings/test", post(test))
        .route("/model-bindings/{id}", get(read).patch(update).delete(delete))
        .route("/model-bindings/{id}/test", post(test_saved))
}

permissions!(ModelBindings: Read, Create, Update, Delete, Use);

#[instrument(name = "model_bindings.list", skip_all)]
async fn list(may: Authorized<Read>, State(bindings): State<ModelBindings>, pairs: QueryPairs) -> ApiResult {
    let query = ListQuery::parse(pairs, "model-bindings", SORTS, "name")?;
    Ok(http::json(
        &rows::list(&bindings.base.db, &may.principal, &query).await?,
    ))
}

#[instrument(name = "model_bindings.get", skip_all, fields(model_binding.id = %id))]
async fn read(
    may: Authorized<Read>,
    State(bindings): State<ModelBindings>,
    IdPath(id): IdPath<ModelBindingId>,
) -> ApiResult {
    let binding = rows::get(&bindings.base.db, id).await?.into_output(&may.principal)?;
    Ok(http::with_etag(&binding, binding.revision))
}

#[instrument(name = "model_bindings.create", skip_all)]
async fn create(
    may: Authorized<Create>,
    State(bindings): State<ModelBindings>,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let input = input::create(fields)?;
    let binding = store::create(&bindings, may.act(), input).await?;
    Ok(http::created(
        &binding,
        &format!("/model-bindings/{}", binding.id),
        binding.revision,
    ))
}

#[instrument(name = "model_bindings.update", skip_all, fields(model_binding.id = %id))]
async fn update(
    may: Authorized<Update>,
    State(bindings): State<ModelBindings>,
    IdPath(id): IdPath<ModelBindingId>,
    IfMatch(revision): IfMatch,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let input = input::update(fields)?;
    let change = may.act();
    let binding = store::update(&bindings, change, id, revision, &input).await?;
    Ok(http::with_etag(&binding, binding.revision))
}

#[instrument(name = "model_bindings.delete", skip_all, fields(model_binding.id = %id))]
async fn delete(
    may: Authorized<Delete>,
    State(bindings): State<ModelBindings>,
    IdPath(id): IdPath<ModelBindingId>,
    IfMatch(revision): IfMatch,
) -> ApiResult {
    store::delete(&bindings, may.act(), id, revision).await?;
    Ok(http::no_content())
}

/// Tries what a form holds: a new binding, or a saved one with changes. Nothing is stored.
#[instrument(name = "model_bindings.test", skip_all)]
async fn test(may: Authorized<Use>, State(bindings): State<ModelBindings>, JsonBody(fields): JsonBody) -> ApiResult {
    let _running = bindings.ai.running().begin(&may.principal)?;
    let input = input::test(fields)?;
    let model = resolve_target::draft(&bindings, &may.principal, input).await?;
    bindings.ai.refuse_own(&model.endpoint)?;
    try_out(&bindings, may, &model).await
}

#[instrument(name = "model_bindings.test_saved", skip_all, fields(model_binding.id = %id))]
async fn test_saved(
    may: Authorized<Use>,
    State(bindings): State<ModelBindings>,
    IdPath(id): IdPath<ModelBindingId>,
) -> ApiResult {
    let _running = bindings.ai.running().begin(&may.principal)?;
    let model = bindings.model(&may.principal, id).await?;
    try_out(&bindings, may, &model).await
}

async fn try_out(bindings: &ModelBindings, may: Authorized<Use>, model: &Model) -> ApiResult {
    let caller = Caller {
        principal: may.principal,
        request_id: may.request_id,
    };
    Ok(http::json(&bindings.ai.test(&caller, model).await?))
}
