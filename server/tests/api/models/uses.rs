//! How credentials are used by models: through a binding or directly, on record, and never another one.

use serde_json::json;

use super::{failure, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Engine, TestApp};
use crate::trail;

const HELLO: &str = "Hello";

both_engines! {
    async fn a_model_without_a_credential_is_asked_without_authentication(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        for provider in ["openai", "anthropic", "gemini", "ollama"] {
            let binding = app.binding("manager", provider, settings(provider, &peer.url(), None)).await;
            app.act("manager", "ai_generate_text", &binding, json!({"prompt": HELLO}), json!({})).await;
        }
        let seen = peer.seen();
        assert_eq!(seen.len(), 4);
        for seen in seen {
            for header in ["authorization", "x-api-key", "x-goog-api-key", "api-key"] {
                assert!(seen.headers.get(header).is_none(), "{header}");
            }
        }
    }

    async fn each_use_is_on_record_with_its_action_and_host(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        let id = app.binding("manager", "Main", settings("openai", &peer.url(), Some(&key))).await;
        app.act("manager", "ai_generate_text", &id, json!({"prompt": HELLO}), json!({})).await.expect(200);
        app.post("manager", &format!("/model-bindings/{id}/test"), json!({})).await.expect(200);
        let uses = trail::by_action(&app, "credential.use").await;
        assert_eq!(uses, [("KEY".to_owned(), "action: ai_generate_text".to_owned()), ("KEY".to_owned(), "test".to_owned())]);
        let shown = app.get("manager", &format!("/credentials/{key}/uses")).await.expect(200).json();
        let host = peer.url().trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
        assert_eq!((&shown["items"][0]["host"], &shown["items"][0]["outcome"]), (&json!(host), &json!("allowed")), "{shown}");
        let binding = app.get("manager", &format!("/model-bindings/{id}")).await.expect(200).json();
        assert!(binding["last_used_at"].is_string(), "{binding}");
        assert_eq!(peer.seen()[0].authorization.as_deref(), Some("Bearer canary-7d1f"));
    }

    async fn a_rotation_takes_effect_on_the_next_call(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let key = app.credential("manager", "KEY", "canary-old").await;
        let id = app.binding("manager", "Main", settings("anthropic", &peer.url(), Some(&key))).await;
        let ask = async || app.act("manager", "ai_generate_text", &id, json!({"prompt": HELLO}), json!({})).await;
        ask().await;
        app.patch("manager", &format!("/credentials/{key}"), json!({"value": "canary-new"})).await.expect(200);
        ask().await;
        let sent: Vec<String> = peer.seen().iter().map(|seen| seen.headers["x-api-key"].to_str().unwrap().to_owned()).collect();
        assert_eq!(sent, ["canary-old", "canary-new"]);
    }

    async fn a_deleted_credential_is_named_with_its_binding_and_nothing_is_sent(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let key = app.credential("manager", "GONE", "canary").await;
        let id = app.binding("manager", "Main", settings("openai", &peer.url(), Some(&key))).await;
        app.delete("manager", &format!("/credentials/{key}?force=true")).await.expect(204);
        let failed = app.act("manager", "ai_generate_text", &id, json!({"prompt": HELLO}), json!({})).await;
        let failed = failed.problem(422, "credential-deleted");
        assert!(failed.text("/detail").starts_with("GONE was deleted, so Main can't be used."), "{}", failed.whole());
        assert_eq!(failed.pointers(), ["/settings/api_key"]);
        let tested = app.post("manager", &format!("/model-bindings/{id}/test"), json!({})).await;
        assert_eq!(failure(&tested), "credential-deleted");
        let shown = app.get("manager", &format!("/model-bindings/{id}")).await.expect(200);
        assert_eq!(shown.text("/credential/state"), "deleted");
        assert!(peer.seen().is_empty());
        // Everything else can be saved around it.
        app.patch("manager", &format!("/model-bindings/{id}"), json!({"name": "Later"})).await.expect(200);
    }

    async fn a_model_that_is_named_on_the_spot_is_a_direct_use(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let key = app.credential("admin", "KEY", "canary-7d1f").await;
        let body = json!({"model": {"settings": settings("openai", &peer.url(), Some(&key))}, "inputs": {"prompt": HELLO}});
        // An empty list of hosts is nowhere, also for whoever may change the list.
        let refused = app.post("admin", "/actions/ai_generate_text", body.clone()).await.problem(422, "host-not-allowed");
        assert_eq!(refused.pointers(), ["/model/settings/api_key"]);
        assert!(peer.seen().is_empty());
        app.patch("admin", &format!("/credentials/{key}"), json!({"allowed_hosts": [peer.url()]})).await.expect(200);
        let answer = app.post("manager", "/actions/ai_generate_text", body.clone()).await.expect(200);
        assert_eq!((answer.text("/text"), answer.text("/model")), ("done".to_owned(), "peer-1".to_owned()));
        app.post("viewer", "/actions/ai_generate_text", body).await.problem(403, "forbidden");
        assert_eq!(peer.seen().len(), 1);
    }

    async fn a_binding_or_a_model_but_not_both_is_asked_for(app: TestApp) {
        let model = json!({"settings": settings("openai", "http://127.0.0.1:9/v1", None)});
        let neither = app.post("manager", "/actions/ai_generate_text", json!({"inputs": {"prompt": HELLO}})).await;
        assert_eq!(neither.problem(422, "invalid").pointers(), ["/model_binding_id"]);
        let id = app.binding("manager", "m", model["settings"].clone()).await;
        let both = json!({"model_binding_id": id, "model": model, "inputs": {"prompt": HELLO}});
        let both = app.post("manager", "/actions/ai_generate_text", both).await;
        assert_eq!(both.problem(422, "invalid").pointers(), ["/model"]);
        app.post("manager", "/actions/ai_do_magic", json!({"model": model, "inputs": {}})).await.problem(404, "not-found");
        let wrong = json!({"model": model, "inputs": {"prompt": 7, "canary": 1}, "settings": {"temperature": 3, "stop_step_count": 2}});
        let wrong = app.post("manager", "/actions/ai_generate_text", wrong).await.problem(422, "invalid");
        let mut pointers = wrong.pointers();
        pointers.sort();
        let expected = ["/inputs", "/inputs/prompt", "/settings", "/settings/temperature"];
        assert_eq!(pointers, expected, "{}", wrong.whole());
        assert!(!wrong.whole().contains("canary"));
        for (inputs, at) in [
            (json!({}), "/inputs/prompt"),
            (json!({"input_mode": "history"}), "/inputs/messages"),
            (json!({"input_mode": "history", "messages": [{"role": "user", "content": "x"}], "prompt": "x"}), "/inputs/prompt"),
            (json!({"prompt": "x", "messages_limit": 2}), "/inputs/messages_limit"),
            (json!({"input_mode": "history", "messages": []}), "/inputs/messages"),
            (json!({"input_mode": "history", "messages": [{"role": "system", "content": "canary"}]}), "/inputs/messages"),
        ] {
            let refused = app.act("manager", "ai_generate_reply", &id, inputs, json!({})).await;
            assert_eq!(refused.problem(422, "invalid").pointers(), [at]);
        }
    }
}
