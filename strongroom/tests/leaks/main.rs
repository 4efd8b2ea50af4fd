//! A canary secret is stored and used while everything is recorded: answers of every route, good and
//! malformed, rendered pages, all logs at trace level, and the bytes of the database. It is nowhere.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose preparation fails has failed"
)]

mod echoes;
#[path = "../../../server/tests/api/peers/hostile.rs"]
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod hostile;
mod logs;
#[path = "../../../server/tests/api/peers/models.rs"]
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod models;
mod storage;
#[path = "../../../server/tests/support/mod.rs"]
mod support;

use std::sync::Arc;

use axum::body::Body;
use base64::Engine as _;
use http::{Method, Request, header};
use serde_json::json;

use hostile::{Peer, answer};
use server::outbound::stdio::Stdio;
use strongroom::assets::Assets;
use support::kinds::{create_for, owned_kinds};
use support::stdio::{files, stdio_settings};
use support::{Answer, Engine, TestApp, as_the_server_runs};

/// The program that starts the programs of stdio servers.
const PROGRAM: &str = env!("CARGO_BIN_EXE_strongroom");

/// The pages of the server under test.
fn pages() -> Assets {
    Assets::none()
}

/// A marked canary, with characters that JSON, URLs and HTML escape.
const CANARY: &str = "canary-5e1f\"<&/+é Zq7vWk";

/// Forms, and addresses without a page, as `METHOD path`. The routes of the API are those that its document describes.
const OTHERS: &[&str] = &[
    "GET /",
    "POST /sign-in",
    "POST /sign-out",
    "POST /set-up",
    "POST /welcome",
    "GET /nothing",
    // On a listener of its own; here there is nothing.
    "GET /metrics",
];

/// Every route of the server. A test below holds the sources against them.
fn routes() -> Vec<String> {
    let others = OTHERS.iter().map(|route| (*route).to_owned());
    let pages = app::PAGES.iter().map(|page| format!("GET {}", page.route()));
    let api = server::router::operations();
    let api = api
        .iter()
        .map(|operation| format!("{} {}", operation.method.to_uppercase(), operation.full_path()));
    others.chain(pages).chain(api).collect()
}

/// Tokens of links that were given out: nowhere but in the answers that gave them out.
static LINKS: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

/// Makes an account, a link for it, and a newer one that is used.
async fn give_out_links(app: &TestApp) -> Answer {
    let body = json!({"email": "ida@example.com", "name": "Ida", "role": "viewer"});
    let made = app.post("admin", "/users", body).await.expect(201);
    let path = format!("/api/v1/users/{}/link", made.text("/user/id"));
    let newer = app.call(Some("admin"), Method::POST, &path, None).await.expect(200);
    let tokens = [made.text("/link/path"), newer.text("/path")].map(|path| path.replace("/welcome#", ""));
    LINKS.lock().unwrap().extend(tokens.clone());
    let body = format!("token={}&password=four+words+for+tests", tokens[1]);
    let form = "application/x-www-form-urlencoded";
    call(app, None, "POST", "/welcome", form, body.into_bytes())
        .await
        .expect(303)
}

