//! The operations on the audit trail, for the documentation.

use contract::api::Page;
use contract::audit::AuditEvent;
use serde_json::json;

use super::query::{MAX_TEXT, SORTS};
use crate::openapi::Operation;

/// What `routes.rs` serves.
pub fn operations() -> Vec<Operation> {
    vec![
        filters(Operation::get(
            "/audit-events",
            "audit_events.list",
            "List audit events",
        ))
        .pages(SORTS, "-seq")
        .answers::<Page<AuditEvent>>("A page of events, newest first."),
        filters(Operation::get(
            "/audit-events/export",
            "audit_events.export",
            "Export audit events",
        ))
        .query(
            "search",
            "Text to find in names, or a full ID.",
            json!({"type": "string", "maxLength": 200, "pattern": "^[^\\u0000]*$"}),
        )
        .answers_text(
            "application/jsonl",
            "One JSON document per line, oldest first; the last line is the head of the chain.",
        )
        .with_header(("Content-Disposition", "The file name.")),
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
            "Only events by this user, or by `cli` or `anonymous`.",
            json!({"type": "string", "pattern": "^([a-z_]{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"}),
        )
        .query("action", "Only this action, e.g. `credential.use`.", text.clone())
        .query("target", "Only events about this record.", id)
        .query(
            "host",
            "Only uses at this host, as `host` or `host:port`.",
            text.clone(),
        )
        .query("outcome", "Only this outcome: `ok`, `allowed` or `refused`.", text)
        .query("from", "Only events at or after this time.", moment.clone())
        .query("to", "Only events before this time.", moment)
}
