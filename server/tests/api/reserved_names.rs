//! Names by which the JSON library marks its own types: refused in bodies of callers and in documents of peers. A conversion
//! would read such an object as the document in its text.

use std::sync::{Arc, Mutex};

use axum::response::Response;
use serde_json::{Value, json};

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer, completion, rpc};
use crate::support::{Answer, Engine, TestApp};

/// Objects that a conversion would change, or fail at.
fn marked() -> Vec<Value> {
    let named = |name: &str, content: Value| json!({format!("$serde_json::private::{name}"): content});
    vec![
        named("RawValue", json!("{\"changed\":true}")),
        named("RawValue", json!("no document")),
        named("RawValue", json!({"a": 1})),
        named("Number", json!("1e5")),
    ]
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    let body = answer.json();
    assert_eq!(
        (answer.status, &body["errors"][0]["code"]),
        (422, &json!("bad-name")),
        "{}",
        answer.whole()
    );
}

async fn binding(app: &TestApp, peer: &Peer) -> String {
    let settings = json!({"provider": "openai", "model_id": "m", "base_url": peer.url()});
    let body = json!({"name": "m", "settings": settings});
    app.post("admin", "/model-bindings", body).await.expect(201).text("/id")
}

/// A model that asks for a tool with these arguments, as a text, until it sees a result.
fn asks_for(seen: &Seen, arguments: &str) -> Response {
    let turns = seen.message["messages"].as_array().cloned().unwrap_or_default();
    if turns.iter().any(|turn| turn["role"] == "tool") {
        return completion("done");
    }
    let name = &seen.message["tools"][0]["function"]["name"];
    let call = json!({"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}});
    let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
    let body = json!({"model": "m", "choices": [{"message": message, "finish_reason": "tool_calls"}]});
    answer(200, "application/json", body.to_string())
}

both_engines! {
    async fn bodies_with_reserved_names_are_refused(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let server = app.server("admin", "crm", &peer.url(), None).await;
        let binding = binding(&app, &peer).await;
        for marked in marked() {
            let call = json!({"arguments": {"a": [marked]}});
            assert_refused(&app.post("admin", &format!("{server}/tools/echo/call"), call).await);
            let body = json!({"model_binding_id": binding, "inputs": {"prompt": "x"}, "settings": {"output_schema": {"properties": marked}}});
            assert_refused(&app.post("admin", "/actions/ai_generate_object", body).await);
            let body = json!({"name": "n", "settings": marked});
            assert_refused(&app.post("admin", "/model-bindings", body).await);
            assert_refused(&app.post("admin", "/mcp-servers", json!({"name": marked})).await);
        }
        assert!(peer.seen().is_empty(), "nothing was sent");
    }

    async fn documents_of_peers_with_reserved_names_are_refused_and_never_converted(app: TestApp) {
        let document = Arc::new(Mutex::new(Value::Null));
        let (of_model, of_tools) = (Arc::clone(&document), Arc::clone(&document));
        let model = Peer::start(move |seen| asks_for(seen, &of_model.lock().unwrap().to_string())).await;
        let tools = Peer::start(move |seen| match seen.rpc() {
            "tools/call" if seen.message["params"]["arguments"]["wants"] == "marked" => {
                let result = json!({"content": [{"type": "text", "text": "x"}], "structuredContent": *of_tools.lock().unwrap()});
                answer(200, "application/json", rpc(&seen.message["id"], "result", &result))
            }
            _ => seen.decently(),
        })
        .await;
        let server = app.server("admin", "crm", &tools.url(), None).await;
        let id = server.rsplit('/').next().unwrap();
        let binding = binding(&app, &model).await;
        for marked in marked() {
            *document.lock().unwrap() = marked;
            let path = format!("{server}/tools/echo/call");
            let result = app.post("admin", &path, json!({"arguments": {"wants": "marked"}})).await;
            assert_eq!(result.status, 502, "{}", result.whole());
            let body = json!({"model_binding_id": binding, "inputs": {"prompt": "x"}, "mcp": [{"server_id": id}]});
            let agent = app.post("admin", "/actions/ai_agent", body).await;
            assert!(matches!(agent.status, 200 | 502), "{}", agent.whole());
            assert!(!agent.whole().contains("changed\":true"), "{}", agent.whole());
        }
        let called = tools.seen();
        let mut arguments = called.iter().map(|seen| &seen.message["params"]["arguments"]);
        assert!(arguments.all(|arguments| arguments.get("changed").is_none()), "no tool ran with a changed document");
    }
}
