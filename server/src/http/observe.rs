//! What is told about every request: its id on each line that the log gets meanwhile, and one line when
//! it was answered. The path and the query are never told, only the route: callers paste secrets anywhere.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use tracing::Instrument as _;

use super::{ClientAddress, RequestId};
use crate::metrics::Metrics;

/// The kind of principal that a request was made by; put into the answer by the session middleware.
#[derive(Clone, Copy, Debug)]
pub struct ActedAs(pub &'static str);

/// Gives the lines of a request its id, logs the answer and counts it.
pub async fn observe(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map_or("", |id| id.0.as_str());
    // The level of errors, so that no filter leaves a warning without its id.
    let span = tracing::error_span!("request", id);
    let method = method(request.method());
    let route = route(&request);
    let client = request
        .extensions()
        .get::<ClientAddress>()
        .map(|client| tracing::field::display(client.0));
    let began = Instant::now();
    async {
        let response = next.run(request).await;
        let principal = response.extensions().get::<ActedAs>().map_or("nobody", |acted| acted.0);
        let status = response.status().as_u16();
        let took = began.elapsed();
        metrics.answered(method, &route, status, took);
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        // Health checks and the site's files come in crowds.
        if is_quiet(&route) {
            tracing::debug!(target: "access", method, route, status, ms, client, principal, "answered");
        } else {
            tracing::info!(target: "access", method, route, status, ms, client, principal, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// A method by its name; one that nobody knows is what a caller made up.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

const FILES: &str = "/pkg/{file}";

/// The route as the router has it, with `{id}` for an id.
fn route(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None if request.uri().path().starts_with("/pkg/") => FILES.to_owned(),
        None => "none".to_owned(),
    }
}

fn is_quiet(route: &str) -> bool {
    matches!(route, FILES | "/healthz" | "/readyz")
}
