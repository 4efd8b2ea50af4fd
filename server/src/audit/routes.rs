//! The routes of the trail. It is read and never written: rows come from what they record.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use contract::accounts::Resource;
use tracing::instrument;

use super::{export, query, store};
use crate::http::{Answer, May, QueryPairs, json, permits};
use crate::state::AppState;

permits!(AuditEvents: Read);

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
async fn export(may: May<Read>, State(state): State<AppState>, pairs: QueryPairs) -> Answer {
    let filters = query::export(pairs)?;
    let resolver = state.credentials.resolver();
    let revoked = resolver.revoked(&may.principal, Resource::AuditEvents);
    export::export(state.base, filters, may.act(), revoked).await
}
