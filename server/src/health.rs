//! `/healthz`: the process runs. `/readyz`: it can do its work.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use crate::db::Schema;
use crate::http::{ApiError, json};
use crate::state::AppState;
use crate::vault::KeyState;

/// Outside `/api/v1`, without a session.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || json(&json!({"status": "ok"}))))
        .route("/readyz", get(ready))
}

/// Ready: the database answers, its tables are those of this build or newer, and every key that it works
/// with is held. A key that is only pending is told, and does not count yet.
async fn ready(State(state): State<AppState>) -> Result<Response, ApiError> {
    let base = &state.base;
    let schema = base.db.schema().await?;
    if schema == Schema::Behind {
        return Err(ApiError::SchemaBehind);
    }
    let mut standing = base.vault.standing(&base.db).await?;
    if !standing.is_complete() {
        standing = base.vault.reload(&base.db).await?;
    }
    if let Some(key) = standing.missing() {
        return Err(ApiError::KeyMissing(key.id.clone()));
    }
    let not_held = |id: &&str| !standing.held.iter().any(|held| held == id);
    let awaited: Vec<&str> = standing.in_state(KeyState::Pending).filter(not_held).collect();
    Ok(json(&json!({
        "status": "ready",
        "schema": if schema == Schema::Ahead { "newer" } else { "current" },
        "keys": {"held": standing.held, "pending_not_held": awaited},
    })))
}
