//! `/healthz`: the process runs. `/readyz`: it can do its work.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use crate::http::{ApiError, json};
use crate::state::AppState;

/// Outside `/api/v1`, without a session.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || json(&json!({"status": "ok"}))))
        .route("/readyz", get(ready))
}

/// Keys and schema were checked at the start; the database is asked now.
async fn ready(State(state): State<AppState>) -> Result<Response, ApiError> {
    state.base.db.ping().await?;
    Ok(json(&json!({"status": "ready"})))
}
