//! Calls of every route, good and malformed, with the canary where a secret may be.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::json;

use super::hostile::{Peer, answer};
use super::support::kinds::{create_for, owned_kinds};
use super::support::{Answer, TestApp};
use super::{CANARY, echoes};

/// Bodies that hold the canary where it does not belong.
pub(super) fn malformed() -> Vec<(&'static str, Vec<u8>)> {
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

pub(super) async fn call(
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
pub(super) async fn echo() -> Peer {
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
pub(super) struct Records {
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
    pub(super) async fn create(app: &TestApp, peer: &Peer) -> Self {
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
pub(super) async fn use_it(app: &TestApp, records: &Records) -> Vec<Answer> {
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
pub(super) async fn use_program(app: &TestApp, id: &str) -> Vec<Answer> {
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
pub(super) async fn call_badly(app: &TestApp, records: &Records, route: &str) -> Vec<Answer> {
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
pub(super) async fn change_and_show(app: &TestApp, records: &Records) -> Vec<Answer> {
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
