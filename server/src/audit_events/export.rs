//! The export: one JSON document a line, oldest first, and the head of the chain as the last line. It is
//! read in batches while it is sent, so that a trail of any length takes the same memory.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt as _};
use http::{HeaderValue, header};
use serde_json::json;
use uuid::Uuid;

use super::query::Filters;
use super::store;
use crate::audit::{self, Event, Head, Line};
use crate::db::WriteClass;
use crate::hex::hex;
use crate::http::{Act, ApiError};
use crate::infra::Infra;

/// Events that are in memory at the same time.
const BATCH: i64 = 500;

/// Records the export, then sends the events. What is recorded is part of what is sent. An export whose session ends is
/// cut, so that it lacks its last line.
pub(super) async fn export(
    base: Arc<Infra>,
    filters: Filters,
    act: Act<'_>,
    revoked: impl Future<Output = ()> + Send + 'static,
) -> Result<Response<Body>, ApiError> {
    let head = record(&base, &filters, act).await?;
    let name = format!("strongroom-audit-{}.jsonl", base.clock.now().format("%Y%m%dT%H%M%SZ"));
    let mut response = Response::new(Body::from_stream(
        lines(base, filters, head).take_until(Box::pin(revoked)),
    ));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// Writes the event of the export, and gives the head that it made.
async fn record(base: &Infra, filters: &Filters, act: Act<'_>) -> Result<Head, ApiError> {
    let target = ("audit_trail", Uuid::nil(), "audit trail");
    let mut event = Event::by(act, base.clock.now(), "audit.export", target);
    event.target_id = None;
    let names = filters.names();
    event.details = Some(if names.is_empty() {
        "all events".to_owned()
    } else {
        format!("filtered by: {}", names.join(", "))
    });
    let mut tx = base.db.begin_recording(WriteClass::User).await?;
    audit::append(&mut tx, &base.vault, &[event]).await?;
    let head = audit::head_within(&mut tx).await?;
    tx.commit().await?;
    Ok(head)
}

/// The lines, batch by batch. One that cannot be read ends the answer before its last line, the head: whoever
/// keeps the file sees that it is not whole.
fn lines(base: Arc<Infra>, filters: Filters, head: Head) -> impl Stream<Item = Result<Bytes, ApiError>> + use<> {
    stream::try_unfold(Some(0), move |after| {
        let (base, filters, head) = (base.clone(), filters.clone(), head.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            let (text, next) = batch(&base, &filters, after, &head)
                .await
                .inspect_err(|error| tracing::error!(error = %error, "an export of the audit trail was interrupted"))?;
            Ok(Some((Bytes::from(text), next)))
        }
    })
}

/// The lines after an event, and which event the next ones come after; the head with the last ones.
async fn batch(base: &Infra, filters: &Filters, after: i64, head: &Head) -> Result<(Vec<u8>, Option<i64>), ApiError> {
    let rows = store::batch(&base.db, filters, after, head.seq, BATCH).await?;
    let whole = i64::try_from(rows.len()).is_ok_and(|rows| rows == BATCH);
    let next = rows.last().filter(|_| whole).map(|last| last.event.seq);
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, &Line::from(row)).map_err(|error| ApiError::Internal(error.into()))?;
        text.push(b'\n');
    }
    if next.is_none() {
        let line = json!({"head": {"seq": head.seq, "mac": hex(&head.mac)}});
        text.extend_from_slice(format!("{line}\n").as_bytes());
    }
    Ok((text, next))
}
