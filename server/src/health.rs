//! `/healthz`: the process runs. `/readyz`: it can do its work.

use anyhow::anyhow;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use crate::db::{DbError, Schema};
use crate::http::{ApiError, json};
use crate::infra::Infra;
use crate::state::AppState;
use crate::vault::KeyState;

/// Outside `/api/v1`, without a session.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || json(&json!({"status": "ok"}))))
        .route("/readyz", get(ready))
}

/// Ready: the database answers and is written to, its tables are those of this build or newer, and every key in use is
/// held. A pending key that is missing is reported and does not count yet.
async fn ready(State(state): State<AppState>) -> Result<Response, ApiError> {
    let base = &state.base;
    if base.stopping.is_draining() {
        return Err(ApiError::Stopping);
    }
    let schema = base.db.schema().await.map_err(not_answered)?;
    if schema == Schema::Behind {
        return Err(ApiError::SchemaBehind);
    }
    let mut standing = base.vault.standing(&base.db).await.map_err(not_answered)?;
    if !standing.is_complete() {
        standing = base.vault.reload(&base.db).await.map_err(not_answered)?;
    }
    if let Some(key) = standing.missing() {
        return Err(ApiError::KeyMissing(key.id.clone()));
    }
    writes(base).await?;
    let not_held = |id: &&str| !standing.held.iter().any(|held| held == id);
    let awaited: Vec<&str> = standing.in_state(KeyState::Pending).filter(not_held).collect();
    Ok(json(&json!({
        "status": "ready",
        "writes": if base.db.is_short_of_room() { "deletes-only" } else { "all" },
        "schema": if schema == Schema::Ahead { "newer" } else { "current" },
        "keys": {"held": standing.held, "pending_not_held": awaited},
    })))
}

/// The outcome of the last heartbeats and of the last record of uses. A standby is read-only at once, before a heartbeat
/// could fail.
async fn writes(base: &Infra) -> Result<(), ApiError> {
    if base.readiness.cannot_write() || base.db.is_read_only().await.map_err(not_answered)? {
        return Err(ApiError::CannotWrite);
    }
    if base.readiness.cannot_record() {
        return Err(ApiError::AuditUnavailable);
    }
    Ok(())
}

/// The 503 for an error of any query of `/readyz`: the server cannot work without those rows.
fn not_answered(error: DbError) -> ApiError {
    ApiError::Unavailable(anyhow!(error).context("the database does not respond to /readyz"))
}
