//! Providers that repeat the key in what they pass to tools, and in the error that ends a stream.

use serde_json::{Value, json};

use super::hostile::KEY;
use super::streams::{events, said, stream};
use super::{FORMATS, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::peers::models::{
    Spelling, calls, calls_in_pieces, ending, event_stream, key_of, masked_arguments, may_call, pieces, streams, whole,
};
use crate::support::{Answer, Engine, TestApp};
use crate::trail;

/// A model that calls tools with its key until it is told what they gave.
async fn model(provider: &'static str, spelling: Spelling) -> Peer {
    Peer::start(move |seen| match (may_call(seen), streams(seen)) {
        (true, false) => calls(provider, &key_of(seen), spelling),
        (true, true) => calls_in_pieces(provider, &key_of(seen), spelling),
        (false, false) => whole(provider, "It is done."),
        (false, true) => event_stream(&pieces(provider, &["It is ", "done."])),
    })
    .await
}

/// A binding with the key.
async fn bind(app: &TestApp, name: &str, settings: Value) -> String {
    let body = json!({"name": name, "settings": settings, "allow_host": true});
    app.post("manager", "/model-bindings", body)
        .await
        .expect(201)
        .text("/id")
}

#[track_caller]
fn assert_clean(text: &str, about: &str) {
    assert!(
        !text.contains("-7d1f") && !text.contains("models-secret"),
        "{about}: {text}"
    );
}

/// The steps tell what was called without the key, and so do the events.
#[track_caller]
fn assert_told(output: &Value, told: &[Value], has_ids: bool, about: &str) {
    assert_eq!(output["text"], "It is done.", "{about}: {output}");
    let calls = &output["steps"][0]["tool_calls"];
    // Where a format has no ids, they are made up here.
    let id = if has_ids { "[redacted]" } else { "call_1_2" };
    assert_eq!(
        (&calls[0]["name"], &calls[0]["arguments"]),
        (&json!("t__echo"), &masked_arguments()),
        "{about}"
    );
    assert_eq!(
        calls[1],
        json!({"id": id, "name": "[redacted]", "arguments": {}}),
        "{about}"
    );
    assert_eq!(output["steps"][0]["tool_results"][1]["is_error"], true, "{about}");
    let told: Vec<&Value> = told
        .iter()
        .filter(|event| event["type"] == "tool_call")
        .map(|event| &event["call"])
        .collect();
    assert!(told.is_empty() || told == [&calls[0], &calls[1]], "{about}: {told:?}");
}

both_engines! {
    async fn a_key_that_a_model_passes_to_a_tool_is_masked_in_every_format(app: TestApp) {
        let key = app.credential("manager", "KEY", KEY).await;
        let tools = Peer::start(Seen::decently).await;
        let server = app.post("manager", "/mcp-servers", json!({"name": "T", "url": tools.url()})).await.expect(201).text("/id");
        for (format, _) in FORMATS {
            for spelling in [Spelling::Plain, Spelling::Escaped] {
                let name = format.as_str();
                let model = model(name, spelling).await;
                let id = bind(&app, &format!("{name} {spelling:?}"), settings(name, &model.url(), Some(&key))).await;
                let body = json!({"model_binding_id": id, "inputs": {"prompt": "x"}, "mcp": [{"server_id": server}]});
                for in_pieces in [false, true] {
                    let about = format!("{name} {spelling:?}, in pieces: {in_pieces}");
                    let (called, asked) = (tools.seen().len(), model.seen().len());
                    let (answer, told): (Answer, Vec<Value>) = if in_pieces {
                        let answer = stream(&app, "ai_agent", body.clone()).await;
                        let told = events(&answer);
                        assert_eq!(told.iter().filter(|event| event["type"] == "tool_call").count(), 2, "{about}: {told:?}");
                        (answer, told)
                    } else {
                        (app.post("manager", "/actions/ai_agent", body.clone()).await.expect(200), Vec::new())
                    };
                    assert_clean(&answer.whole(), &about);
                    let output = told.last().map_or_else(|| answer.json(), |last| last["output"].clone());
                    assert_told(&output, &told, name != "gemini", &about);

                    // The server of the tool gets the mask, and so does the model that is told of it.
                    let called = tools.seen().split_off(called);
                    let passed: Vec<&Value> = called.iter().filter(|seen| seen.rpc() == "tools/call").map(|seen| &seen.message["params"]).collect();
                    assert_eq!(passed.len(), 1, "{about}: {passed:?}");
                    assert_eq!((&passed[0]["name"], &passed[0]["arguments"]), (&json!("echo"), &masked_arguments()), "{about}");
                    assert_clean(&format!("{called:?}"), &about);
                    let asked = model.seen().split_off(asked);
                    assert_eq!(asked.len(), 2, "{about}");
                    for seen in &asked {
                        assert_eq!(key_of(seen), KEY, "the key was really sent");
                        assert_clean(&seen.message.to_string(), &about);
                    }
                    assert!(asked[1].message.to_string().contains("say [redacted]"), "{about}: {}", asked[1].message);
                }
            }
        }
        let uses = trail::by_action(&app, "credential.use").await;
        assert_eq!(uses.len(), FORMATS.len() * 2 * 2 * 2);
        assert_clean(&format!("{uses:?}"), "the trail");
    }

    async fn a_key_in_the_error_that_ends_a_stream_is_masked_in_every_format(app: TestApp) {
        let key = app.credential("manager", "KEY", KEY).await;
        for (format, _) in FORMATS {
            let name = format.as_str();
            for spelling in [Spelling::Plain, Spelling::Escaped] {
                let peer = Peer::start(move |seen| {
                    let key = key_of(seen);
                    // At once, or after words that end as the key begins.
                    let mut events = pieces(name, &["It is ", &key[..9]]);
                    events.truncate(if seen.message.to_string().contains("begin") { 2 } else { 0 });
                    events.push(ending(name, &key, spelling));
                    event_stream(&events)
                })
                .await;
                let id = bind(&app, &format!("{name} {spelling:?}"), settings(name, &peer.url(), Some(&key))).await;
                for (action, prompt, text) in [
                    ("ai_generate_text", "x", ""), ("ai_agent", "x", ""), ("ai_generate_text", "begin", "It is canary-7d"),
                ] {
                    let about = format!("{name} {spelling:?} {action} {prompt}");
                    let answer = stream(&app, action, json!({"model_binding_id": id, "inputs": {"prompt": prompt}})).await;
                    let told = events(&answer);
                    assert_eq!(said(&told), text, "{about}: what was never whole is no secret");
                    assert_clean(&answer.whole(), &about);
                    let last = told.last().unwrap();
                    assert_eq!(last["error"]["type"], "urn:strongroom:problem:upstream-failed", "{about}: {last}");
                    let detail = last["error"]["detail"].as_str().unwrap();
                    assert!(detail.contains("“You sent [redacted]”"), "{about}: {detail}");
                }
                assert!(peer.seen().iter().all(|seen| key_of(seen) == KEY), "the key was really sent");
            }
        }
    }
}
