//! The routes of the trail. It is read and never written: rows come from what they record.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use contract::accounts::Resource;
use tracing::instrument;

use super::{AuditTrail, export, query, store};
use crate::http::{ApiResult, Authorized, QueryPairs, json, permissions};

permissions!(AuditEvents: Read);

/// `/audit-events` and its export.
pub fn router() -> Router<AuditTrail> {
    Router::new()
        .route("/audit-events", get(list))
        .route("/audit-events/export", get(export))
}

#[instrument(name = "audit_events.list", skip_all)]
async fn list(_may: Authorized<Read>, State(trail): State<AuditTrail>, pairs: QueryPairs) -> ApiResult {
    let (filters, query) = query::list(pairs)?;
    Ok(json(&store::list(&trail.infra.db, &filters, &query).await?))
}

#[instrument(name = "audit_events.export", skip_all)]
async fn export(may: Authorized<Read>, State(trail): State<AuditTrail>, pairs: QueryPairs) -> ApiResult {
    let filters = query::export(pairs)?;
    let revoked = trail.resolver.revoked(&may.principal, Resource::AuditEvents);
    export::export(trail.infra, filters, may.act(), revoked).await
}
