//! Answers as streams of events, in every format.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::{FORMATS, at, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer};
use crate::peers::real::RealServer;
use crate::support::{Answer, Engine, TestApp};

const RIGHT: &str = "canary-right-key";

/// Runs an action whose answer is a stream.
pub(super) async fn stream(app: &TestApp, action: &str, body: Value) -> Answer {
    let path = format!("/actions/{action}");
    app.with_header(
        "manager",
        Method::POST,
        &path,
        ("accept", "text/event-stream"),
        Some(body),
    )
    .await
}

/// The events of a stream.
#[track_caller]
pub(super) fn events(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.whole());
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let text = String::from_utf8(answer.bytes.clone()).unwrap();
    let mut events = Vec::new();
    for block in text.split("\n\n").filter(|block| block.contains("data:")) {
        let line = |name: &str| {
            block
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_default()
                .trim()
        };
        let data: Value = serde_json::from_str(line("data:")).unwrap();
        assert_eq!(data["type"], line("event:"));
        events.push(data);
    }
    events
}

/// What was said in pieces.
pub(super) fn said(events: &[Value]) -> String {
    events
        .iter()
        .filter(|event| event["type"] == "text")
        .map(|event| event["delta"].as_str().unwrap())
        .collect()
}

async fn provider() -> RealServer {
    let long = "The capital of France is Paris, which lies on the Seine.";
    let fixtures = json!([
        {"match": {"userMessage": "capital"}, "response": {"content": long, "usage": {"prompt_tokens": 11, "completion_tokens": 7}}},
        {"match": {"userMessage": "cut"}, "response": {"content": long}, "truncateAfterChunks": 3},
        {
            "match": {"userMessage": "echo", "hasToolResult": false},
            "response": {"toolCalls": [{"name": "everything__echo", "arguments": {"message": "hi there"}}]},
        },
        {"match": {"userMessage": "echo", "hasToolResult": true}, "response": {"content": "It said hi."}},
        {
            "match": {"userMessage": "limited"},
            "response": {"error": {"message": "Slow down", "type": "rate_limit_error"}, "status": 429, "retryAfter": 7},
        },
        // More than is read of a stream.
        {"match": {"userMessage": "huge"}, "response": {"content": "x".repeat(5 * 1024 * 1024)}, "chunkSize": 64 * 1024},
        {"match": {"userMessage": "fail"}, "response": {"error": {"message": "It broke", "type": "server_error"}, "status": 500}},
    ]);
    RealServer::models(RIGHT, &fixtures).await
}

