//! What stands in front: proxies that are believed or not, and the public address over https.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request, header};
use serde_json::json;
use server::config::Options;
use server::http::HostRule;
use server::pages::ApiAlone;
use server::router::router;
use server::state::AppState;
use tower::ServiceExt as _;

use crate::both_engines;
use crate::support::{Answer, Engine, PASSWORD, TestApp};

/// The same server, reached as these settings say.
fn reached_by(app: &TestApp, options: Options) -> Router {
    let options = Options {
        data_dir: Some(app.folder()),
        ..options
    };
    let settings = options.complete(None).unwrap();
    let state = AppState::start(app.state.base.clone(), &settings).unwrap();
    router(state, ApiAlone, HostRule::new(settings.public_url.as_ref()))
}

fn behind(app: &TestApp, proxies: &[&str]) -> Router {
    let networks = proxies.iter().map(|network| network.parse().unwrap()).collect();
    reached_by(
        app,
        Options {
            trusted_proxies: Some(networks),
            ..Options::default()
        },
    )
}

async fn try_to_sign_in(router: &Router, peer: &str, forwarded: &str, password: &str) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/session")
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-forwarded-for", forwarded)
        .extension(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 40_000)))
        .body(Body::from(
            json!({"email": "admin@example.com", "password": password}).to_string(),
        ))
        .unwrap();
    let Ok(response) = router.clone().oneshot(request).await;
    Answer::read("POST /api/v1/session".to_owned(), response).await
}

/// Wrong passwords until the network is throttled: how many were looked at.
async fn tries(router: &Router, peer: &str, forwarded: impl Fn(usize) -> String) -> usize {
    for number in 0..30 {
        let answer = try_to_sign_in(router, peer, &forwarded(number), "not the password").await;
        if answer.status == 429 {
            return number;
        }
        answer.problem(401, "wrong-password");
    }
    30
}

both_engines! {
    async fn an_invented_address_does_not_escape_throttling(app: TestApp) {
        // Nobody is trusted: whatever the header says, the connection counts.
        let router = behind(&app, &[]);
        let forged = |number| format!("198.51.100.{number}");
        assert_eq!(tries(&router, "203.0.113.7", forged).await, 10);
        // Behind a proxy, the address that the proxy appended counts.
        let router = behind(&app, &["10.0.0.0/8"]);
        let forged = |number| format!("198.51.100.{number}, 203.0.113.8");
        assert_eq!(tries(&router, "10.0.0.1", forged).await, 10);
        // Somebody who reaches the server past the proxy is no proxy.
        assert_eq!(tries(&router, "203.0.113.9", |number| format!("198.51.100.{number}")).await, 10);
    }

    async fn clients_of_one_proxy_are_throttled_apart(app: TestApp) {
        let router = behind(&app, &["10.0.0.1"]);
        assert_eq!(tries(&router, "10.0.0.1", |_| "203.0.113.7".to_owned()).await, 10);
        try_to_sign_in(&router, "10.0.0.1", "203.0.113.8", PASSWORD).await.expect(200);
        try_to_sign_in(&router, "10.0.0.1", "203.0.113.7", PASSWORD).await.problem(429, "throttled");
    }

    async fn over_https_cookies_are_secure_and_browsers_are_told_to_stay(app: TestApp) {
        let router = reached_by(&app, Options {
            public_url: Some("https://rooms.example".to_owned()),
            ..Options::default()
        });
        let sign_in = |host: &str, origin: &str| {
            let request = Request::builder()
                .method(Method::POST)
                .uri("/api/v1/session")
                .header(header::HOST, host)
                .header(header::ORIGIN, origin)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(json!({"email": "admin@example.com", "password": PASSWORD}).to_string()))
                .unwrap();
            let router = router.clone();
            async move {
                let Ok(response) = router.oneshot(request).await;
                Answer::read("POST /api/v1/session".to_owned(), response).await
            }
        };
        let answer = sign_in("rooms.example", "https://rooms.example").await.expect(200);
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("__Host-strongroom=") && cookie.contains("; Secure"), "{cookie}");
        sign_in("rooms.example", "http://rooms.example").await.problem(403, "cross-site");
        sign_in("rooms.example", "https://evil.example").await.problem(403, "cross-site");
        sign_in("evil.example", "https://evil.example").await.problem(421, "wrong-host");
        // Without https, browsers are told nothing that they would remember for a year.
        let plain = app.get("admin", "/me").await.expect(200);
        assert_eq!(plain.header("strict-transport-security"), "");
    }
}
