//! All routes, and what every request passes.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, header};

use crate::accounts::{self, Accounts};
use crate::actions::{self, Actions};
use crate::audit_events::{self, AuditTrail};
use crate::credentials;
use crate::http::{ApiError, HostRule, client_address, finish_problems, guard, observe, request_id};
use crate::mcp_servers;
use crate::model_bindings;
use crate::openapi::{self, Operation};
use crate::pages::Pages;
use crate::schemas;
use crate::state::AppState;
use crate::stopping::break_off;
use crate::users::{self, Users};

/// Everything that the server answers.
pub fn router(state: AppState, pages: impl Pages, hosts: HostRule) -> Router {
    let site = Site {
        build_id: pages.build_id(),
        https: hosts.is_https(),
    };
    let proxies = state.proxies.clone();
    let metrics = state.base.metrics.clone();
    let stopping = state.base.stopping.clone();
    let api = api(state.clone());
    let accounts: Accounts = state.accounts.clone();
    let pages = pages.router(api.clone(), accounts.clone(), stopping.clone());
    let health = crate::health::router().with_state(state.clone());
    Router::new()
        .merge(api)
        .merge(accounts::forms_router().with_state(accounts.clone()))
        .merge(pages)
        .layer(middleware::from_fn_with_state(accounts, accounts::identify))
        .layer(middleware::from_fn_with_state(stopping, break_off))
        // Health checks need no session, and must answer when the database does not.
        .merge(health)
        .merge(openapi::router(operations, site.https))
        .layer(middleware::from_fn_with_state(hosts, guard))
        .layer(middleware::from_fn_with_state(site, headers))
        .layer(middleware::from_fn(finish_problems))
        .layer(middleware::from_fn_with_state(metrics, observe))
        .layer(middleware::from_fn_with_state(proxies, client_address))
        .layer(middleware::from_fn(request_id))
}

/// The API. Pages call it in process, so it finishes its own problem documents.
fn api(state: AppState) -> Router {
    let trail = AuditTrail::new(state.base.clone(), state.credentials.resolver().clone());
    let users = Users::new(state.base.clone(), state.accounts.clone());
    let actions = Actions::new(state.model_bindings.clone(), state.mcp_servers.clone());
    let routes = Router::new()
        .merge(users::router().with_state(users))
        .merge(accounts::router().with_state(state.accounts))
        .merge(audit_events::router().with_state(trail))
        .merge(credentials::router().with_state(state.credentials))
        .merge(actions::router().with_state(actions))
        .merge(mcp_servers::router().with_state(state.mcp_servers))
        .merge(model_bindings::router().with_state(state.model_bindings))
        .merge(schemas::router())
        .fallback(async || ApiError::NotFound.into_response());
    Router::new()
        .nest(contract::api::PREFIX, routes)
        .layer(middleware::from_fn(finish_problems))
}

/// What the headers of every answer tell.
#[derive(Clone)]
struct Site {
    build_id: Option<HeaderValue>,
    https: bool,
}

/// Browsers that were here once come back over https only, for a year.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What the API can do, for its documentation: whoever adds a route describes it in the `operations.rs` next
/// to it. A test holds this against the routes.
pub fn operations() -> Vec<Operation> {
    let mut operations = accounts::operations();
    operations.extend(audit_events::operations());
    operations.extend(credentials::operations());
    operations.extend(mcp_servers::operations());
    operations.extend(model_bindings::operations());
    operations.extend(actions::operations());
    operations.extend(schemas::operations());
    operations.extend(users::operations());
    operations.extend(openapi::operations());
    operations
}

/// Headers of every answer.
async fn headers(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    if site.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    if let Some(build_id) = site.build_id {
        headers.insert(HeaderName::from_static(contract::api::BUILD_HEADER), build_id);
    }
    response
}
