//! The table of roles, walked: every route as an administrator, as the manager who owns the record, as another
//! manager, as a viewer, and as nobody. A route that is not in the table fails the test.

use std::path::Path;

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::json;

use crate::hostile::{Peer, Seen};
use crate::support::kinds::{create_for, owned_kinds};
use crate::support::{Engine, PASSWORD, TestApp, as_the_server_runs};

/// Who asks, in the order of the columns. The records belong to the first manager.
const WHO: [Option<&str>; 5] = [Some("admin"), Some("manager"), Some("other"), Some("viewer"), None];

/// A route, a body, and the status for each.
type Row = (&'static str, &'static str, [u16; 5]);

/// For whoever is signed in.
const ANYBODY: [u16; 5] = [200, 200, 200, 200, 401];
/// For administrators.
const ADMINISTRATORS: [u16; 5] = [200, 403, 403, 403, 401];
/// For whoever may use things.
const USERS: [u16; 5] = [200, 200, 200, 403, 401];
/// For everybody, signed in or not.
const EVERYBODY: [u16; 5] = [200; 5];
/// Pages: their content is read through the API, as the visitor.
const PAGE: [u16; 5] = [200, 200, 200, 200, 303];

const TABLE: &[Row] = &[
    ("GET /healthz", "", EVERYBODY),
    ("GET /readyz", "", EVERYBODY),
    ("GET /api/openapi.json", "", EVERYBODY),
    // It has a listener of its own.
    ("GET /metrics", "", [404; 5]),
    ("GET /", "", [303; 5]),
    ("GET /sign-in", "", [303, 303, 303, 303, 200]),
    ("GET /set-up", "", [303; 5]),
    ("GET /welcome", "", EVERYBODY),
    ("GET /help", "", EVERYBODY),
    ("GET /help/credentials", "", EVERYBODY),
    ("GET /help/mcp-servers", "", EVERYBODY),
    ("GET /help/model-bindings", "", EVERYBODY),
    ("GET /help/users", "", EVERYBODY),
    ("GET /help/forms", "", EVERYBODY),
    ("GET /help/audit", "", EVERYBODY),
    ("POST /sign-in", "form", [303; 5]),
    ("POST /sign-out", "form", [303; 5]),
    ("POST /set-up", "form", [410; 5]),
    ("POST /welcome", "form", [422; 5]),
    (
        "POST /api/v1/session",
        r#"{"email": "viewer@example.com", "password": "{password}"}"#,
        EVERYBODY,
    ),
    ("DELETE /api/v1/session", "", [204, 204, 204, 204, 401]),
    ("GET /api/v1/me", "", ANYBODY),
    ("PATCH /api/v1/me", "{}", ANYBODY),
    ("GET /api/v1/me/sessions", "", ANYBODY),
    ("DELETE /api/v1/me/sessions", "", [204, 204, 204, 204, 401]),
    ("DELETE /api/v1/me/sessions/{id}", "", [404, 404, 404, 404, 401]),
    ("GET /api/v1/credentials/{id}/references", "", ANYBODY),
    ("GET /api/v1/credentials/{id}/uses", "", ANYBODY),
    (
        "POST /api/v1/mcp-servers/test",
        r#"{"name": "{name}", "url": "{url}"}"#,
        USERS,
    ),
    // Whoever may not make servers of programs is told of none.
    ("GET /api/v1/mcp-servers/commands", "", ANYBODY),
    ("POST /api/v1/mcp-servers/{id}/test", "", USERS),
    ("GET /api/v1/mcp-servers/{id}/tools", "", USERS),
    (
        "POST /api/v1/mcp-servers/{id}/tools/{tool}/call",
        r#"{"arguments": {}}"#,
        USERS,
    ),
    (
        "POST /api/v1/model-bindings/test",
        r#"{"settings": {"provider": "openai-compatible", "model_id": "m", "base_url": "{url}"}}"#,
        USERS,
    ),
    ("POST /api/v1/model-bindings/{id}/test", "", USERS),
    (
        "POST /api/v1/actions/{action}",
        r#"{"model": {"settings": {"provider": "openai-compatible", "model_id": "m", "base_url": "{url}"}}, "inputs": {"prompt": "Hi"}}"#,
        USERS,
    ),
    ("GET /api/v1/schemas", "", ANYBODY),
    ("GET /api/v1/audit-events", "", ADMINISTRATORS),
    ("GET /api/v1/audit-events/export", "", ADMINISTRATORS),
    ("GET /api/v1/users", "", ADMINISTRATORS),
    (
        "POST /api/v1/users",
        r#"{"email": "{name}@example.com", "name": "{name}", "role": "viewer"}"#,
        [201, 403, 403, 403, 401],
    ),
    ("GET /api/v1/users/{id}", "", ADMINISTRATORS),
    ("PATCH /api/v1/users/{id}", r#"{"name": "{name}"}"#, ADMINISTRATORS),
    ("DELETE /api/v1/users/{id}", "", [204, 403, 403, 403, 401]),
    ("POST /api/v1/users/{id}/link", "", ADMINISTRATORS),
    ("GET /api/v1/users/{id}/owned", "", ADMINISTRATORS),
];

/// The rows of the table, those that every kind of record with an owner has, and the pages that are not public.
fn table() -> Vec<(String, String, [u16; 5])> {
    let rows = TABLE
        .iter()
        .map(|(route, body, expected)| ((*route).to_owned(), (*body).to_owned(), *expected));
    let of_kinds = owned_kinds().into_iter().flat_map(|(path, body)| {
        let rename = r#"{"name": "{name}"}"#;
        [
            (format!("GET /api/v1{path}"), "", ANYBODY),
            (format!("POST /api/v1{path}"), body, [201, 201, 201, 403, 401]),
            (format!("GET /api/v1{path}/{{id}}"), "", ANYBODY),
            (format!("PATCH /api/v1{path}/{{id}}"), rename, [200, 200, 403, 403, 401]),
            (format!("DELETE /api/v1{path}/{{id}}"), "", [204, 204, 403, 403, 401]),
        ]
        .map(|(route, body, expected)| (route, body.to_owned(), expected))
    });
    let pages = app::PAGES.iter().map(|page| format!("GET {}", page.route()));
    let private = pages
        .filter(|route| TABLE.iter().all(|(known, ..)| known != route))
        .map(|route| (route, String::new(), PAGE));
    rows.chain(of_kinds).chain(private).collect()
}

/// A record of the kind that a route is about, which nobody asked for yet.
async fn record(app: &TestApp, route: &str, name: &str, url: &str) -> String {
    if route.contains("/users/") {
        let body = json!({"email": format!("{name}@example.com"), "name": name, "role": "viewer"});
        return app.post("admin", "/users", body).await.expect(201).text("/user/id");
    }
    match create_for(app, "manager", route, name, url).await {
        Some(id) => id,
        None => app.credential("manager", name, "v").await,
    }
}

async fn walk(app: TestApp) {
    let peer = Peer::start(Seen::decently).await;
    let mut number = 0;
    for (route, body, expected) in &table() {
        for (who, expected) in WHO.into_iter().zip(expected) {
            number += 1;
            let id = if route.contains("{id}") {
                record(&app, route, &format!("record-{number}"), &peer.url()).await
            } else {
                String::new()
            };
            let (method, path) = route.split_once(' ').unwrap();
            let body = body
                .replace("{name}", &format!("name-{number}"))
                .replace("{url}", &peer.url())
                .replace("{password}", PASSWORD);
            let form = body == "form";
            let mut request = Request::builder()
                .method(Method::from_bytes(method.as_bytes()).unwrap())
                .uri(
                    path.replace("{id}", &id)
                        .replace("{tool}", "echo")
                        .replace("{action}", "ai_generate_text"),
                )
                .header(header::HOST, "127.0.0.1:3000")
                .header(
                    header::CONTENT_TYPE,
                    if form {
                        "application/x-www-form-urlencoded"
                    } else {
                        "application/json"
                    },
                );
            if let Some(who) = who {
                request = request.header(header::COOKIE, app.cookie(who).await);
            }
            let body = if form { Body::empty() } else { Body::from(body) };
            let answer = app.send(request.body(body).unwrap()).await;
            let said = String::from_utf8_lossy(&answer.bytes[..answer.bytes.len().min(300)]).into_owned();
            assert_eq!(
                answer.status,
                *expected,
                "{route} as {}: {said}",
                who.unwrap_or("nobody")
            );
            // These end the session that they come with.
            if ["POST /api/v1/session", "DELETE /api/v1/session", "POST /sign-out"].contains(&route.as_str()) {
                app.forget_cookies();
            }
        }
    }
}

#[test]
fn every_role_may_do_what_the_table_says_and_no_more() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        as_the_server_runs(async move { walk(TestApp::start(engine).await).await });
    }
}

#[test]
fn every_route_of_the_sources_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for sources in ["server/src", "strongroom/src"] {
        routes(&root.join(sources), &mut found);
    }
    assert!(found.len() > 30, "{found:?}");
    let table = table();
    for route in found {
        let (method, path) = route.split_once(' ').unwrap();
        let names = [format!("{method} {path}"), format!("{method} /api/v1{path}")];
        let known = table.iter().any(|(known, _, _)| names.iter().any(|name| name == known));
        assert!(known, "{route} is not in the table of roles: say there who may do what");
    }
}

/// The routes that the sources declare: `.route("/path", get(…).post(…))`.
fn routes(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for declared in text.split(".route(").skip(1) {
            let Some((route, rest)) = declared
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'))
            else {
                continue;
            };
            let mut depth = 1_i32;
            let end = rest.find(|c| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            });
            let methods = &rest[..end.unwrap_or(rest.len())];
            let before = found.len();
            for method in ["get", "post", "put", "patch", "delete"] {
                let called = methods
                    .match_indices(&format!("{method}("))
                    .any(|(at, _)| !methods[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
                if called {
                    found.push(format!("{} {route}", method.to_uppercase()));
                }
            }
            assert!(found.len() > before, "the methods of {route} are read");
        }
    }
}
