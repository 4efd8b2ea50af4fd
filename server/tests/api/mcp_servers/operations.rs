//! Tests, tools and calls, against real and hostile servers.

use serde_json::{Value, json};

use super::failure;
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::peers::real::RealServer;
use crate::support::{Engine, TestApp};

both_engines! {
    async fn a_real_server_accepts_the_right_credential_before_and_after_saving(app: TestApp) {
        let server = RealServer::aimock("canary-right-key").await;
        let right = app.credential("manager", "right", "canary-right-key").await;
        let draft = json!({"name": "crm", "url": server.url, "credential_id": right});
        let tested = app.post("manager", "/mcp-servers/test", draft).await;
        let tested = tested.expect(200);
        let result = tested.json();
        assert_eq!(result["ok"], true, "{}", tested.whole());
        assert_eq!(result["server"], json!({"name": "checked", "version": "1.2.3"}));
        assert_eq!(
            (&result["tool_count"], &result["tools"][0]["name"]),
            (&json!(1), &json!("find_customer"))
        );
        assert!(result["protocol_version"].as_str().unwrap().starts_with("202"));
        assert!(result["latency_ms"].as_i64().unwrap() >= 0);
        // Nothing was stored, the allowed host included.
        assert_eq!(app.get("viewer", "/mcp-servers").await.expect(200).json()["total"], 0);
        assert_eq!(
            app.get("viewer", &format!("/credentials/{right}")).await.expect(200).json()["allowed_hosts"],
            json!([])
        );

        let saved = app.server("manager", "crm", &server.url, Some(&right)).await;
        assert_eq!(
            app.post("manager", &format!("{saved}/test"), json!({})).await.expect(200).json()["ok"],
            true
        );
        let tools = app.get("manager", &format!("{saved}/tools")).await.expect(200);
        assert_eq!(tools.json()["items"][0]["description"], "Finds a customer.");
        assert_eq!(
            (&tools.json()["total"], &tools.json()["total_exact"]),
            (&json!(1), &json!(true))
        );
        let call = format!("{saved}/tools/find_customer/call");
        let called = app.post("manager", &call, json!({"arguments": {"query": "Ada"}})).await.expect(200);
        assert_eq!(called.json()["content"][0]["text"], "Found one.");
        assert_eq!(called.json()["is_error"], false);
    }

    async fn a_real_server_refuses_the_wrong_credential_and_none_at_all(app: TestApp) {
        let server = RealServer::aimock("canary-right-key").await;
        let wrong = app.credential("manager", "wrong", "canary-wrong-key").await;
        let saved = app.server("manager", "crm", &server.url, Some(&wrong)).await;
        let tested = app.post("manager", &format!("{saved}/test"), json!({})).await;
        assert_eq!(failure(&tested), "credential-refused");
        assert!(
            tested.json()["error"]["detail"].as_str().unwrap().contains("wrong (401)"),
            "{}",
            tested.whole()
        );
        app.get("manager", &format!("{saved}/tools"))
            .await
            .problem(502, "credential-refused");

        let id = saved.rsplit('/').next().unwrap();
        let without = app
            .post("manager", "/mcp-servers/test", json!({"id": id, "credential_id": null}))
            .await;
        assert_eq!(failure(&without), "credential-refused");
        assert!(
            without.json()["error"]["detail"]
                .as_str()
                .unwrap()
                .contains("needs a credential")
        );
    }

    async fn a_rotation_takes_effect_on_the_next_call(app: TestApp) {
        let server = RealServer::aimock("canary-new-key").await;
        let credential = app.credential("manager", "token", "canary-old-key").await;
        let saved = app.server("manager", "crm", &server.url, Some(&credential)).await;
        let tools = format!("{saved}/tools");
        app.get("manager", &tools).await.problem(502, "credential-refused");
        let path = format!("/credentials/{credential}");
        app.patch("manager", &path, json!({"value": "canary-new-key"}))
            .await
            .expect(200);
        app.get("manager", &tools).await.expect(200);
        app.get("manager", &tools).await.expect(200);
        app.patch("manager", &path, json!({"value": "canary-third-key"}))
            .await
            .expect(200);
        // The open session would still be accepted; the value that is gone is not sent again.
        app.get("manager", &tools).await.problem(502, "credential-refused");
    }

    async fn a_session_is_shared_by_calls_and_ends_with_its_configuration(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        let started = || peer.seen().iter().filter(|seen| seen.rpc() == "initialize").count();
        for _ in 0..3 {
            app.get("manager", &format!("{saved}/tools")).await.expect(200);
        }
        assert_eq!(started(), 1);
        app.patch("manager", &saved, json!({"url": format!("{}/x", peer.url())}))
            .await
            .expect(200);
        app.get("manager", &format!("{saved}/tools")).await.expect(200);
        assert_eq!(started(), 2);
        // A credential that lost the host is not sent, however open the session is.
        let path = format!("/credentials/{credential}");
        app.patch("manager", &path, json!({"allowed_hosts": ["elsewhere.example"]}))
            .await
            .expect(200);
        let before = peer.seen().len();
        let refused = app.get("manager", &format!("{saved}/tools")).await;
        refused.problem(422, "host-not-allowed");
        assert_eq!(peer.seen().len(), before);
    }

    async fn a_server_that_is_switched_off_can_be_tested_and_nothing_else(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let saved = app.server("manager", "a", &peer.url(), None).await;
        app.patch("manager", &saved, json!({"enabled": false})).await.expect(200);
        app.get("manager", &format!("{saved}/tools"))
            .await
            .problem(409, "disabled");
        app.post("manager", &format!("{saved}/tools/echo/call"), json!({}))
            .await
            .problem(409, "disabled");
        assert!(peer.seen().is_empty());
        assert_eq!(
            app.post("manager", &format!("{saved}/test"), json!({})).await.expect(200).json()["ok"],
            true
        );
    }

    async fn results_of_tools_are_limited_and_their_arguments_checked(app: TestApp) {
        let peer = Peer::start(|seen| match seen.rpc() {
            "tools/call" if seen.message["params"]["name"] == "large" => {
                seen.result(&json!({"content": [{"type": "text", "text": "x".repeat(300_000)}]}))
            }
            "tools/call" if seen.message["params"]["name"] == "fails" => {
                seen.result(&json!({"content": [{"type": "text", "text": "no"}], "isError": true}))
            }
            _ => seen.decently(),
        })
        .await;
        let saved = app.server("manager", "a", &peer.url(), None).await;
        let call = |tool: &str| format!("{saved}/tools/{tool}/call");
        app.post("manager", &call("large"), json!({}))
            .await
            .problem(502, "answer-too-large");
        assert_eq!(
            app.post("manager", &call("fails"), json!({})).await.expect(200).json()["is_error"],
            true
        );
        for arguments in [json!([]), json!("canary"), json!({"a": {"b": ["canary\u{0}"]}})] {
            let refused = app.post("manager", &call("echo"), json!({"arguments": arguments})).await;
            let refused = refused.problem(422, "invalid");
            assert!(!refused.whole().contains("canary"));
        }
        app.post("manager", &call("a%2Fb"), json!({"arguments": null}))
            .await
            .expect(200);
        assert_eq!(peer.seen().last().unwrap().message["params"]["name"], "a/b");
    }

    async fn every_use_is_on_record_with_its_referrer_version_and_host(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let draft = json!({"name": "draft", "url": peer.url(), "credential_id": credential});
        app.post("manager", "/mcp-servers/test", draft).await.expect(200);
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        app.patch(
            "manager",
            &format!("/credentials/{credential}"),
            json!({"value": "canary-8e2a"}),
        )
        .await
        .expect(200);
        app.get("admin", &format!("{saved}/tools")).await.expect(200);

        let uses = app.get("viewer", &format!("/credentials/{credential}/uses")).await;
        let uses = uses.expect(200).json();
        let items = uses["items"].as_array().unwrap();
        let host = peer.url().trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
        assert_eq!(items.len(), 2, "{uses}");
        assert_eq!((&items[0]["referrer"]["name"], &items[0]["version"]), (&json!("a"), &json!(2)));
        assert_eq!((&items[1]["referrer"]["name"], &items[1]["version"]), (&json!("draft"), &json!(1)));
        assert_eq!(items[1]["referrer"]["id"], Value::Null);
        for item in items {
            assert_eq!((&item["host"], &item["outcome"]), (&json!(host), &json!("allowed")));
        }
        assert_eq!(items[0]["actor"]["name"], "admin");
    }
}
