//! `/metrics`, for a listener of its own, apart from people and the API.

use axum::Router;
use axum::routing::get;
use http::header;

/// The format is `OpenMetrics`, which Prometheus asks for first.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/metrics`, with the text that `tell` returns.
pub fn router(tell: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let answer = move || {
        let text = tell();
        async move { ([(header::CONTENT_TYPE, CONTENT_TYPE)], text) }
    };
    Router::new().route("/metrics", get(answer))
}
