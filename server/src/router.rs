//! All routes, and what every request passes.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, header};

use crate::accounts::{self, Accounts};
use crate::assets::Assets;
use crate::credentials;
use crate::http::{ApiError, HostRule, finish_problems, guard, request_id};
use crate::mcp_servers;
use crate::pages::Pages;
use crate::state::AppState;

/// Everything that the server answers.
pub fn router(state: AppState, assets: Assets, hosts: HostRule) -> Router {
    let build_id = HeaderValue::from_str(&assets.names().build_id).ok();
    let api = api(state.clone());
    let pages = Pages::new(assets, api.clone()).router();
    let accounts: Accounts = state.accounts.clone();
    let health = crate::health::router().with_state(state.clone());
    Router::new()
        .merge(api)
        .merge(accounts::forms_router().with_state(state))
        .merge(pages)
        .layer(middleware::from_fn_with_state(accounts, accounts::identify))
        // Health checks need no session, and must answer when the database does not.
        .merge(health)
        .layer(middleware::from_fn_with_state(hosts, guard))
        .layer(middleware::from_fn_with_state(build_id, headers))
        .layer(middleware::from_fn(finish_problems))
        .layer(middleware::from_fn(request_id))
}

/// The API. Pages call it in process, so it finishes its own problem documents.
fn api(state: AppState) -> Router {
    let routes = Router::new()
        .merge(accounts::router())
        .merge(credentials::router())
        .merge(mcp_servers::router())
        .fallback(async || ApiError::NotFound.into_response())
        .with_state::<()>(state);
    Router::new()
        .nest(app::api::PREFIX, routes)
        .layer(middleware::from_fn(finish_problems))
}

/// Headers of every answer.
async fn headers(State(build_id): State<Option<HeaderValue>>, request: Request, next: Next) -> Response {
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
    if let Some(build_id) = build_id {
        headers.insert(HeaderName::from_static(app::api::BUILD_HEADER), build_id);
    }
    response
}
