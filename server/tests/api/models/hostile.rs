//! Providers that repeat the key, break off, answer without end, or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use serde_json::{Value, json};
use server::ai::Ai;
use server::http::HostRule;
use server::model_bindings::ModelBindings;
use server::outbound::{Limits, Outbound, OutboundSettings};
use server::pages::ApiAlone;
use server::router::router;

use super::streams::{events, said, stream};
use super::{FORMATS, failure, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, answer, completion};
use crate::peers::models::{event_stream, key_of, pieces, whole};
use crate::support::{Engine, TestApp};
use crate::trail;

/// A marked canary that a header can carry.
pub(super) const KEY: &str = "canary-7d1f-models-secret";

/// The same server with little patience for providers.
pub(super) fn impatient(mut app: TestApp) -> TestApp {
    let limits = Limits {
        call: Duration::from_millis(300),
        ..Limits::default()
    };
    let outbound = Outbound::new(&OutboundSettings {
        limits,
        ..OutboundSettings::default()
    });
    let resolver = app.state.credentials.resolver().clone();
    let ai = Ai::new(app.state.base.clone(), resolver, outbound.unwrap());
    app.state.model_bindings = ModelBindings::new(app.state.base.clone(), ai);
    app.router = router(app.state.clone(), ApiAlone, HostRule::new(None));
    app
}