both_engines! {
    async fn a_text_comes_in_pieces_that_agree_with_the_end(app: TestApp) {
        let server = provider().await;
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        for format in FORMATS {
            let name = format.0.as_str();
            let binding = app.binding("manager", name, at(&server, format, Some(&right))).await;
            let reply = json!({"model_binding_id": binding, "inputs": {"input_mode": "history", "messages": [
                {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"},
                {"role": "user", "content": "What is the capital of France?"},
            ]}});
            let text = json!({"model_binding_id": binding, "inputs": {"prompt": "What is the capital of France?"}});
            for (action, body) in [("ai_generate_text", text), ("ai_generate_reply", reply)] {
                let events = events(&stream(&app, action, body).await);
                let last = events.last().unwrap();
                assert_eq!(last["type"], "finish", "{name}: {last}");
                assert!(events.len() > 4, "{name}: {events:?}");
                assert_eq!(last["output"]["text"], said(&events), "{name}");
                assert!(said(&events).ends_with("on the Seine."), "{name}");
                assert_eq!((&last["output"]["finish_reason"], &last["output"]["model"]), (&json!("stop"), &json!("test-model")), "{name}");
                assert_eq!(last["output"]["usage"]["total_tokens"], 18, "{name}: {last}");
            }
            let failed = events(&stream(&app, "ai_generate_text", json!({"model_binding_id": binding, "inputs": {"prompt": "fail"}})).await);
            assert_eq!(failed.len(), 1, "{name}");
            assert_eq!(failed[0]["error"]["type"], "urn:strongroom:problem:upstream-failed", "{name}");
        }
    }

    async fn a_provider_that_is_busy_or_streams_without_measure_is_told_in_every_format(app: TestApp) {
        let server = provider().await;
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        for format in FORMATS {
            let name = format.0.as_str();
            let binding = app.binding("manager", name, at(&server, format, Some(&right))).await;
            let ask = async |prompt: &str| {
                events(&stream(&app, "ai_generate_text", json!({"model_binding_id": binding, "inputs": {"prompt": prompt}})).await)
            };
            let limited = ask("limited").await;
            assert_eq!((limited.len(), &limited[0]["error"]["type"]), (1, &json!("urn:strongroom:problem:rate-limited")), "{name}");
            let detail = limited[0]["error"]["detail"].as_str().unwrap();
            assert!(detail.contains("Try again in 7 seconds. “Slow down”"), "{name}: {detail}");
            let huge = ask("huge").await;
            assert_eq!(huge.last().unwrap()["error"]["type"], "urn:strongroom:problem:answer-too-large", "{name}");
            let told = said(&huge).len();
            assert!((3_900_000..4_400_000).contains(&told), "{name}: {told} bytes");
        }
    }

    async fn a_stream_with_a_wrong_key_or_none_is_refused_before_a_word_of_it(app: TestApp) {
        let server = provider().await;
        let wrong = app.credential("manager", "WRONG", "canary-wrong-key").await;
        for format in FORMATS {
            for key in [Some(wrong.as_str()), None] {
                let name = format!("{} {}", format.0.as_str(), key.is_some());
                let binding = app.binding("manager", &name, at(&server, format, key)).await;
                let body = json!({"model_binding_id": binding, "inputs": {"prompt": "the capital"}});
                let answer = stream(&app, "ai_generate_text", body).await;
                let events = events(&answer);
                assert_eq!((events.len(), &events[0]["type"]), (1, &json!("error")), "{name}: {events:?}");
                assert_eq!(events[0]["error"]["type"], "urn:strongroom:problem:credential-refused", "{name}");
                let detail = events[0]["error"]["detail"].as_str().unwrap();
                assert_eq!(detail.contains("WRONG"), key.is_some(), "{name}: {detail}");
                assert!(!answer.whole().contains("canary"), "{name}");
            }
        }
    }

    async fn a_stream_that_is_cut_ends_with_an_error(app: TestApp) {
        let server = provider().await;
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        for format in FORMATS {
            let name = format.0.as_str();
            let binding = app.binding("manager", name, at(&server, format, Some(&right))).await;
            let retries = json!({"retries": {"enabled": true, "backoff_ms": 1}});
            let body = json!({"model_binding_id": binding, "inputs": {"prompt": "Be cut"}, "settings": retries});
            let events = events(&stream(&app, "ai_generate_text", body).await);
            let last = events.last().unwrap();
            assert_eq!(last["type"], "error", "{name}: {events:?}");
            let slug = last["error"]["type"].as_str().unwrap();
            assert!(slug.ends_with("upstream-failed") || slug.ends_with("unreachable"), "{name}: {last}");
            // What was told is not told again.
            assert!(said(&events).len() < 40, "{name}: {events:?}");
        }
    }

    async fn an_agent_streams_its_steps(app: TestApp) {
        let (server, tools) = (provider().await, RealServer::everything().await);
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        let mcp = app.post("manager", "/mcp-servers", json!({"name": "Everything", "url": tools.url})).await.expect(201).text("/id");
        for format in FORMATS {
            let name = format.0.as_str();
            let binding = app.binding("manager", name, at(&server, format, Some(&right))).await;
            let body = json!({"model_binding_id": binding, "inputs": {"prompt": "echo"}, "mcp": [{"server_id": mcp}]});
            let events = events(&stream(&app, "ai_agent", body).await);
            let mut kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
            kinds.dedup();
            assert_eq!(kinds, ["tool_call", "tool_result", "step", "text", "step", "finish"], "{name}");
            let last = events.last().unwrap();
            assert_eq!(last["output"]["text"], "It said hi.", "{name}");
            assert_eq!(last["output"]["steps"][0]["tool_results"][0]["content"], "Echo: hi there", "{name}");
            assert_eq!(last["output"]["steps"][0]["tool_calls"][0]["arguments"], json!({"message": "hi there"}), "{name}");
        }
    }

    async fn a_server_that_does_not_stream_answers_in_one_piece(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let binding = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let told = events(&stream(&app, "ai_generate_text", json!({"model_binding_id": binding, "inputs": {"prompt": "x"}})).await);
        assert_eq!((said(&told), &told[1]["type"]), ("done".to_owned(), &json!("finish")));
        let page = Peer::start(|_| answer(200, "text/html", "<p>Welcome</p>")).await;
        let binding = app.binding("manager", "page", settings("openai", &page.url(), None)).await;
        let failed = stream(&app, "ai_generate_text", json!({"model_binding_id": binding, "inputs": {"prompt": "x"}})).await;
        assert_eq!(events(&failed)[0]["error"]["type"], "urn:strongroom:problem:not-model-api");
    }

    async fn whoever_goes_away_ends_the_request(app: TestApp) {
        use axum::body::Body;
        use futures::StreamExt as _;
        let pulled = Arc::new(AtomicUsize::new(0));
        let counter = pulled.clone();
        let peer = Peer::start(move |_| {
            let counter = counter.clone();
            let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"more \"}}]}\n\n";
            let pieces = futures::stream::unfold((), move |()| {
                let counter = counter.clone();
                async move {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    counter.fetch_add(1, Ordering::SeqCst);
                    Some((Ok::<_, std::convert::Infallible>(piece), ()))
                }
            });
            answer(200, "text/event-stream", Body::from_stream(pieces))
        })
        .await;
        let binding = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let request = http::Request::post("/api/v1/actions/ai_generate_text")
            .header("host", "127.0.0.1:3000")
            .header("cookie", app.cookie("manager").await)
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .body(Body::from(json!({"model_binding_id": binding, "inputs": {"prompt": "x"}}).to_string()))
            .unwrap();
        let Ok(response) = tower::ServiceExt::oneshot(app.router.clone(), request).await;
        let mut body = response.into_body().into_data_stream();
        for _ in 0..3 {
            assert!(body.next().await.unwrap().unwrap().starts_with(b"event: text"));
        }
        drop(body);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let before = pulled.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(pulled.load(Ordering::SeqCst), before, "nobody listens, and nothing is fetched");
    }
}
