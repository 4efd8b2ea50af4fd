//! `POST /actions/{action}`.

use ::http::HeaderMap;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use tracing::instrument;

use super::input::{self, ActionPath, Which};
use super::stream;
use super::{Actions, Task};
use crate::ai::{Caller, Sink};
use crate::http::{self, ApiError, ApiResult, Authorized, JsonBody, permissions};
use crate::model_bindings::ModelBindings;

/// The route, below the prefix of the API.
pub fn router() -> Router<Actions> {
    Router::new().route("/actions/{action}", post(run))
}

permissions!(ModelBindings: Use);

#[instrument(name = "actions.run", skip_all, fields(action = action.as_str()))]
async fn run(
    may: Authorized<Use>,
    State(actions): State<Actions>,
    ActionPath(action): ActionPath,
    headers: HeaderMap,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let streams = stream::wanted(&headers) && action.streams();
    if !streams && !stream::takes_whole(&headers) {
        return Err(ApiError::NotStreamed);
    }
    let running = actions.bindings.ai().running().begin(&may.principal)?;
    let input = input::run(action, fields).await?;
    let model = match input.which {
        Which::Saved(id) => actions.bindings.model(&may.principal, id).await?,
        Which::Inline(settings) => ModelBindings::unsaved(settings)?,
    };
    let task = Task {
        action,
        model,
        inputs: input.inputs,
        settings: input.settings,
        mcp: input.mcp,
    };
    let caller = Caller {
        principal: may.principal,
        request_id: may.request_id,
    };
    if streams {
        return Ok(stream::answer(actions, caller, task, running));
    }
    Ok(http::json(&actions.run(&caller, &task, &Sink::none()).await?))
}