both_engines! {
    async fn a_test_does_not_wait_for_ever(app: TestApp) {
        let app = impatient(app);
        let peer = Peer::start(|_| {
            let silence = futures::stream::pending::<Result<Vec<u8>, std::convert::Infallible>>();
            answer(200, "application/json", Body::from_stream(silence))
        })
        .await;
        let draft = json!({"settings": settings("gemini", &peer.url(), None)});
        assert_eq!(failure(&app.post("manager", "/model-bindings/test", draft).await), "timed-out");
    }

    async fn a_key_that_is_repeated_is_masked_in_errors_and_texts(app: TestApp) {
        let key = app.credential("manager", "KEY", KEY).await;
        for (format, _) in FORMATS {
            let name = format.as_str();
            for status in [200_u16, 400, 403, 429, 500] {
                let peer = Peer::start(move |seen| {
                    let said = format!("You sent {}, that is {:?}", key_of(seen), key_of(seen));
                    match status {
                        200 => whole(name, &said),
                        _ => answer(status, "application/json", json!({"error": {"message": said}}).to_string()),
                    }
                })
                .await;
                let body = json!({"name": format!("{name} {status}"), "settings": settings(name, &peer.url(), Some(&key)), "allow_host": true});
                let id = app.post("manager", "/model-bindings", body).await.expect(201).text("/id");
                let acted = app.act("manager", "ai_generate_text", &id, json!({"prompt": "x"}), json!({})).await;
                let tested = app.post("manager", &format!("/model-bindings/{id}/test"), json!({})).await;
                for answer in [&acted, &tested] {
                    assert!(!answer.whole().contains("-7d1f") && !answer.whole().contains("models-secret"), "{}", answer.whole());
                }
                assert!(acted.whole().contains("[redacted]"), "{name} {status}: {}", acted.whole());
                assert_eq!(key_of(&peer.seen()[0]), KEY, "the key was really sent");
            }
        }
    }

    async fn a_key_that_is_cut_in_pieces_is_masked_in_a_stream(app: TestApp) {
        let key = app.credential("manager", "KEY", KEY).await;
        for (format, _) in FORMATS {
            let name = format.as_str();
            let peer = Peer::start(move |seen| {
                let key = key_of(seen);
                let (a, b) = key.split_at(9);
                event_stream(&pieces(name, &["You sent ", a, b, ", é ", &key, " and ", &key[..12], ".", &key[12..], "é"]))
            })
            .await;
            let body = json!({"name": name, "settings": settings(name, &peer.url(), Some(&key)), "allow_host": true});
            let id = app.post("manager", "/model-bindings", body).await.expect(201).text("/id");
            let answer = stream(&app, "ai_generate_text", json!({"model_binding_id": id, "inputs": {"prompt": "x"}})).await;
            let events = events(&answer);
            let text = said(&events);
            assert_eq!(text, "You sent [redacted], é [redacted] and canary-7d1f-.models-secreté", "{name}: what was never whole is no secret");
            let last = events.last().unwrap();
            assert_eq!((&last["type"], &last["output"]["text"]), (&json!("finish"), &json!(text)), "{name}");
            assert!(!answer.whole().contains(KEY), "{name}");
        }
    }

    async fn failures_are_told_in_words(app: TestApp) {
        let cases: [(u16, Value, &str, &str); 8] = [
            (400, json!({"error": {"message": "API key not valid."}}), "credential-refused", "refused KEY (400)"),
            (403, json!({}), "credential-refused", "refused KEY (403)"),
            (403, json!({"error": {"message": "No.\nNot here."}}), "credential-refused", "Check the key's permissions. “No. Not here.”"),
            (
                403,
                json!({"error": {"message": "Project `p` does not have access to model `test-model`", "code": "model_not_found"}}),
                "model-unknown",
                "your key can't use it",
            ),
            (404, json!({"error": {"message": "The model `test-model` does not exist"}}), "model-unknown", "has no model test-model"),
            (404, json!("no"), "upstream-failed", "(404)"),
            (429, json!({"error": {"message": "Slow down"}}), "rate-limited", "Try again in 7 seconds. “Slow down”"),
            (500, json!({"error": "oops"}), "upstream-failed", "“oops”"),
        ];
        let key = app.credential("manager", "KEY", KEY).await;
        // A model that reasons and spent all of its tokens on that is there, and the key is right.
        let spent = "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.";
        let peer = Peer::start(move |_| answer(400, "application/json", json!({"error": {"message": spent}}).to_string())).await;
        let draft = json!({"settings": settings("openai", &peer.url(), Some(&key)), "allow_host": true});
        let tested = app.post("manager", "/model-bindings/test", draft).await.expect(200).json();
        assert_eq!((&tested["ok"], &tested["model"]), (&json!(true), &Value::Null), "{tested}");
        for (status, body, slug, words) in cases {
            let peer = Peer::start(move |_| {
                let mut response = answer(status, "application/json", body.to_string());
                response.headers_mut().insert("retry-after", "7".parse().unwrap());
                response
            })
            .await;
            let draft = json!({"settings": settings("openai", &peer.url(), Some(&key)), "allow_host": true});
            let tested = app.post("manager", "/model-bindings/test", draft).await;
            assert_eq!(failure(&tested), slug, "{status}");
            let detail = tested.text("/error/detail");
            assert!(detail.contains(words) || slug == "upstream-failed", "{detail}");
        }
        for (status, content_type, body, slug) in [
            (200, "text/html", "<p>Welcome</p>", "not-model-api"),
            (200, "application/json", "{\"hello\": 1}", "not-model-api"),
            (404, "text/html", "<p>Not found</p>", "not-model-api"),
            (302, "text/html", "", "redirected"),
        ] {
            let peer = Peer::start(move |_| {
                let mut response = answer(status, content_type, body);
                response.headers_mut().insert("location", "https://elsewhere.example/".parse().unwrap());
                response
            })
            .await;
            for (format, _) in FORMATS {
                let draft = json!({"settings": settings(format.as_str(), &peer.url(), None)});
                let tested = app.post("manager", "/model-bindings/test", draft).await;
                assert_eq!(failure(&tested), slug, "{}: {status} {body}", format.as_str());
            }
        }
        let nobody = json!({"settings": settings("openai", "http://127.0.0.1:9/v1", None)});
        assert_eq!(failure(&app.post("manager", "/model-bindings/test", nobody).await), "unreachable");
        let unknown = json!({"settings": settings("openai", "http://nobody.invalid/v1", None)});
        assert_eq!(failure(&app.post("manager", "/model-bindings/test", unknown).await), "unreachable");
    }

    async fn requests_that_failed_are_repeated_as_the_settings_say(app: TestApp) {
        let tries = Arc::new(AtomicUsize::new(0));
        let counter = tries.clone();
        let peer = Peer::start(move |seen| match (counter.fetch_add(1, Ordering::SeqCst), seen.message["messages"][0]["content"].as_str()) {
            (0, Some("limited")) => {
                let mut response = answer(429, "application/json", "{}");
                response.headers_mut().insert("retry-after", "1".parse().unwrap());
                response
            }
            (0 | 1, Some("broken")) => answer(500, "application/json", "{}"),
            (_, Some("wrong")) => answer(400, "application/json", "{}"),
            _ => completion("at last"),
        })
        .await;
        let key = app.credential("manager", "KEY", KEY).await;
        let id = app.binding("manager", "m", settings("openai", &peer.url(), Some(&key))).await;
        let ask = async |prompt: &str, retries: Value| {
            tries.store(0, Ordering::SeqCst);
            app.act("manager", "ai_generate_text", &id, json!({"prompt": prompt}), json!({"settings": {"retries": retries}})).await
        };
        let patient = json!({"enabled": true, "max_attempts": 3, "backoff_ms": 1, "max_delay_ms": 2000});
        let started = Instant::now();
        assert_eq!(ask("limited", patient.clone()).await.expect(200).text("/text"), "at last");
        assert!(started.elapsed() >= Duration::from_secs(1), "the provider's own time is kept");
        assert_eq!(ask("broken", patient.clone()).await.expect(200).text("/text"), "at last");
        assert_eq!(tries.load(Ordering::SeqCst), 3);
        ask("wrong", patient.clone()).await.problem(502, "upstream-failed");
        assert_eq!(tries.load(Ordering::SeqCst), 1, "what will fail again is not repeated");
        ask("broken", json!({"enabled": false})).await.problem(502, "upstream-failed");
        assert_eq!(tries.load(Ordering::SeqCst), 1);
        ask("broken", json!({"enabled": true, "max_attempts": 2, "backoff_ms": 1})).await.problem(502, "upstream-failed");
        assert_eq!(tries.load(Ordering::SeqCst), 2);
        let hasty = json!({"enabled": true, "max_delay_ms": 100});
        let told = ask("limited", hasty).await.problem(502, "rate-limited");
        assert!(told.text("/detail").contains("Try again in 1 second."), "{}", told.whole());
        assert_eq!((told.header("retry-after"), told.number("/retry_after")), ("1".to_owned(), 1));
        assert_eq!(tries.load(Ordering::SeqCst), 1);
        // Each repetition is a use of its own, and on record.
        let uses = trail::by_action(&app, "credential.use").await;
        assert_eq!(uses.len(), peer.seen().len());
        assert!(uses.iter().all(|one| one == &("KEY".to_owned(), "action: ai_generate_text".to_owned())), "{uses:?}");
        assert!(peer.seen().iter().all(|seen| key_of(seen) == KEY));
    }

    async fn a_busy_provider_is_waited_for_and_a_broken_one_asked_again_in_every_format(app: TestApp) {
        for (format, _) in FORMATS {
            let name = format.as_str();
            let tries = Arc::new(AtomicUsize::new(0));
            let peer = Peer::start(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
                0 => {
                    let mut response = answer(429, "application/json", "{}");
                    response.headers_mut().insert("retry-after", "0".parse().unwrap());
                    response
                }
                1 => answer(500, "application/json", "{}"),
                _ => whole(name, "at last"),
            })
            .await;
            let id = app.binding("manager", name, settings(name, &peer.url(), None)).await;
            let more = json!({"settings": {"retries": {"enabled": true, "max_attempts": 3, "backoff_ms": 1}}});
            let done = app.act("manager", "ai_generate_text", &id, json!({"prompt": "x"}), more).await.expect(200);
            assert_eq!((done.text("/text").as_str(), peer.seen().len()), ("at last", 3), "{name}");
        }
    }

    async fn an_answer_without_end_is_not_read_to_its_end(app: TestApp) {
        let peer = Peer::start(|seen| {
            let line = if seen.message["stream"] == true {
                format!("data: {}\n\n", json!({"choices": [{"delta": {"content": "x".repeat(60_000)}}]}))
            } else {
                " ".repeat(60_000)
            };
            let endless = futures::stream::repeat_with(move || Ok::<_, std::convert::Infallible>(line.clone()));
            let kind = if seen.message["stream"] == true { "text/event-stream" } else { "application/json" };
            answer(200, kind, Body::from_stream(endless))
        })
        .await;
        let id = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let inputs = json!({"prompt": "x"});
        app.act("manager", "ai_generate_text", &id, inputs.clone(), json!({})).await.problem(502, "answer-too-large");
        let told = events(&stream(&app, "ai_generate_text", json!({"model_binding_id": id, "inputs": inputs})).await);
        assert_eq!(told.last().unwrap()["error"]["type"], "urn:strongroom:problem:answer-too-large");
    }

    async fn an_action_ends_when_its_time_is_over(app: TestApp) {
        let peer = Peer::start(|_| {
            let silence = futures::stream::pending::<Result<Vec<u8>, std::convert::Infallible>>();
            answer(200, "text/event-stream", Body::from_stream(silence))
        })
        .await;
        let id = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let more = json!({"settings": {"timeout_ms": 300}});
        let late = app.act("manager", "ai_generate_text", &id, json!({"prompt": "x"}), more).await;
        assert!(late.problem(504, "timed-out").text("/detail").contains("300 ms"));
    }
}
