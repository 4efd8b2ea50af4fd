//! The operations on the audit trail, for the documentation.

use contract::api::Page;
use contract::audit::AuditEvent;
use serde_json::json;

use super::query::{MAX_TEXT, SORTS};
use crate::openapi::Operation;

/// What `routes.rs` serves.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        filters(Operation::get(
            "/audit-events",
            "audit_events.list",
            "List what was done",
        ))
        .pages(SORTS, "-seq")
        .answers::<Page<AuditEvent>>("A page of events, the newest first."),
        filters(Operation::get(
            "/audit-events/export",
            "audit_events.export",
            "Download what was done",
        ))
        .query(
            "search",
            "Text that names must contain, or a whole id.",
            json!({"type": "string", "maxLength": 200, "pattern": "^[^\\u0000]*$"}),
        )
        .answers_text(
            "application/jsonl",
            "A JSON document a line, the oldest first; the last line is the head of the chain.",
        )
        .with_header(("Content-Disposition", "The name of the file.")),
    ]
}

/// The filters that both take.
fn filters(operation: Operation) -> Operation {
    let id = json!({"type": "string", "format": "uuid"});
    let text = json!({"type": "string", "maxLength": MAX_TEXT, "pattern": "^[^\\u0000]*$"});
    let moment = json!({"type": "string", "format": "date-time"});
    operation
        .query(
            "actor",
            "Only what this user did; or `cli`, `anonymous`.",
            json!({"type": "string", "pattern": "^([a-z_]{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"}),
        )
        .query("action", "Only this, e.g. `credential.use`.", text.clone())
        .query("target", "Only what was done with this record.", id)
        .query(
            "host",
            "Only uses at this host, as `host` or `host:port`.",
            text.clone(),
        )
        .query("outcome", "Only what ended so: `ok`, `allowed`, `refused`.", text)
        .query("from", "Only from this moment on.", moment.clone())
        .query("to", "Only before this moment.", moment)
}
