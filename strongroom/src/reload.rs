//! Reloads open pages during development: `/dev/reload.js`, and the events that it listens to at `/dev/reload`.
//!
//! `cargo xtask dev` asks for it with a variable. A release has no such routes.

use std::convert::Infallible;

use app::SiteNames;
use axum::body::Body;
use axum::response::IntoResponse as _;
use axum::{Router, routing};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::header;
use serde_json::json;
use server::stopping::Stopping;

/// Names the state of the pages: a page that was loaded under another name reloads.
const VARIABLE: &str = "STRONGROOM_DEV_RELOAD";

/// The script, which pages load with the name in the query.
const SCRIPT: &str = "/dev/reload.js";
const EVENTS: &str = "/dev/reload";

/// The address of the script if the variable asks for it, and this is a development build.
pub fn asked_for() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "no setting: users never need it")]
    let page = std::env::var(VARIABLE).ok()?;
    cfg!(debug_assertions).then(|| script(&page))
}

/// The address of the script for a state of the pages.
pub fn script(page: &str) -> String {
    format!("{SCRIPT}?{page}")
}

/// The two routes; none if the site has no script to reload its pages.
pub(crate) fn router(names: &SiteNames, stopping: Stopping) -> Router {
    let Some(page) = names.reload.as_ref().and_then(|script| script.split('?').nth(1)) else {
        return Router::new();
    };
    let served = json!({ "page": page, "css": names.css, "build": names.build_id });
    let event = Bytes::from(format!("data: {served}\n\n"));
    let script = async || {
        let script = include_str!("reload.js");
        ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], script)
    };
    let events = async move || {
        // An open stream would keep the server from stopping, so it ends as soon as the server is asked to.
        let end = async move {
            stopping.until_draining().await;
            Ok(Bytes::new())
        };
        let events = stream::iter([Ok::<_, Infallible>(event)]).chain(stream::once(end));
        let headers = [(header::CONTENT_TYPE, "text/event-stream")];
        (headers, Body::from_stream(events)).into_response()
    };
    Router::new()
        .route(SCRIPT, routing::get(script))
        .route(EVENTS, routing::get(events))
}