/// All spellings in which the canary would still be the canary.
fn spellings() -> Vec<Vec<u8>> {
    let bytes = CANARY.as_bytes();
    let hex = bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut spellings = vec![
        bytes.to_vec(),
        b"canary-5e1f".to_vec(),
        b"Zq7vWk".to_vec(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
    ];
    // Base64 of the canary at each of the three offsets that it can have in a longer text.
    for offset in 0..3 {
        let shifted: Vec<u8> = std::iter::repeat_n(b'x', offset).chain(bytes.iter().copied()).collect();
        let encoded = base64::engine::general_purpose::STANDARD.encode(shifted);
        spellings.push(encoded.as_bytes()[4..20].to_vec());
    }
    spellings
}

#[track_caller]
fn assert_clean(place: &str, bytes: &[u8]) {
    let links = LINKS.lock().unwrap().clone();
    let raw = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let links = links
        .into_iter()
        .flat_map(|link| [raw.decode(&link).unwrap(), link.into_bytes()]);
    for spelling in spellings().into_iter().chain(links) {
        if let Some(at) = bytes.windows(spelling.len()).position(|window| window == spelling) {
            let around = &bytes[at.saturating_sub(80)..bytes.len().min(at + 80)];
            panic!("the canary is in {place}: …{}…", String::from_utf8_lossy(around));
        }
    }
}

/// Bodies that hold the canary where it does not belong.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let json = "application/json";
    vec![
        (json, format!("{{\"name\":{}, \"value\"", json!(CANARY)).into_bytes()),
        (json, format!("{{\"name\": {CANARY}}}").into_bytes()),
        (json, json!(CANARY).to_string().into_bytes()),
        (json, json!([CANARY]).to_string().into_bytes()),
        (
            json,
            json!({"name": {"x": CANARY}, "value": [CANARY], "url": 7, "credential_id": CANARY})
                .to_string()
                .into_bytes(),
        ),
        (
            json,
            json!({"name": CANARY.repeat(20), "value": format!("{CANARY}\u{0}"), "url": CANARY})
                .to_string()
                .into_bytes(),
        ),
        (
            json,
            json!({CANARY: CANARY, "allowed_hosts": [CANARY], "email": [CANARY], "password": CANARY})
                .to_string()
                .into_bytes(),
        ),
        (
            json,
            json!({
                "enabled": CANARY, "transport": CANARY, "allow_host": CANARY, "whole_host": CANARY, "arguments": CANARY, "command": [CANARY],
                "args": CANARY, "cwd": {CANARY: 1}, "env_names": CANARY,
            })
            .to_string()
            .into_bytes(),
        ),
        (
            json,
            json!({
                "name": "x", "transport": "stdio", "command": CANARY, "args": [CANARY], "cwd": CANARY,
                "env_names": [CANARY],
            })
            .to_string()
            .into_bytes(),
        ),
        (
            json,
            json!({
                "settings": {
                    "provider": CANARY, "model_id": [CANARY], "api_key": CANARY, "base_url": CANARY, CANARY: CANARY,
                    "organization": {CANARY: 1}, "temperature": CANARY, "output_schema": CANARY, "stop_sequences": [CANARY, {CANARY: 1}],
                },
                "model": {"settings": {"api_key": CANARY, CANARY: 1}}, "model_binding_id": CANARY,
                "inputs": {"prompt": [CANARY], "messages": [{"role": CANARY, "content": 1}, CANARY], CANARY: CANARY},
                "mcp": [{"server_id": CANARY, "tool_names": [{CANARY: CANARY}], CANARY: 1}, CANARY],
            })
            .to_string()
            .into_bytes(),
        ),
        (
            json,
            json!({
                "model": {"settings": {"provider": "openai", "model_id": "m", "api_key": CANARY, "base_url": format!("http://127.0.0.1:9/?key={CANARY}")}},
                "inputs": {"prompt": "x"}, "settings": {"output_schema": {"$ref": CANARY, "type": CANARY}},
            })
            .to_string()
            .into_bytes(),
        ),
        (
            json,
            json!({"name": "x", "url": format!("https://user:{CANARY}@a.example/"), "id": CANARY})
                .to_string()
                .into_bytes(),
        ),
        (
            json,
            [b"{\"value\":\"\xff".as_slice(), CANARY.as_bytes(), b"\"}"].concat(),
        ),
        ("text/plain", CANARY.as_bytes().to_vec()),
        (
            "application/x-www-form-urlencoded",
            format!("token={CANARY}&password={CANARY}&email={CANARY}&name={CANARY}&next={CANARY}").into_bytes(),
        ),
        (
            json,
            format!("{{\"value\":\"{}\"}}", CANARY.replace('"', "").repeat(30_000)).into_bytes(),
        ),
    ]
}

async fn call(
    app: &TestApp,
    cookie: Option<&str>,
    method: &str,
    path: &str,
    content_type: &str,
    body: Vec<u8>,
) -> Answer {
    let mut request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(path)
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::ACCEPT, "text/html,application/json")
        .header(header::CONTENT_TYPE, content_type);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// A peer that repeats the token wherever it can: as a server of tools, one of them with results, and as models.
async fn echo() -> Peer {
    Peer::start(|seen| {
        if let Some(answer) = echoes::answered(seen) {
            return answer;
        }
        match seen.rpc() {
            "tools/list" => seen.result(&json!({"tools": [{
                "name": "echo", "description": seen.echo(), "inputSchema": {"type": "object", "title": seen.echo()},
            }]})),
            "tools/call" if seen.path.ends_with("/results") => seen.result(&json!({
                "content": [{"type": "text", "text": seen.echo()}],
                "structuredContent": {seen.echo(): [seen.echo()]},
            })),
            "tools/call" => answer(500, "text/plain", format!("failed with {}", seen.echo())),
            _ => seen.decently(),
        }
    })
    .await
}

