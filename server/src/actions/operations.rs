//! The operation that runs actions, for the documentation.

use contract::ai::{ActionEvent, ActionOutput, RunAction};
use serde_json::json;

use crate::http::{MODEL_SLUGS, UPSTREAM_SLUGS};
use crate::openapi::Operation;

/// How using a credential can fail before anything is sent.
const REACH: &[&str] = &[
    "host-not-allowed",
    "credential-deleted",
    "credential-forbidden",
    "value-not-sendable",
    "audit-unavailable",
    "too-many-uses",
    "credential-rolled-back",
    "disabled",
    "session-ended",
    "not-streamed",
    "too-many-operations",
    "too-much-at-once",
];

/// What `routes.rs` serves.
pub fn operations() -> Vec<Operation> {
    let model = json!({
        "settings": {"provider": "openai-compatible", "model_id": "small", "base_url": "http://127.0.0.1:9/v1"},
    });
    vec![
        Operation::post("/actions/{action}", "actions.run", "Run an AI action")
            .takes::<RunAction>(json!({"model": model, "inputs": {"prompt": "Say ok."}}))
            .answers::<ActionOutput>(
                "The action's output. With `Accept: text/event-stream`, actions that generate text return an event stream instead: each event's name is its `type`, and its data has the shape `x-event`.",
            )
            .or_streams::<ActionEvent>()
            .refuses(REACH)
            .refuses(UPSTREAM_SLUGS)
            .refuses(MODEL_SLUGS),
    ]
}
