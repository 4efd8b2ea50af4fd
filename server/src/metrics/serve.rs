//! `/metrics` on a listener of its own, apart from people and the API.

use axum::Router;
use axum::routing::get;
use http::header;
use tokio::net::TcpListener;

/// The format is `OpenMetrics`, which Prometheus asks for first.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves what `tell` says, until the process ends.
pub async fn serve(listener: TcpListener, tell: impl Fn() -> String + Clone + Send + Sync + 'static) {
    let answer = move || {
        let text = tell();
        async move { ([(header::CONTENT_TYPE, CONTENT_TYPE)], text) }
    };
    let router = Router::new().route("/metrics", get(answer));
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(error = %error, "metrics are not served any more");
    }
}