/// Two credentials that hold the canary and MCP servers that use them, and one that is a program with the canary in
/// its environment.
struct Records {
    credential: String,
    server: String,
    lines: String,
    program: String,
    /// Its tool has a result, where that of the others fails.
    results: String,
    models: Vec<echoes::Model>,
    /// The path of each kind with an owner, and a record of it.
    of_kinds: Vec<(&'static str, String)>,
}

impl Records {
    async fn create(app: &TestApp, peer: &Peer) -> Self {
        let credential = app.credential("admin", "LEAK_TEST", CANARY).await;
        let newline = app
            .credential("admin", "LEAK_TEST_LINES", &format!("{CANARY}\n{CANARY}"))
            .await;
        let server = async |name: &str, url: &str, credential: &str| {
            let body = json!({"name": name, "url": url, "credential_id": credential, "allow_host": true});
            app.post("admin", "/mcp-servers", body).await.expect(201).text("/id")
        };
        let program = json!({
            "name": "program", "transport": "stdio", "command": "files", "env_names": ["FILES_TOKEN"],
        });
        let program = app.post("admin", "/mcp-servers", program).await.expect(201).text("/id");
        let models = echoes::bind(app, peer, &credential).await;
        let echo = server("echo", &peer.url(), &credential).await;
        let mut of_kinds = Vec::new();
        for (path, _) in owned_kinds() {
            let id = match path {
                "/credentials" => credential.clone(),
                "/mcp-servers" => echo.clone(),
                "/model-bindings" => models[0].id.clone(),
                _ => create_for(app, "admin", &format!("{path}/"), "leak-test", &peer.url())
                    .await
                    .unwrap(),
            };
            of_kinds.push((path, id));
        }
        Self {
            program,
            models,
            of_kinds,
            server: echo,
            results: server("T", &format!("{}/results", peer.url()), &credential).await,
            lines: server("lines", &peer.url(), &newline).await,
            credential,
        }
    }
}

/// Uses the canary in all ways.
async fn use_it(app: &TestApp, records: &Records) -> Vec<Answer> {
    let mut answers = Vec::new();
    for id in [&records.server, &records.results, &records.lines] {
        let path = format!("/mcp-servers/{id}");
        answers.push(
            app.call(Some("admin"), Method::POST, &format!("/api/v1{path}/test"), None)
                .await,
        );
        answers.push(app.get("admin", &format!("{path}/tools")).await);
        answers.push(
            app.post("admin", &format!("{path}/tools/echo/call"), json!({"arguments": {}}))
                .await,
        );
        answers.push(
            app.post("admin", "/mcp-servers/test", json!({"id": id, "name": "changed"}))
                .await,
        );
    }
    answers.extend(use_program(app, &records.program).await);
    answers.extend(echoes::ask(app, &records.models, &records.results).await);
    answers
}

/// Lets a program repeat the canary in its tools, its answers and its last words.
async fn use_program(app: &TestApp, id: &str) -> Vec<Answer> {
    let path = format!("/mcp-servers/{id}");
    let call = async |tool: &str| {
        let path = format!("{path}/tools/{tool}/call");
        app.post("admin", &path, json!({"arguments": {}})).await
    };
    let backwards = call("backwards").await.expect(200).text("/content/0/text");
    let given: String = backwards.chars().rev().collect();
    assert_eq!(given, CANARY, "the program was really given the canary");
    let crash = json!({"id": id, "args": ["--crashes"]});
    vec![
        app.get("admin", "/mcp-servers/commands").await.expect(200),
        app.post("admin", &format!("{path}/test"), json!({})).await.expect(200),
        app.get("admin", &format!("{path}/tools")).await.expect(200),
        call("env").await.expect(200),
        call("die").await.problem(502, "unreachable"),
        app.post("admin", "/mcp-servers/test", crash).await.expect(200),
    ]
}

/// Calls a route with and without a session, with good and bad bodies, and with bad addresses.
async fn call_badly(app: &TestApp, records: &Records, route: &str) -> Vec<Answer> {
    let (method, path) = route.split_once(' ').unwrap();
    let of_path = records.of_kinds.iter().find(|(kind, _)| path.contains(kind));
    let id = of_path.map_or(&records.credential, |(_, id)| id);
    // These would end the session or the records that the rest needs.
    let ends = path == "/sign-out" || method == "DELETE";
    let path = path
        .replace("{id}", id)
        .replace("{tool}", "echo")
        .replace("{action}", "ai_agent");
    let cookie = app.cookie("admin").await;
    let cookie = if ends { None } else { Some(cookie.as_str()) };
    let json = "application/json";
    let mut answers = vec![
        call(app, cookie, method, &path, json, Vec::new()).await,
        call(app, None, method, &path, json, Vec::new()).await,
    ];
    if method != "GET" {
        for (content_type, body) in malformed() {
            answers.push(call(app, cookie, method, &path, content_type, body).await);
        }
    }
    // What a caller put into a page's address may stand in the page's own links, so only the API gets it.
    if path.starts_with("/api/") {
        let query = percent_encoding::utf8_percent_encode(CANARY, percent_encoding::NON_ALPHANUMERIC).to_string();
        for path in [
            format!("{path}?search=x&sort={query}"),
            format!("{path}?cursor={query}"),
            format!("{path}?{query}=1"),
            format!("{path}?force={query}"),
            path.replace(id, &query),
        ] {
            answers.push(call(app, cookie, method, &path, json, b"{}".to_vec()).await);
        }
    }
    answers
}

/// Rotation, conflict and refused deletion with the canary, and the pages.
async fn change_and_show(app: &TestApp, records: &Records) -> Vec<Answer> {
    let path = format!("/credentials/{}", records.credential);
    let value = json!({"value": CANARY});
    let again = json!({"name": "leak_test", "value": CANARY});
    let mut answers = vec![
        app.patch("admin", &path, value.clone()).await.expect(200),
        app.post("admin", "/credentials", again).await.expect(409),
        app.with_header("admin", Method::PATCH, &path, ("if-match", "\"1\""), Some(value))
            .await
            .expect(412),
        app.delete("admin", &path).await.expect(409),
    ];
    let cookie = app.cookie("admin").await;
    for page in [
        "/credentials",
        &path,
        "/mcp-servers",
        "/model-bindings",
        &format!("/model-bindings/{}/try", records.models[0].id),
        "/credentials?dialog=add",
        "/audit",
        "/help/credentials",
    ] {
        let page = call(app, Some(&cookie), "GET", page, "text/html", Vec::new())
            .await
            .expect(200);
        assert!(
            String::from_utf8_lossy(&page.bytes).contains("<html"),
            "a page was rendered"
        );
        answers.push(page);
    }
    answers
}

async fn nothing_holds_the_canary(app: TestApp) {
    let logs = logs::capture();
    let settings = stdio_settings(&app, &[files()], false, CANARY);
    let app = app.with_stdio(Stdio::start(Arc::new(settings)).unwrap());
    let peer = echo().await;
    let records = Records::create(&app, &peer).await;
    let mut answers = use_it(&app, &records).await;
    answers.push(give_out_links(&app).await);
    let seen = peer.seen();
    for header in ["authorization", "x-api-key", "x-goog-api-key"] {
        let sent = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).contains("canary-5e1f");
        assert!(
            seen.iter().any(|seen| seen.headers.get(header).is_some_and(sent)),
            "the canary was really sent as {header}"
        );
    }
    for seen in seen {
        assert_clean("what others were sent besides", seen.message.to_string().as_bytes());
    }
    for route in routes() {
        answers.extend(call_badly(&app, &records, &route).await);
    }
    answers.extend(change_and_show(&app, &records).await);
    for answer in &answers {
        let place: String = format!("{answer:?}").chars().take(200).collect();
        assert_clean(&place, answer.whole().as_bytes());
    }
    assert!(
        answers.len() > 340,
        "every route was called in many ways: {}",
        answers.len()
    );
    let file = app.folder().join("strongroom.backup");
    server::backup::backup(&app.state.base, &file, |_| {}).await.unwrap();
    storage::assert_clean(&app).await;
    let logs = logs.take();
    let traced = logs.len() > 10_000 && String::from_utf8_lossy(&logs).contains("TRACE");
    assert!(traced, "logs were captured at trace level");
    logs::assert_structured(&logs);
    assert_clean("the logs", &logs);
}

