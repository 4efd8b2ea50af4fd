//! What the server answers, against the schemas of the OpenAPI document: no field that is not described, none missing,
//! none of another type.

mod described;

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use server::outbound::stdio::Stdio;
use server::router::operations;

use crate::both_engines;
use crate::peers::hostile::{Peer, answer};
use crate::peers::models::{Spelling, calls, calls_in_pieces, event_stream, may_call, pieces, streams};
use crate::support::kinds::owned_kinds;
use crate::support::stdio::{files, stdio_settings};
use crate::support::{Answer, Engine, PASSWORD, TestApp};
use described::Described;

/// A server of tools, and a model that calls one and says things, as text or as an object.
async fn peer() -> Peer {
    Peer::start(|seen| match (may_call(seen), streams(seen)) {
        (true, false) => calls("openai", "marked", Spelling::Plain),
        (true, true) => calls_in_pieces("openai", "marked", Spelling::Plain),
        (false, true) => event_stream(&pieces("openai", &["{\"a\":", " 1}"])),
        (false, false) if seen.message["messages"].is_array() => {
            let usage =
                json!({"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}});
            let message = json!({"content": "{\"a\": 1}", "reasoning_content": "Hm."});
            let body =
                json!({"model": "m", "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage});
            answer(200, "application/json", body.to_string())
        }
        (false, false) if seen.rpc() == "tools/call" => seen.result(&json!({
            "content": [{"type": "text", "text": "done"}], "structuredContent": {"a": 1}, "isError": false,
        })),
        _ => seen.decently(),
    })
    .await
}

/// What the routes of one feature are called with.
struct Tried<'a> {
    app: &'a TestApp,
    described: &'a mut Described,
}

impl Tried<'_> {
    async fn get(&mut self, id: &'static str, path: &str) -> Answer {
        let answer = self.app.get("admin", path).await;
        self.described.fits(id, answer)
    }

    async fn post(&mut self, id: &'static str, path: &str, body: Value) -> Answer {
        let answer = self.app.post("admin", path, body).await;
        self.described.fits(id, answer)
    }

    async fn patch(&mut self, id: &'static str, path: &str, body: Value) -> Answer {
        let answer = self.app.patch("admin", path, body).await;
        self.described.fits(id, answer)
    }
}

/// Credentials: one that is used, and one that is gone while something refers to it. Gives their ids.
async fn try_credentials(tried: &mut Tried<'_>) -> (String, String) {
    let body = json!({"name": "KEY", "value": "marked-canary", "allowed_hosts": ["a.example"]});
    let key = tried
        .post("credentials.create", "/credentials", body.clone())
        .await
        .expect(201)
        .text("/id");
    tried
        .post("credentials.create", "/credentials", body)
        .await
        .problem(409, "name-taken");
    let path = format!("/credentials/{key}");
    tried.get("credentials.get", &path).await.expect(200);
    tried
        .patch("credentials.update", &path, json!({"value": "marked-canary-2"}))
        .await
        .expect(200);
    tried
        .patch("credentials.update", &path, json!({"value": 7}))
        .await
        .problem(422, "invalid");
    let gone = tried.app.credential("admin", "GONE", "marked-canary").await;
    (key, gone)
}

/// Servers: at an address and as a program, with credentials that are there, gone, or none.
async fn try_mcp_servers(tried: &mut Tried<'_>, url: &str, key: &str, gone: &str) -> String {
    tried
        .get("mcp_servers.commands", "/mcp-servers/commands")
        .await
        .expect(200);
    let body = json!({"name": "T", "url": url, "credential_id": key, "allow_host": true});
    let server = tried
        .post("mcp_servers.create", "/mcp-servers", body)
        .await
        .expect(201)
        .text("/id");
    let program = json!({"name": "P", "transport": "stdio", "command": "files", "args": ["--quiet"], "env_names": ["FILES_TOKEN"]});
    let program = tried
        .post("mcp_servers.create", "/mcp-servers", program)
        .await
        .expect(201)
        .text("/id");
    for (name, credential) in [("Gone", json!(gone)), ("None", Value::Null)] {
        let body = json!({"name": name, "url": "http://127.0.0.1:9/mcp", "credential_id": credential});
        tried.post("mcp_servers.create", "/mcp-servers", body).await.expect(201);
    }
    for id in [&server, &program] {
        let path = format!("/mcp-servers/{id}");
        tried.get("mcp_servers.get", &path).await.expect(200);
        tried
            .patch("mcp_servers.update", &path, json!({"enabled": true}))
            .await
            .expect(200);
        let tested = tried
            .post("mcp_servers.test_saved", &format!("{path}/test"), json!({}))
            .await
            .expect(200);
        assert_eq!(tested.json()["ok"], true, "{}", tested.whole());
        tried
            .get("mcp_servers.tools", &format!("{path}/tools"))
            .await
            .expect(200);
    }
    for (id, tool) in [(&server, "echo"), (&program, "env")] {
        let path = format!("/mcp-servers/{id}/tools/{tool}/call");
        tried
            .post("mcp_servers.call", &path, json!({"arguments": {}}))
            .await
            .expect(200);
    }
    let draft = json!({"url": "http://127.0.0.1:9/mcp"});
    let failed = tried
        .post("mcp_servers.test", "/mcp-servers/test", draft)
        .await
        .expect(200);
    assert_eq!(failed.json()["ok"], false, "{}", failed.whole());
    server
}

/// Models, and what they are asked.
async fn try_models(tried: &mut Tried<'_>, url: &str, key: &str, gone: &str, server: &str) {
    let settings =
        |key: Value, url: &str| json!({"provider": "openai", "model_id": "m", "base_url": url, "api_key": key});
    let path = "/model-bindings";
    let body = json!({"name": "M", "settings": settings(json!(key), url)});
    let model = tried
        .post("model_bindings.create", path, body)
        .await
        .expect(201)
        .text("/id");
    let body = json!({"name": "Gone", "settings": settings(json!(gone), url), "allow_host": true});
    tried.post("model_bindings.create", path, body).await.expect(201);
    let least = json!({"name": "Least", "settings": {"provider": "openai", "model_id": "m"}});
    tried.post("model_bindings.create", path, least).await.expect(201);
    let path = format!("/model-bindings/{model}");
    tried.get("model_bindings.get", &path).await.expect(200);
    tried
        .patch(
            "model_bindings.update",
            &path,
            json!({"settings": {"organization": "org-1"}}),
        )
        .await
        .expect(200);
    let tested = tried
        .post("model_bindings.test_saved", &format!("{path}/test"), json!({}))
        .await
        .expect(200);
    assert_eq!(tested.json()["ok"], true, "{}", tested.whole());
    let draft = json!({"settings": settings(Value::Null, "http://127.0.0.1:9/v1")});
    let failed = tried
        .post("model_bindings.test", "/model-bindings/test", draft)
        .await
        .expect(200);
    assert_eq!(failed.json()["ok"], false, "{}", failed.whole());

    for action in [
        "ai_generate_text",
        "ai_generate_reply",
        "ai_generate_object",
        "ai_infer_object",
        "ai_agent",
    ] {
        let mut body = json!({"model_binding_id": model, "inputs": {"prompt": "x"}});
        if action.ends_with("object") {
            body["settings"] = json!({"output_schema": {"type": "object"}});
        }
        if action == "ai_agent" {
            body["mcp"] = json!([{"server_id": server}]);
        }
        let path = format!("/actions/{action}");
        let done = tried.post("actions.run", &path, body.clone()).await.expect(200);
        assert_eq!(
            done.json()["steps"].as_array().map_or(0, Vec::len),
            if action == "ai_agent" { 2 } else { 0 },
            "{action}"
        );
        let accept = ("accept", "text/event-stream");
        let told = tried
            .app
            .with_header("admin", Method::POST, &path, accept, Some(body))
            .await;
        let told = tried.described.fits("actions.run", told);
        told.expect(if action.ends_with("object") { 406 } else { 200 });
    }
}

/// Users, and whoever asks.
async fn try_users(tried: &mut Tried<'_>) {
    let body = json!({"email": "ida@example.com", "name": "Ida", "role": "viewer"});
    let made = tried.post("users.create", "/users", body).await.expect(201);
    let path = format!("/users/{}", made.text("/user/id"));
    tried.get("users.get", &path).await.expect(200);
    let link = tried
        .app
        .call(Some("admin"), Method::POST, &format!("/api/v1{path}/link"), None)
        .await;
    tried.described.fits("users.create_link", link).expect(200);
    tried
        .patch("users.update", &path, json!({"role": "manager"}))
        .await
        .expect(200);
    let me = tried.get("me.get", "/me").await.expect(200).text("/id");
    let owned = tried
        .get("users.owned", &format!("/users/{me}/owned"))
        .await
        .expect(200);
    for kind in ["credentials", "mcp_servers", "model_bindings"] {
        assert!(!owned.json()[kind].as_array().unwrap().is_empty(), "{kind}");
    }
    tried
        .patch("me.update", "/me", json!({"name": "Ada"}))
        .await
        .expect(200);
    tried.get("me.sessions", "/me/sessions").await.expect(200);
    for (password, status) in [(PASSWORD, 200), ("a wrong password", 401)] {
        let body = json!({"email": "viewer@example.com", "password": password});
        let entered = tried.app.call(None, Method::POST, "/api/v1/session", Some(body)).await;
        tried.described.fits("session.create", entered).expect(status);
    }
    for id in ["openapi.get", "health.live", "health.ready"] {
        let operations = operations();
        let operation = operations.iter().find(|operation| operation.id == id).unwrap();
        let answer = tried.app.call(None, Method::GET, &operation.full_path(), None).await;
        tried.described.fits(id, answer).expect(200);
    }
}

/// Responses of every kind of record with an owner.
async fn try_kinds(tried: &mut Tried<'_>, url: &str) {
    for (path, body) in owned_kinds() {
        let operation = |verb: &str| {
            let id = format!("{}.{verb}", path.trim_start_matches('/').replace('-', "_"));
            let found = operations().into_iter().find(|operation| operation.id == id);
            found.unwrap_or_else(|| panic!("there is no operation {id}")).id
        };
        let body = body.replace("{name}", "of every kind").replace("{url}", url);
        let body = serde_json::from_str(&body).unwrap();
        let created = tried.post(operation("create"), path, body).await.expect(201);
        let record = format!("{path}/{}", created.text("/id"));
        tried.get(operation("get"), &record).await.expect(200);
        let renamed = json!({"name": "of every kind, renamed"});
        tried.patch(operation("update"), &record, renamed).await.expect(200);
        tried.get(operation("list"), path).await.expect(200);
        tried.app.delete("admin", &record).await.expect(204);
    }
}

/// Lists, now that there is something of every kind.
async fn try_lists(tried: &mut Tried<'_>, key: &str) {
    for (id, path, least) in [
        ("credentials.list", "/credentials".to_owned(), 1),
        ("credentials.references", format!("/credentials/{key}/references"), 2),
        ("credentials.uses", format!("/credentials/{key}/uses"), 8),
        ("mcp_servers.list", "/mcp-servers".to_owned(), 4),
        ("model_bindings.list", "/model-bindings".to_owned(), 3),
        ("users.list", "/users".to_owned(), 5),
        ("schemas.list", "/schemas".to_owned(), 1),
        ("audit_events.list", "/audit-events?limit=100".to_owned(), 20),
    ] {
        let list = tried.get(id, &path).await.expect(200);
        let items = list.json()["items"].as_array().unwrap().len();
        assert!(items >= least, "{id}: {items}");
    }
    // Each line of the export is an event as the list has it, with what the chain is made of.
    let export = tried.app.get("admin", "/audit-events/export").await.expect(200);
    let event = json!({"$ref": "#/components/schemas/AuditEvent"});
    let export = String::from_utf8(export.bytes).unwrap();
    let mut lines: Vec<&str> = export.lines().collect();
    assert!(lines.pop().is_some_and(|head| head.contains("head")), "{export}");
    for line in lines {
        let mut line: Value = serde_json::from_str(line).unwrap();
        for field in ["credential_id", "key_id", "mac"] {
            assert!(line.as_object_mut().unwrap().remove(field).is_some(), "{field}");
        }
        tried.described.assert_valid(&event, &line, "a line of the export");
    }
    tried.described.checked.insert("audit_events.export");
}

both_engines! {
    async fn answers_fit_the_schemas_of_the_document(app: TestApp) {
        let settings = stdio_settings(&app, &[files()], false, "marked-canary");
        let app = app.with_stdio(Stdio::start(Arc::new(settings)).unwrap());
        let peer = peer().await;
        let mut described = Described::new();
        let mut tried = Tried { app: &app, described: &mut described };
        let (key, gone) = try_credentials(&mut tried).await;
        let server = try_mcp_servers(&mut tried, &peer.url(), &key, &gone).await;
        try_models(&mut tried, &peer.url(), &key, &gone, &server).await;
        app.delete("admin", &format!("/credentials/{gone}?force=true")).await.expect(204);
        try_users(&mut tried).await;
        try_kinds(&mut tried, &peer.url()).await;
        try_lists(&mut tried, &key).await;
        let unknown = "00000000-0000-0000-0000-000000000000";
        tried.get("credentials.get", &format!("/credentials/{unknown}")).await.problem(404, "not-found");

        // Whatever answers with a body was asked.
        let operations = operations();
        let open: Vec<&str> = operations
            .iter()
            .filter(|operation| operation.method != "delete" && !described.checked.contains(operation.id))
            .map(|operation| operation.id)
            .collect();
        assert!(open.is_empty(), "no answer of {open:?} was held against the document");
    }
}

#[test]
fn an_answer_that_differs_would_be_found() {
    let described = Described::new();
    let page = json!({"$ref": "#/components/schemas/SessionPage"});
    let session = json!({
        "id": "00000000-0000-0000-0000-000000000000", "browser": "x", "network": "x", "current": true,
        "created_at": "2026-01-01T00:00:00.000Z", "last_seen_at": "2026-01-01T00:00:00.000Z",
    });
    let with = |field: &str, value: Value| {
        let mut session = session.clone();
        session[field] = value;
        json!({"items": [session], "total": 1, "total_exact": true, "next_cursor": null, "previous_cursor": null})
    };
    described.assert_valid(&page, &with("current", json!(false)), "the page");
    for (field, value) in [
        ("current", Value::Null),
        ("created_at", json!("yesterday")),
        ("id", json!("7")),
        ("nobody_knows", json!(1)),
    ] {
        let found = std::panic::catch_unwind(|| described.assert_valid(&page, &with(field, value.clone()), "the page"));
        assert!(found.is_err(), "{field}: {value}");
    }
}
