//! Reloading pages during development.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures::StreamExt as _;
use http::{Method, Request, Response, header};
use serde_json::{Value, json};
use server::http::HostRule;
use server::router::router;
use strongroom::assets::Assets;
use strongroom::reload;

use crate::support::{Answer, Engine, TestApp, as_the_server_runs};

async fn get(router: &Router, path: &str) -> Response<Body> {
    let request = Request::builder().uri(path).header(header::HOST, "127.0.0.1:3000");
    let Ok(response) = tower::ServiceExt::oneshot(router.clone(), request.body(Body::empty()).unwrap()).await;
    response
}

#[test]
fn without_the_variable_pages_have_no_script_and_no_route_to_reload_them() {
    as_the_server_runs(async {
        let app = TestApp::start(Engine::Sqlite).await;
        for path in ["/dev/reload", "/dev/reload.js"] {
            app.call(None, Method::GET, path, None).await.problem(404, "not-found");
        }
        let page = app.call(None, Method::GET, "/sign-in", None).await.expect(200);
        assert!(!page.whole().contains("/dev/"), "{}", page.whole());
        // The tests run without the variable, too.
        assert_eq!(reload::asked_for(), None);
    });
}

#[test]
fn with_the_variable_pages_hear_which_build_answers_until_the_server_stops() {
    as_the_server_runs(async {
        let app = TestApp::start(Engine::Sqlite).await;
        let site = Assets::none().with_reload(Some(reload::script("7")));
        let router = router(app.state.clone(), site, HostRule::new(None));

        let page = Answer::read("GET /sign-in".to_owned(), get(&router, "/sign-in").await).await;
        assert!(page.whole().contains(r#"src="/dev/reload.js?7""#), "{}", page.whole());
        let script = get(&router, "/dev/reload.js?7").await;
        assert_eq!(script.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");

        let mut events = get(&router, "/dev/reload").await.into_body().into_data_stream();
        let first = events.next().await.unwrap().unwrap();
        let first = std::str::from_utf8(&first).unwrap();
        let data: Value = serde_json::from_str(first.strip_prefix("data: ").unwrap().trim_end()).unwrap();
        assert_eq!(data, json!({ "page": "7", "css": "/pkg/none.css", "build": "none" }));
        let waiting = tokio::time::timeout(Duration::from_millis(100), events.next()).await;
        assert!(waiting.is_err(), "the stream stays open");

        app.state.base.stopping.drain();
        let rest: Vec<_> = events.collect().await;
        assert!(rest.iter().all(|bytes| bytes.as_ref().unwrap().is_empty()));
    });
}
