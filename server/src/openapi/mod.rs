//! The OpenAPI document, made from the code: each feature describes its operations in `operations.rs` next
//! to its routes, and the shapes come from the types of the wire contract. A test holds the document
//! against the router, both ways.

mod document;
mod operation;

pub use document::document;
pub use operation::{Body, Operation, Parameter, Success};

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::header;
use serde_json::Value;

/// The document's own operation, and those of health checks.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/api/openapi.json", "openapi.get", "Get this document")
            .outside()
            .answers::<Value>("An OpenAPI 3.1 document."),
        Operation::get("/healthz", "health.live", "Check that the process is running")
            .outside()
            .answers::<Value>("The process is running."),
        Operation::get("/readyz", "health.ready", "Check that the server is ready")
            .outside()
            .answers::<Value>("The server is ready.")
            .refuses(&["audit-unavailable", "cannot-write", "key-missing", "schema-behind"]),
    ]
}

/// `/api/openapi.json`, for anybody. The document is made when it is first asked for.
pub fn router(operations: fn() -> Vec<Operation>, https: bool) -> Router {
    let kept: Arc<OnceLock<Bytes>> = Arc::default();
    let answer = move || {
        let text = kept.get_or_init(|| document(&operations(), https).to_string().into());
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text) }
    };
    Router::new().route("/api/openapi.json", get(answer))
}
