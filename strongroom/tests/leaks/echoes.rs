//! Models in every format that repeat the canary: in their words, in what they pass to a tool, and in their errors.

use axum::response::Response;
use http::Method;
use serde_json::json;

use crate::hostile::{Peer, Seen, answer};
use crate::models::{Spelling, calls, calls_in_pieces, ending, event_stream, key_of, may_call, pieces, streams, whole};
use crate::support::{Answer, TestApp};

/// One provider of each format.
const PROVIDERS: [&str; 4] = ["openai-compatible", "openai-responses", "anthropic", "gemini"];

/// A model that answers, or one that fails.
pub struct Model {
    provider: &'static str,
    fails: bool,
    pub id: String,
}

/// What a model answers; nothing where none is asked. Which one it is stands in the path.
pub fn answered(seen: &Seen) -> Option<Response> {
    let [_, _, provider, kind, _, ..] = seen.path.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let key = key_of(seen);
    Some(match (kind, may_call(seen), streams(seen)) {
        ("fails", _, false) => answer(400, "application/json", json!({"error": {"message": key}}).to_string()),
        ("fails", _, true) => event_stream(&[ending(provider, &key, Spelling::Escaped)]),
        (_, true, false) => calls(provider, &key, Spelling::Escaped),
        (_, true, true) => calls_in_pieces(provider, &key, Spelling::Plain),
        (_, false, false) => whole(provider, &json!({"said": key}).to_string()),
        (_, false, true) => {
            let text = json!({"said": key}).to_string();
            let (one, other) = text.split_at(20);
            event_stream(&pieces(provider, &[one, other]))
        }
    })
}

/// Stores both of every provider, with this credential.
pub async fn bind(app: &TestApp, peer: &Peer, credential: &str) -> Vec<Model> {
    let mut models = Vec::new();
    for provider in PROVIDERS {
        for kind in ["answers", "fails"] {
            let url = format!("{}/{provider}/{kind}", peer.url());
            let settings = json!({"provider": provider, "model_id": "m", "base_url": url, "api_key": credential});
            let body = json!({"name": format!("{provider} {kind}"), "settings": settings, "allow_host": true});
            let made = app.post("admin", "/model-bindings", body).await.expect(201);
            models.push(Model {
                provider,
                fails: kind == "fails",
                id: made.text("/id"),
            });
        }
    }
    models
}

/// Asks each model in each way, with the tool of a server that repeats its token too. Each answer must show that
/// something was masked.
pub async fn ask(app: &TestApp, models: &[Model], server: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    for model in models {
        let about = format!("{}, fails: {}", model.provider, model.fails);
        let path = format!("/model-bindings/{}/test", model.id);
        let tested = app.post("admin", &path, json!({})).await.expect(200);
        assert_repeated(&tested, &about);
        answers.push(tested);
        for action in [
            "ai_generate_text",
            "ai_generate_reply",
            "ai_generate_object",
            "ai_infer_object",
            "ai_agent",
        ] {
            let about = format!("{about}, {action}");
            let mut body = json!({"model_binding_id": model.id, "inputs": {"prompt": "Repeat it"}});
            let object = action.ends_with("object");
            if object {
                body["settings"] = json!({"output_schema": {"type": "object"}});
            }
            if action == "ai_agent" {
                body["mcp"] = json!([{"server_id": server}]);
            }
            let path = format!("/actions/{action}");
            let whole = app.post("admin", &path, body.clone()).await;
            let whole = whole.expect(if model.fails { 502 } else { 200 });
            assert_repeated(&whole, &about);
            if action == "ai_agent" && !model.fails {
                // The token of the server that the tool is of was in its result.
                assert_eq!(
                    whole.text("/steps/0/tool_results/0/content"),
                    "Bearer [redacted]",
                    "{about}"
                );
            }
            let accept = ("accept", "text/event-stream");
            let streamed = app.with_header("admin", Method::POST, &path, accept, Some(body)).await;
            let streamed = streamed.expect(if object { 406 } else { 200 });
            if !object {
                assert_repeated(&streamed, &format!("{about}, as a stream"));
            }
            answers.extend([whole, streamed]);
        }
    }
    answers
}

#[track_caller]
fn assert_repeated(answer: &Answer, about: &str) {
    let text = answer.whole();
    assert!(
        text.contains("[redacted]"),
        "the canary was really repeated: {about}: {text}"
    );
}
