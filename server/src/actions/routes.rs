//! `POST /actions/{action}`.

use ::http::HeaderMap;
use app::accounts::{Action, Resource};
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::post;
use tracing::instrument;

use super::input::{self, ActionPath, Which};
use super::stream;
use super::{Actions, Task};
use crate::ai::{Caller, Sink};
use crate::http::{self, ApiError, JsonBody, May, Permit, RequestId};
use crate::model_bindings::ModelBindings;
use crate::state::AppState;

/// The route, below the prefix of the API.
pub fn router() -> Router<AppState> {
    Router::new().route("/actions/{action}", post(run))
}

#[derive(Debug)]
struct Use;

impl Permit for Use {
    const RESOURCE: Resource = Resource::ModelBindings;
    const ACTION: Action = Action::Use;
}

#[instrument(name = "actions.run", skip_all, fields(action = action.as_str()))]
async fn run(
    may: May<Use>,
    State(actions): State<Actions>,
    Extension(request_id): Extension<RequestId>,
    ActionPath(action): ActionPath,
    headers: HeaderMap,
    JsonBody(fields): JsonBody,
) -> Result<Response, ApiError> {
    let streams = stream::wanted(&headers) && action.streams();
    if !streams && !stream::takes_whole(&headers) {
        return Err(ApiError::NotStreamed);
    }
    let input = input::run(action, fields)?;
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
        request_id,
    };
    if streams {
        return Ok(stream::answer(actions, caller, task));
    }
    Ok(http::json(&actions.run(&caller, &task, &Sink::none()).await?))
}
