//! Every format against a server that checks the key and that this project did not write.

use serde_json::json;

use super::{FORMATS, at, failure};
use crate::both_engines;
use crate::peers::real::RealServer;
use crate::support::{Engine, TestApp};
use crate::trail;

const RIGHT: &str = "canary-right-key";

async fn provider() -> RealServer {
    let fixtures = json!([
        {"match": {"userMessage": "Say ok"}, "response": {"content": "ok"}},
        {"match": {"userMessage": "capital of France"}, "response": {"content": "The capital of France is Paris.", "usage": {"prompt_tokens": 11, "completion_tokens": 7}}},
        {"match": {"userMessage": "fail"}, "response": {"error": {"message": "It broke", "type": "server_error"}, "status": 500}},
        {
            "match": {"userMessage": "limited"},
            "response": {"error": {"message": "Slow down", "type": "rate_limit_error"}, "status": 429, "retryAfter": 7},
        },
        // More than is read of a whole answer.
        {"match": {"userMessage": "huge"}, "response": {"content": "x".repeat(9 * 1024 * 1024)}},
    ]);
    RealServer::models(RIGHT, &fixtures).await
}

both_engines! {
    async fn every_format_takes_the_right_key_and_no_other(app: TestApp) {
        let server = provider().await;
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        let wrong = app.credential("manager", "WRONG", "canary-wrong-key").await;
        for format in FORMATS {
            let name = format.0.as_str();
            let draft = json!({"settings": at(&server, format, Some(&right)), "allow_host": true});
            let tested = app.post("manager", "/model-bindings/test", draft).await.expect(200);
            assert_eq!(tested.json()["ok"], true, "{name}: {}", tested.whole());
            assert!(tested.number("/latency_ms") >= 0);

            let binding = app.binding("manager", name, at(&server, format, Some(&right))).await;
            let path = format!("/model-bindings/{binding}");
            let tested = app.post("manager", &format!("{path}/test"), json!({})).await.expect(200);
            assert_eq!(tested.json()["ok"], true, "{name}: {}", tested.whole());
            // The mock does not say its name in this format.
            let reported = if name == "gemini" { json!(null) } else { json!("test-model") };
            assert_eq!(tested.json()["model"], reported, "{name}");

            app.patch("manager", &path, json!({"settings": {"api_key": wrong}, "allow_host": true})).await.expect(200);
            let refused = app.post("manager", &format!("{path}/test"), json!({})).await;
            assert_eq!(failure(&refused), "credential-refused", "{name}");
            assert!(refused.text("/error/detail").contains("refused WRONG (401)"), "{}", refused.whole());
            let draft = json!({"id": binding, "settings": {"api_key": null}});
            let without = app.post("manager", "/model-bindings/test", draft).await;
            assert_eq!(failure(&without), "credential-refused", "{name}");
            assert!(without.text("/error/detail").contains("needs an API key (401)"), "{}", without.whole());
        }
    }

    async fn every_format_gives_a_text_with_its_facts(app: TestApp) {
        let server = provider().await;
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        for format in FORMATS {
            let name = format.0.as_str();
            let binding = app.binding("manager", name, at(&server, format, Some(&right))).await;
            let inputs = json!({"prompt": "What is the capital of France?", "system": "Answer in one sentence."});
            let settings = json!({"settings": {
                "temperature": 0.2, "max_output_tokens": 300, "top_p": 0.9, "top_k": 40, "presence_penalty": 0.1,
                "frequency_penalty": 0.1, "stop_sequences": ["END"], "seed": 7,
            }});
            let answer = app.act("manager", "ai_generate_text", &binding, inputs, settings).await.expect(200);
            assert_eq!(answer.text("/text"), "The capital of France is Paris.", "{name}");
            assert_eq!(answer.text("/finish_reason"), "stop", "{name}");
            assert_eq!(answer.text("/model"), "test-model", "{name}");
            let tokens = ["input_tokens", "output_tokens", "total_tokens"].map(|kind| answer.number(&format!("/usage/{kind}")));
            assert_eq!(tokens, [11, 7, 18], "{name}");
            let failed = app.act("manager", "ai_generate_text", &binding, json!({"prompt": "fail"}), json!({})).await;
            let detail = failed.problem(502, "upstream-failed").text("/detail");
            assert!(detail.contains("It broke"), "{name}: {detail}");
        }
    }

    async fn a_provider_that_is_busy_or_answers_without_measure_is_told_in_every_format(app: TestApp) {
        let server = provider().await;
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        for format in FORMATS {
            let name = format.0.as_str();
            let binding = app.binding("manager", name, at(&server, format, Some(&right))).await;
            let ask = async |prompt: &str| {
                let retries = json!({"settings": {"retries": {"enabled": true, "max_delay_ms": 100}}});
                app.act("manager", "ai_generate_text", &binding, json!({"prompt": prompt}), retries).await
            };
            let limited = ask("limited").await.problem(502, "rate-limited");
            assert!(limited.text("/detail").contains("Try again in 7 seconds. “Slow down”"), "{name}: {}", limited.whole());
            assert_eq!((limited.number("/retry_after"), limited.header("retry-after")), (7, "7".to_owned()), "{name}");
            ask("huge").await.problem(502, "answer-too-large");
        }
        let uses = trail::by_action(&app, "credential.use").await;
        assert_eq!(uses.len(), 2 * FORMATS.len(), "neither is asked for again");
    }
}
