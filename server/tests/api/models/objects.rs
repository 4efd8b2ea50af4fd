//! Objects: the schema, and answers that do not fit it.

use axum::response::Response;
use serde_json::{Value, json};

use super::{FORMATS, at, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer, completion};
use crate::peers::models::whole;
use crate::peers::real::RealServer;
use crate::support::{Engine, TestApp};
use crate::trail;

const RIGHT: &str = "canary-right-key";

fn schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["city"],
        "properties": {"city": {"type": "string"}},
    })
}

async fn provider() -> RealServer {
    let fixtures = json!([
        {
            "match": {"userMessage": "capital", "toolName": "answer"},
            "response": {"toolCalls": [{"name": "answer", "arguments": {"city": "Paris"}}]},
        },
        {"match": {"userMessage": "capital"}, "response": {"content": "{\"city\": \"Paris\"}"}},
        {"match": {"userMessage": "This does not fit the schema"}, "response": {"content": "```json\n{\"city\": \"Rome\"}\n```"}},
        {"match": {"userMessage": "first wrong"}, "response": {"content": "{\"town\": 1}"}},
    ]);
    RealServer::models(RIGHT, &fixtures).await
}

/// The schema of the object, from where each format has it; nothing where it is not asked for in that format's way.
fn asked_for(provider: &str, seen: &Seen) -> Option<Value> {
    let at = |pointer: &str| seen.message.pointer(pointer).cloned().unwrap_or_default();
    let (way, wanted, schema) = match provider {
        "anthropic" => {
            let tool = json!({"type": "tool", "name": at("/tools/0/name")});
            (at("/tool_choice"), tool, at("/tools/0/input_schema"))
        }
        "gemini" => {
            let kind = at("/generationConfig/responseMimeType");
            (
                kind,
                json!("application/json"),
                at("/generationConfig/responseJsonSchema"),
            )
        }
        "openai-responses" => (at("/text/format/type"), json!("json_schema"), at("/text/format/schema")),
        _ => {
            let kind = at("/response_format/type");
            (kind, json!("json_schema"), at("/response_format/json_schema/schema"))
        }
    };
    (way == wanted && schema.is_object()).then_some(schema)
}

/// An object as a model gives it that was asked for one in its format's way.
fn object(provider: &str, seen: &Seen, object: &Value) -> Response {
    if provider != "anthropic" {
        return whole(provider, &object.to_string());
    }
    let call = json!({"type": "tool_use", "id": "one", "name": seen.message["tool_choice"]["name"], "input": object});
    let body = json!({"model": "m", "content": [call], "stop_reason": "tool_use"});
    answer(200, "application/json", body.to_string())
}