#[test]
fn a_canary_is_nowhere_on_either_engine() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        as_the_server_runs(async move { nothing_holds_the_canary(TestApp::start(engine).await).await });
    }
}

#[test]
fn every_route_of_the_sources_is_in_the_list() {
    fn walk(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                for part in text.split(".route(").skip(1) {
                    if let Some(route) = part
                        .trim_start()
                        .strip_prefix('"')
                        .and_then(|rest| rest.split('"').next())
                    {
                        found.push(route.to_owned());
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for sources in ["server/src", "strongroom/src"] {
        walk(&root.join(sources), &mut found);
    }
    assert!(found.len() > 10, "{found:?}");
    let routes = routes();
    for route in found {
        let known = routes
            .iter()
            .any(|known| known.ends_with(&format!(" {route}")) || known.ends_with(&format!("/api/v1{route}")));
        assert!(
            known,
            "{route} is neither in the document of the API nor in the list of the leak test"
        );
    }
}

#[test]
fn the_check_would_find_the_canary() {
    for text in [
        CANARY.to_owned(),
        json!({"x": CANARY}).to_string(),
        base64::engine::general_purpose::STANDARD.encode(format!("ab{CANARY}c")),
    ] {
        let found = std::panic::catch_unwind(|| assert_clean("a test", text.as_bytes()));
        assert!(found.is_err(), "{text}");
    }
}
