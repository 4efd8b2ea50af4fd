//! Models that answer with more than can be held, and callers that ask for more than may run at once.

use std::time::Duration;

use axum::body::Body;
use futures::stream::{self, StreamExt as _};
use serde_json::json;
use tokio::sync::watch;

use super::hostile::KEY;
use super::streams::{events, stream as streamed};
use super::{FORMATS, failure, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, answer, completion};
use crate::peers::models::{pieces, streams};
use crate::support::{Engine, TestApp};

/// The most operations of one user that run at once.
const PER_USER: usize = 16;

/// Waits until something is so, on a busy machine too.
async fn until(is_so: impl Fn() -> bool) {
    let within = tokio::time::timeout(Duration::from_secs(25), async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    within.await.expect("it becomes so");
}

both_engines! {
    async fn a_document_of_many_small_nodes_is_refused_in_every_format(app: TestApp) {
        // As many nodes as an event may have in bytes, and more than may be held.
        let bomb = format!(r#"{{"usage":[{}0]}}"#, r#"{"":0},"#.repeat(140_000));
        for (format, _) in FORMATS {
            let name = format.as_str();
            let bomb = bomb.clone();
            let peer = Peer::start(move |seen| if streams(seen) {
                let begun = &pieces(name, &["begun "])[0];
                answer(200, "text/event-stream", format!("data: {begun}\n\ndata: {bomb}\n\n"))
            } else {
                answer(200, "application/json", bomb.clone())
            })
            .await;
            let id = app.binding("manager", name, settings(name, &peer.url(), None)).await;
            let inputs = json!({"prompt": "x"});
            let whole = app.act("manager", "ai_generate_text", &id, inputs.clone(), json!({})).await;
            let whole = whole.problem(502, "answer-too-large");
            assert!(whole.text("/detail").contains("127.0.0.1"), "{name}: it names the peer: {}", whole.whole());
            let told = events(&streamed(&app, "ai_generate_text", json!({"model_binding_id": id, "inputs": inputs})).await);
            assert_eq!(told.last().unwrap()["error"]["type"], "urn:strongroom:problem:answer-too-large", "{name}");
        }
    }

    async fn a_document_in_the_text_of_an_answer_is_parsed_within_the_budget(app: TestApp) {
        let bomb = format!("[{}0]", r#"{"":0},"#.repeat(60_000));
        let peer = Peer::start(move |_| completion(&bomb)).await;
        let id = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let schema = json!({"settings": {"output_schema": {"type": "array"}}});
        let refused = app.act("manager", "ai_generate_object", &id, json!({"prompt": "x"}), schema).await;
        assert!(refused.problem(502, "answer-too-large").text("/detail").contains("127.0.0.1"));
    }

    async fn one_user_runs_so_many_operations_at_once_and_others_go_on(app: TestApp) {
        let (release, released) = watch::channel(false);
        let peer = Peer::start(move |_| {
            let mut released = released.clone();
            let late = stream::once(async move {
                released.wait_for(|released| *released).await.unwrap();
                Ok::<_, std::convert::Infallible>(r#"{"choices": [{"message": {"content": "done"}, "finish_reason": "stop"}]}"#)
            });
            answer(200, "application/json", Body::from_stream(late.boxed()))
        })
        .await;
        let id = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let act = async |who: &'static str| app.act(who, "ai_generate_text", &id, json!({"prompt": "x"}), json!({})).await;
        app.cookie("manager").await;
        app.cookie("admin").await;
        let many = futures::future::join_all((0..PER_USER + 3).map(|_| act("manager")));
        let other = async {
            until(|| peer.seen().len() >= PER_USER).await;
            // Lists, calls and tests count as well.
            let refused = [
                app.post("manager", "/model-bindings/test", json!({})).await,
                app.post("manager", &format!("/model-bindings/{id}/test"), json!({})).await,
                app.post("manager", "/mcp-servers/test", json!({})).await,
                app.get("manager", &format!("/mcp-servers/{}/tools", uuid::Uuid::nil())).await,
                app.post("manager", &format!("/mcp-servers/{}/test", uuid::Uuid::nil()), json!({})).await,
                app.post("manager", &format!("/mcp-servers/{}/tools/x/call", uuid::Uuid::nil()), json!({})).await,
            ];
            let release = async {
                until(|| peer.seen().len() > PER_USER).await;
                release.send_replace(true);
            };
            let (other, ()) = futures::future::join(act("admin"), release).await;
            (refused, other)
        };
        let (many, (refused, other)) = futures::future::join(many, other).await;
        assert_eq!(many.iter().filter(|one| one.status == 200).count(), PER_USER);
        for refused in many.into_iter().filter(|one| one.status != 200).chain(refused) {
            assert_eq!(refused.header("retry-after"), "1");
            refused.problem(429, "too-many-operations");
        }
        assert_eq!(other.status, 200, "{}", other.whole());
        assert_eq!(act("manager").await.status, 200, "places are given back");
    }

    async fn a_refusal_says_how_the_key_was_sent_and_quotes_no_part_of_it(app: TestApp) {
        let key = app.credential("manager", "KEY", KEY).await;
        for (format, header) in FORMATS.map(|(format, _)| format).into_iter().zip([
            "Authorization: Bearer",
            "Authorization: Bearer",
            "x-api-key",
            "x-goog-api-key",
        ]) {
            for (said, quoted) in [("Go away", true), ("You sent canary-7d1********", false), ("It ends with cret", false)] {
                let peer = Peer::start(move |_| answer(401, "application/json", json!({"error": {"message": said}}).to_string())).await;
                let draft = json!({"settings": settings(format.as_str(), &peer.url(), Some(&key)), "allow_host": true});
                let tested = app.post("manager", "/model-bindings/test", draft).await;
                assert_eq!(failure(&tested), "credential-refused");
                let detail = tested.text("/error/detail");
                assert!(detail.contains(&format!("refused KEY (401). It was sent as {header}.")), "{detail}");
                assert_eq!(detail.contains(said), quoted, "{detail}");
            }
            // The words of any other failure hold no part of it either.
            let said = "Bad request: canary-7***";
            for status in [400, 403, 429, 500] {
                let peer = Peer::start(move |_| answer(status, "application/json", json!({"error": {"message": said}}).to_string())).await;
                let draft = json!({"settings": settings(format.as_str(), &peer.url(), Some(&key)), "allow_host": true});
                let tested = app.post("manager", "/model-bindings/test", draft).await;
                assert!(!tested.whole().contains("7***"), "{status}: {}", tested.whole());
            }
        }
    }

    async fn an_encoded_answer_is_refused_with_words_that_say_so(app: TestApp) {
        let peer = Peer::start(|_| {
            let mut response = completion("plain, whatever the header says");
            response.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
            response
        })
        .await;
        let id = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let refused = app.act("manager", "ai_generate_text", &id, json!({"prompt": "x"}), json!({})).await;
        assert!(refused.problem(502, "encoded-answer").text("/detail").contains("compression"));
    }
}