both_engines! {
    async fn an_object_fits_its_schema_in_every_format(app: TestApp) {
        let server = provider().await;
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        for format in FORMATS {
            let name = format.0.as_str();
            for structured in [json!(null), json!(false)] {
                let mut settings = at(&server, format, Some(&right));
                settings["supports_structured_outputs"] = structured.clone();
                let binding = app.binding("manager", &format!("{name} {structured}"), settings).await;
                let more = json!({"settings": {"output_schema": schema()}});
                for action in ["ai_generate_object", "ai_infer_object"] {
                    let done = app.act("manager", action, &binding, json!({"prompt": "The capital of France"}), more.clone()).await;
                    assert_eq!(done.expect(200).json()["object"], json!({"city": "Paris"}), "{name} {structured} {action}");
                }
                // Wrong at first, right when told why.
                let done = app.act("manager", "ai_generate_object", &binding, json!({"prompt": "first wrong"}), more).await.expect(200);
                assert_eq!(done.json()["object"], json!({"city": "Rome"}), "{name} {structured}");
            }
        }
    }

    async fn a_schema_goes_where_each_format_has_it_or_into_the_words(app: TestApp) {
        for (format, _) in FORMATS {
            let name = format.as_str();
            for structured in [true, false] {
                let peer = Peer::start(move |seen| {
                    let again = seen.message.to_string().contains("This does not fit the schema");
                    let given = if again { json!({"city": "Rome"}) } else { json!({"town": 1}) };
                    match (structured, asked_for(name, seen)) {
                        (true, Some(_)) => object(name, seen, &given),
                        (false, None) => whole(name, &given.to_string()),
                        _ => whole(name, "There is no schema, or one too many."),
                    }
                })
                .await;
                let mut settings = settings(name, &peer.url(), None);
                settings["supports_structured_outputs"] = structured.into();
                let binding = app.binding("manager", &format!("{name} {structured}"), settings).await;
                let more = json!({"settings": {"output_schema": schema()}});
                // Wrong at first, right when told why, and asked for in the same way.
                let done = app.act("manager", "ai_generate_object", &binding, json!({"prompt": "x"}), more).await.expect(200);
                assert_eq!(done.json()["object"], json!({"city": "Rome"}), "{name} {structured}");
                let seen = peer.seen();
                assert_eq!(seen.len(), 2, "{name} {structured}");
                for seen in &seen {
                    assert_eq!(asked_for(name, seen), structured.then(schema), "{name} {structured}: {}", seen.message);
                    let in_words = seen.message.to_string().contains("fits this JSON Schema");
                    assert_eq!(in_words, !structured, "{name}: {}", seen.message);
                }
                let told = seen[1].message.to_string();
                assert!(told.contains("town"), "{name} {structured}: what was wrong is said too: {told}");
            }
        }
    }

    async fn a_schema_that_cannot_be_used_is_refused_before_anything_is_sent(app: TestApp) {
        let peer = Peer::start(|_| completion("{}")).await;
        let binding = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let ask = async |schema: Value| {
            let more = json!({"settings": {"output_schema": schema}});
            app.act("manager", "ai_generate_object", &binding, json!({"prompt": "x"}), more).await
        };
        for schema in [json!({"$ref": "https://a.example/s.json"}), json!({"type": "canary"}), json!({"x": "y".repeat(70_000)})] {
            let refused = ask(schema).await.problem(422, "invalid");
            assert_eq!(refused.pointers(), ["/settings/output_schema"]);
            assert!(!refused.whole().contains("canary"));
        }
        assert_eq!(ask(json!("text")).await.problem(422, "invalid").pointers(), ["/settings/output_schema"]);
        let without = app.act("manager", "ai_generate_object", &binding, json!({"prompt": "x"}), json!({})).await;
        assert_eq!(without.problem(422, "invalid").pointers(), ["/settings/output_schema"]);
        assert!(peer.seen().is_empty());
        let refused = app.with_header("manager", http::Method::POST, "/actions/ai_generate_object", ("accept", "text/event-stream"),
            Some(json!({"model_binding_id": binding, "inputs": {"prompt": "x"}, "settings": {"output_schema": schema()}}))).await;
        refused.problem(406, "not-streamed");
    }

    async fn an_object_that_never_fits_is_an_error_that_says_what_was_wrong(app: TestApp) {
        let peer = Peer::start(|_| completion("{\"city\": 8642097}")).await;
        let key = app.credential("manager", "KEY", RIGHT).await;
        let binding = app.binding("manager", "m", settings("openai", &peer.url(), Some(&key))).await;
        let more = json!({"settings": {"output_schema": schema()}});
        let failed = app.act("manager", "ai_generate_object", &binding, json!({"prompt": "x", "system": "Be brief."}), more).await;
        let detail = failed.problem(502, "object-invalid").text("/detail");
        assert!(detail.contains("/city") && !detail.contains("8642097"), "{detail}");
        let seen = peer.seen();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0].message["response_format"]["json_schema"]["schema"], schema());
        assert_eq!(seen[0].message["response_format"]["json_schema"]["strict"], true);
        assert!(seen[0].message["messages"][0]["content"].as_str().unwrap().starts_with("Be brief."));
        let told = seen[1].message["messages"].as_array().unwrap().last().unwrap()["content"].clone();
        assert!(told.as_str().unwrap().contains("/city"), "{told}");
        let uses = trail::by_action(&app, "credential.use").await;
        let purposes: Vec<&str> = uses.iter().map(|(_, details)| details.as_str()).collect();
        assert_eq!(purposes, ["action: ai_generate_object", "action: ai_generate_object, try 2"]);
    }

    async fn a_refusal_or_a_spent_limit_is_told_at_once(app: TestApp) {
        let refusal = json!({"message": {"role": "assistant", "content": null, "refusal": "I will not."}, "finish_reason": "stop"});
        let filtered = json!({"message": {"role": "assistant", "content": ""}, "finish_reason": "content_filter"});
        let long = json!({"message": {"role": "assistant", "content": "{\"city\": \"Pa"}, "finish_reason": "length"});
        for (choice, limit, words) in [
            (refusal, None, "refused to answer"),
            (filtered, None, "refused to answer"),
            (long.clone(), None, "Set max_output_tokens"),
            (long, Some(7), "its limit of 7 tokens"),
        ] {
            let body = json!({"model": "m", "choices": [choice]}).to_string();
            let peer = Peer::start(move |_| answer(200, "application/json", body.clone())).await;
            let binding = app.binding("manager", &format!("{words} {limit:?} {}", peer.url()), settings("openai", &peer.url(), None)).await;
            let more = json!({"settings": {"output_schema": schema(), "max_output_tokens": limit}});
            let failed = app.act("manager", "ai_generate_object", &binding, json!({"prompt": "x"}), more).await;
            let detail = failed.problem(502, "object-invalid").text("/detail");
            assert!(detail.contains(words), "{detail}");
            assert_eq!(peer.seen().len(), 1, "{words}");
        }
    }

    async fn an_answer_without_a_word_is_asked_for_again_without_it(app: TestApp) {
        for format in FORMATS {
            let name = format.0.as_str();
            let peer = Peer::start(move |seen| {
                let again = seen.message.to_string().contains("This does not fit the schema");
                whole(name, if again { "{\"city\": \"Oslo\"}" } else { "" })
            })
            .await;
            let binding = app.binding("manager", name, settings(name, &peer.url(), None)).await;
            let more = json!({"settings": {"output_schema": schema()}});
            let done = app.act("manager", "ai_generate_object", &binding, json!({"prompt": "x"}), more).await.expect(200);
            assert_eq!(done.json()["object"], json!({"city": "Oslo"}), "{name}");
            let seen = peer.seen();
            assert_eq!(seen.len(), 2, "{name}");
            let turns = ["messages", "input", "contents"].iter().find_map(|field| seen[1].message[*field].as_array()).unwrap();
            let roles: Vec<&str> = turns.iter().filter_map(|turn| turn["role"].as_str()).filter(|role| *role != "system").collect();
            assert_eq!(roles, ["user"], "{name}: {turns:?}");
        }
    }

    async fn a_model_that_takes_no_schema_is_told_it_in_words(app: TestApp) {
        let peer = Peer::start(|_| completion("Here you are: {\"city\": \"Bonn\"}")).await;
        let binding = app.binding("manager", "m", settings("deepseek", &peer.url(), None)).await;
        let more = json!({"settings": {"output_schema": schema()}});
        let done = app.act("manager", "ai_generate_object", &binding, json!({"prompt": "x"}), more).await.expect(200);
        assert_eq!(done.json()["object"], json!({"city": "Bonn"}));
        let sent = peer.seen()[0].message.clone();
        assert!(sent.get("response_format").is_none());
        assert!(sent["messages"][0]["content"].as_str().unwrap().contains(&schema().to_string()));
    }
}
