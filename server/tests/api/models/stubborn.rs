//! Models that refuse what their provider takes otherwise, and what nobody may learn from a stream.

use std::sync::Arc;

use axum::body::Body;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::streams::{events, said, stream};
use super::{FORMATS, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer};
use crate::peers::models::{event_stream, pieces, whole};
use crate::support::{Engine, TestApp};

both_engines! {
    async fn the_pieces_of_a_stream_do_not_tell_how_the_key_begins(app: TestApp) {
        for (format, _) in FORMATS {
            let name = format.as_str();
            // A model that repeats guesses, as it was asked to.
            let peer = Peer::start(move |_| {
                event_stream(&pieces(name, &["can", "\n", "canary-7", "\n", "other-", "gue", " ", "Y2Fu", "YXJ5\n", "end"]))
            })
            .await;
            let mut told = Vec::new();
            for (number, value) in ["canary-7d1f-secret", "other-guess-secret", "something-else"].into_iter().enumerate() {
                let key = app.credential("manager", &format!("KEY_{name}_{number}"), value).await;
                let body = json!({"name": format!("{name} {number}"), "settings": settings(name, &peer.url(), Some(&key)), "allow_host": true});
                let id = app.post("manager", "/model-bindings", body).await.expect(201).text("/id");
                let body = json!({"model_binding_id": id, "inputs": {"prompt": "x"}});
                let mut events = events(&stream(&app, "ai_generate_text", body).await);
                assert_eq!(said(&events), "can\ncanary-7\nother-gue Y2FuYXJ5\nend", "{name}");
                // The last event tells how long it took.
                events.pop();
                told.push(events);
            }
            assert!(told[0].len() > 4, "{name} streams: {:?}", told[0]);
            assert!(told.iter().all(|events| *events == told[0]), "{name}: {told:?}");
        }
    }

    async fn a_setting_that_a_model_refuses_by_its_name_is_left_out(app: TestApp) {
        for (format, _) in FORMATS {
            let name = format.as_str();
            let peer = Peer::start(move |seen| {
                let holder = seen.message.get("generationConfig").unwrap_or(&seen.message);
                if holder.get("temperature").is_some() {
                    let said = "Unsupported value: 'temperature' does not support 0.2 with this model.";
                    return answer(400, "application/json", json!({"error": {"message": said}}).to_string());
                }
                whole(name, "done")
            })
            .await;
            let id = app.binding("manager", name, settings(name, &peer.url(), None)).await;
            let more = json!({"settings": {"temperature": 0.2, "max_output_tokens": 9}});
            let output = app.act("manager", "ai_generate_text", &id, json!({"prompt": "x"}), more).await.expect(200);
            assert_eq!(output.text("/text"), "done", "{name}");
            let asked = peer.seen();
            assert_eq!(asked.len(), 2, "{name}");
            assert!(asked[1].message.to_string().contains(":9"), "{name}: the limit of tokens stays");
        }
    }

    async fn a_model_that_takes_no_schema_is_told_it_in_words(app: TestApp) {
        for (format, _) in FORMATS {
            let name = format.as_str();
            let ways = ["\"response_format\"", "\"json_schema\"", "\"tool_choice\"", "\"responseJsonSchema\""];
            let asks_natively = move |message: &Value| ways.iter().any(|way| message.to_string().contains(way));
            let peer = Peer::start(move |seen| {
                if asks_natively(&seen.message) {
                    let said = "tool_choice, response_format and json_schema are not for this model.";
                    return answer(400, "application/json", json!({"error": {"message": said}}).to_string());
                }
                whole(name, r#"{"city": "Paris"}"#)
            })
            .await;
            let id = app.binding("manager", name, settings(name, &peer.url(), None)).await;
            let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
            let more = json!({"settings": {"output_schema": schema}});
            let output = app.act("manager", "ai_generate_object", &id, json!({"prompt": "x"}), more).await.expect(200);
            assert_eq!(output.json()["object"], json!({"city": "Paris"}), "{name}");
            let asked = peer.seen();
            assert_eq!(asked.len(), 2, "{name}");
            assert!(asks_natively(&asked[0].message) && asked[1].message.to_string().contains("JSON Schema"), "{name}");
        }
    }

    async fn a_schema_that_anthropic_refuses_at_its_root_is_told_in_words(app: TestApp) {
        let peer = Peer::start(|_| whole("anthropic", r#"{"a": 1}"#)).await;
        let id = app.binding("manager", "A", settings("anthropic", &peer.url(), None)).await;
        let schema = json!({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
        let more = json!({"settings": {"output_schema": schema}});
        app.act("manager", "ai_generate_object", &id, json!({"prompt": "x"}), more).await.expect(200);
        let asked = peer.seen();
        assert!(asked[0].message.get("tools").is_none() && asked[0].message.to_string().contains("anyOf"));
    }

    async fn a_conversation_ends_with_a_person(app: TestApp) {
        let peer = Peer::start(|_| whole("openai", r#"{"mood": "good"}"#)).await;
        let id = app.binding("manager", "A", settings("openai", &peer.url(), None)).await;
        let messages = json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]);
        let inputs = json!({"input_mode": "history", "messages": messages});
        for action in ["ai_generate_reply", "ai_agent"] {
            let refused = app.act("manager", action, &id, inputs.clone(), json!({})).await;
            assert_eq!(refused.problem(422, "invalid").pointers(), ["/inputs/messages"], "{action}");
        }
        assert!(peer.seen().is_empty());
        // What was said is made into an object, whoever spoke last.
        let more = json!({"settings": {"output_schema": {"type": "object"}}});
        app.act("manager", "ai_infer_object", &id, inputs, more).await.expect(200);
        let asked = peer.seen();
        let turns = asked[0].message["messages"].as_array().unwrap();
        assert_eq!(turns.last().unwrap()["role"], "user");
    }

    async fn an_agent_whose_caller_is_disabled_is_stopped_and_told_by_names(app: TestApp) {
        let tools = Peer::start(Seen::decently).await;
        let server = app.post("admin", "/mcp-servers", json!({"name": "CRM", "url": tools.url()})).await.expect(201).text("/id");
        let key = app.credential("admin", "MODEL_KEY", "canary-model-key").await;
        let (asked, disabled) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let model = {
            let (asked, disabled) = (asked.clone(), disabled.clone());
            Peer::start(move |_| {
                asked.notify_one();
                let disabled = disabled.clone();
                let call = json!({"id": "1", "type": "function", "function": {"name": "crm__echo", "arguments": "{}"}});
                let message = json!({"role": "assistant", "tool_calls": [call]});
                let body = json!({"choices": [{"message": message, "finish_reason": "tool_calls"}]}).to_string();
                // It thinks until its caller is disabled.
                let said = futures::stream::once(async move {
                    disabled.notified().await;
                    Ok::<_, std::convert::Infallible>(body)
                });
                answer(200, "application/json", Body::from_stream(said))
            })
            .await
        };
        // With a credential, and without one.
        for (name, key) in [("Main model", Some(&key)), ("Open model", None)] {
            let body = json!({"name": name, "settings": settings("openai", &model.url(), key.map(String::as_str)), "allow_host": true});
            let id = app.post("admin", "/model-bindings", body).await.expect(201).text("/id");
            let users = app.get("admin", "/users").await.expect(200).json();
            let user = users["items"].as_array().unwrap().iter().find(|user| user["name"] == "manager").unwrap()["id"].clone();
            let path = format!("/users/{}", user.as_str().unwrap());
            app.patch("admin", &path, json!({"disabled": false})).await.expect(200);
            app.forget_cookies();
            app.cookie("manager").await;
            let running = app.act("manager", "ai_agent", &id, json!({"prompt": "x"}), json!({"mcp": [{"server_id": server}]}));
            let disabling = async {
                asked.notified().await;
                app.patch("admin", &path, json!({"disabled": true})).await.expect(200);
                disabled.notify_one();
            };
            let (stopped, ()) = tokio::join!(running, disabling);
            let detail = stopped.problem(401, "session-ended").text("/detail");
            assert!(detail.ends_with("Before that, the agent finished 1 step and called crm__echo."), "{detail}");
        }
    }
}
