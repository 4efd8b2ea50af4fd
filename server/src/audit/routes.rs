//! The routes of the trail. It is read and never written: rows come from what they record.

use app::accounts::{Action, Resource};
use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use tracing::instrument;

use super::{export, query, store};
use crate::http::{ApiError, May, Permit, QueryPairs, RequestId, json};
use crate::state::AppState;

type Answer = Result<Response<Body>, ApiError>;

/// May see the trail.
#[derive(Debug)]
struct Read;

impl Permit for Read {
    const RESOURCE: Resource = Resource::AuditEvents;
    const ACTION: Action = Action::Read;
}

/// `/audit-events` and its export.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/audit-events", get(list))
        .route("/audit-events/export", get(export))
}

#[instrument(name = "audit_events.list", skip_all)]
async fn list(_may: May<Read>, State(state): State<AppState>, pairs: QueryPairs) -> Answer {
    let (filters, query) = query::list(pairs)?;
    Ok(json(&store::list(&state.base.db, &filters, &query).await?))
}

#[instrument(name = "audit_events.export", skip_all)]
async fn export(
    may: May<Read>,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    pairs: QueryPairs,
) -> Answer {
    let filters = query::export(pairs)?;
    export::export(state.base, filters, &may.principal, &request.0).await
}
