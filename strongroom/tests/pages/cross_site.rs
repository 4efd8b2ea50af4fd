//! Requests that another site causes, or a visit of an address, use no credential: every route that can be asked with GET
//! is walked.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::json;
use server::router::operations;

use crate::both_engines;
use crate::hostile::{Peer, Seen};
use crate::support::{Answer, Engine, TestApp, as_the_server_runs};

async fn visit(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = Request::builder()
        .method(Method::GET)
        .uri(path)
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::COOKIE, app.cookie("admin").await);
    for (name, content) in headers {
        request = request.header(*name, *content);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

/// Requests that no page of this server makes.
const FOREIGN: [&[(&str, &str)]; 13] = [
    &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
    &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
    &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")],
    &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")],
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")],
    &[("origin", "https://evil.example")],
    // A browser without Fetch-Metadata, as on plain http to another machine.
    &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")],
    // The same with a page on another port of the host, to which it sends the cookie: an image,
    &[(
        "accept",
        "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    )],
    // a style,
    &[("accept", "text/css,*/*;q=0.1"), ("referer", "http://127.0.0.1:3000/")],
    // a script,
    &[("accept", "*/*"), ("referer", "http://127.0.0.1:3001/")],
    &[
        ("accept", "*/*"),
        ("user-agent", BROWSER),
        ("accept-language", "en-US,en;q=0.5"),
    ],
    // and a fetch without CORS, which chooses its Accept.
    &[("accept", "application/json"), ("referer", "http://evil.example/a")],
    &[
        ("accept", "application/json"),
        ("user-agent", BROWSER),
        ("accept-language", "en"),
    ],
];

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

/// Requests of the pages and of programs.
const OWN: [&[(&str, &str)]; 8] = [
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")],
    &[("origin", "http://127.0.0.1:3000")],
    &[],
    &[("accept", "*/*"), ("user-agent", "curl/8.9.0")],
    &[
        ("accept", "application/json, text/plain, */*"),
        ("accept-language", "*"),
        ("sec-fetch-mode", "cors"),
    ],
    &[("accept", "*/*"), ("user-agent", BROWSER)],
    // Pages in a browser without Fetch-Metadata, which sends where a request comes from, or is set not to.
    &[
        ("accept", "application/json"),
        ("user-agent", BROWSER),
        ("accept-language", "en"),
        ("referer", "http://127.0.0.1:3000/mcp-servers"),
    ],
    &[
        ("accept", "application/json"),
        ("user-agent", BROWSER),
        ("accept-language", "en"),
        ("x-requested-with", "strongroom"),
    ],
];

both_engines! {
    async fn the_tools_of_a_server_are_listed_for_its_own_pages_and_for_programs_only(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let key = app.credential("admin", "KEY", "canary-7d1f").await;
        let path = format!("/api/v1{}/tools", app.server("admin", "crm", &peer.url(), Some(&key)).await);
        for headers in FOREIGN {
            visit(&app, &path, headers).await.problem(403, "cross-site");
        }
        assert!(peer.seen().is_empty(), "nothing was sent");
        for headers in OWN {
            visit(&app, &path, headers).await.expect(200);
        }
        assert!(peer.seen().iter().all(|seen| seen.echo() == "Bearer canary-7d1f"));
    }
}

async fn walk(app: TestApp) {
    let peer = Peer::start(Seen::decently).await;
    let key = app.credential("admin", "KEY", "canary-7d1f").await;
    let server = app.server("admin", "crm", &peer.url(), Some(&key)).await;
    let settings = json!({"provider": "openai", "model_id": "m", "base_url": peer.url(), "api_key": key});
    let body = json!({"name": "model", "settings": settings});
    let binding = app.post("admin", "/model-bindings", body).await.expect(201).text("/id");
    let server = server.rsplit('/').next().unwrap().to_owned();
    let user = app
        .get("admin", "/users?search=other")
        .await
        .expect(200)
        .text("/items/0/id");
    let mut paths: Vec<String> = operations()
        .iter()
        .filter(|operation| operation.method == "get")
        .map(|operation| {
            let path = operation.full_path();
            let id = match path.as_str() {
                path if path.contains("/mcp-servers/") => &server,
                path if path.contains("/model-bindings/") => &binding,
                path if path.contains("/users/") => &user,
                _ => &key,
            };
            path.replace("{id}", id).replace("{tool}", "echo")
        })
        .collect();
    assert!(paths.len() > 15, "{paths:?}");
    for page in ["/mcp-servers", "/model-bindings", "/credentials"] {
        let id = if page == "/model-bindings" { &binding } else { &server };
        paths.extend([format!("{page}?tools={id}"), format!("{page}?test={id}&search=a")]);
    }
    for path in &paths {
        for headers in FOREIGN {
            let status = visit(&app, path, headers).await.status;
            assert!(matches!(status, 200 | 303 | 403), "{path}: {status}");
        }
    }
    assert!(
        peer.seen().is_empty(),
        "{:?}",
        peer.seen().first().map(|seen| seen.path.clone())
    );
    let recorded = app
        .get("admin", "/audit-events?action=credential.use")
        .await
        .expect(200);
    assert_eq!(recorded.number("/total"), 0, "{}", recorded.whole());
    // The same routes do use it for the pages of this server.
    for path in &paths {
        visit(&app, path, OWN[0]).await;
    }
    assert!(!peer.seen().is_empty());
}

#[test]
fn no_route_that_answers_get_uses_a_credential_for_another_site_or_a_visit() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        as_the_server_runs(async move { walk(TestApp::start(engine).await).await });
    }
}

#[test]
fn a_link_on_another_site_opens_no_dialog_that_uses_a_credential() {
    as_the_server_runs(async {
        let app = TestApp::start(Engine::Sqlite).await;
        for (query, kept) in [
            ("?tools=1", ""),
            ("?search=a+b&test=1&sort=name", "?search=a+b&sort=name"),
        ] {
            let path = format!("/mcp-servers{query}");
            for site in ["cross-site", "same-site"] {
                let answer = visit(&app, &path, &[("sec-fetch-site", site), ("sec-fetch-mode", "navigate")]).await;
                assert_eq!(answer.expect(303).header("location"), format!("/mcp-servers{kept}"));
            }
            for site in ["none", "same-origin"] {
                visit(&app, &path, &[("sec-fetch-site", site)]).await.expect(200);
            }
            // Over plain http a browser says at most where it comes from.
            let browser = [
                ("user-agent", BROWSER),
                ("accept-language", "en"),
                ("accept", "text/html"),
            ];
            let from = |referer: &'static str| [&browser[..], &[("referer", referer)]].concat();
            for headers in [browser.to_vec(), from("http://127.0.0.1:3001/")] {
                let answer = visit(&app, &path, &headers).await;
                assert_eq!(answer.expect(303).header("location"), format!("/mcp-servers{kept}"));
            }
            visit(&app, &path, &from("http://127.0.0.1:3000/mcp-servers"))
                .await
                .expect(200);
            visit(&app, &path, &[]).await.expect(200);
        }
        let edit = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        visit(&app, "/mcp-servers?edit=1", &edit).await.expect(200);
    });
}
