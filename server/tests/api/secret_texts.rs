//! What looks like a secret is stored in no address, id or argument, and never repeated.

use http::Method;
use serde_json::json;

use crate::both_engines;
use crate::support::statements::run;
use crate::support::{Engine, TestApp};

/// Addresses with a secret. Marked canaries, made up here.
const ADDRESSES: [&str; 8] = [
    "http://127.0.0.1:9/mcp?api_key=canary",
    "http://127.0.0.1:9/mcp?x=1&token=canary",
    "http://127.0.0.1:9/mcp?id=sk-canary00000000000000",
    "http://127.0.0.1:9/sk-canary00000000000000/mcp",
    "http://127.0.0.1:9/%73%6B-canary00000000000000/mcp",
    "http://127.0.0.1:9/a/../sk-canary00000000000000",
    "http://127.0.0.1:9/s/q7Zt2LmX9vB4nRk8Hs3WpYc6JdF1canary/mcp",
    "http://127.0.0.1:9/mcp;key=canary",
];

/// Texts with a secret in place of an id.
const IDS: [&str; 4] = [
    "sk-canary00000000000000",
    "openai/sk-canary00000000000000",
    "q7Zt2LmX9vB4nRk8Hs3WpYc6JdF1canary",
    "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.c2ln",
];

both_engines! {
    async fn an_address_with_a_secret_is_refused_wherever_one_is_stored(app: TestApp) {
        let server = app.post("admin", "/mcp-servers", json!({"name": "crm", "url": "http://127.0.0.1:9/mcp?region=eu"})).await.expect(201).text("/id");
        let settings = json!({"provider": "openai-compatible", "model_id": "m", "base_url": "http://127.0.0.1:9/v1"});
        let binding = app.post("admin", "/model-bindings", json!({"name": "model", "settings": settings})).await.expect(201).text("/id");
        for address in ADDRESSES {
            for (method, path) in [(Method::POST, "/mcp-servers".to_owned()), (Method::POST, "/mcp-servers/test".to_owned()), (Method::PATCH, format!("/mcp-servers/{server}"))] {
                let path = format!("/api/v1{path}");
                let body = json!({"name": "other", "url": address});
                let refused = app.call(Some("admin"), method, &path, Some(body)).await.problem(422, "invalid");
                assert_eq!((refused.text("/errors/0/pointer"), refused.text("/errors/0/code")), ("/url".to_owned(), "looks-like-secret".to_owned()), "{path} {address}");
                assert_eq!(refused.text("/errors/0/detail"), "This looks like a secret. Create a credential and choose it here.");
                assert!(!refused.whole().contains("canary"), "{address}");
            }
            for (method, path) in [(Method::POST, "/model-bindings".to_owned()), (Method::POST, "/model-bindings/test".to_owned()), (Method::PATCH, format!("/model-bindings/{binding}"))] {
                let path = format!("/api/v1{path}");
                let settings = json!({"provider": "openai-compatible", "model_id": "m", "base_url": address});
                let body = json!({"name": "other", "settings": settings});
                let refused = app.call(Some("admin"), method, &path, Some(body)).await.problem(422, "invalid");
                assert_eq!(refused.pointers(), ["/settings/base_url"], "{path} {address}");
                assert!(!refused.whole().contains("canary"), "{address}");
            }
        }
    }

    async fn an_id_with_a_secret_is_refused_and_ids_of_providers_are_taken(app: TestApp) {
        for id in IDS {
            for field in ["model_id", "organization"] {
                let mut settings = json!({"provider": "openai-compatible", "model_id": "m", "base_url": "http://127.0.0.1:9/v1"});
                settings[field] = json!(id);
                for path in ["/model-bindings", "/model-bindings/test"] {
                    let refused = app.post("admin", path, json!({"name": "model", "settings": settings})).await.problem(422, "invalid");
                    assert_eq!(refused.text("/errors/0/code"), "looks-like-secret", "{field} {id}");
                    assert!(!refused.whole().contains(id), "{field} {id}");
                }
            }
        }
        for (number, (model, organization)) in [
            ("gpt-5.2-2026-01-01", "org-AbC123def456GHI789jkl012"),
            ("accounts/fireworks/models/llama-v3p1-405b-instruct", "acme"),
            ("anthropic/claude-opus-4-5-20251101", "3f0c6f2e-7f0b-4c55-9a53-0c8a9d3f5b11"),
        ].into_iter().enumerate() {
            let settings = json!({"provider": "openai-compatible", "model_id": model, "organization": organization, "base_url": "http://127.0.0.1:9/v1/0123456789abcdef0123456789abcdef"});
            app.post("admin", "/model-bindings", json!({"name": format!("model {number}"), "settings": settings})).await.expect(201);
        }
    }

    async fn a_record_from_before_the_rule_works_on_and_hides_the_secret_from_those_who_may_not_change_it(app: TestApp) {
        let peer = crate::peers::hostile::Peer::start(crate::peers::hostile::Seen::decently).await;
        let server = app.server("manager", "crm", &peer.url(), None).await;
        let settings = json!({"provider": "openai", "model_id": "m", "organization": "acme", "base_url": peer.url()});
        let binding = app.post("manager", "/model-bindings", json!({"name": "model", "settings": settings})).await.expect(201).text("/id");
        let url = format!("{}?api_key=canary", peer.url());
        run(&app, &format!("UPDATE mcp_servers SET url = '{url}'")).await;
        run(&app, &format!("UPDATE model_bindings SET base_url = '{}/sk-canary00000000000000/', organization = 'sk-canary00000000000000'", peer.url())).await;
        app.get("other", &format!("{server}/tools")).await.expect(200);
        assert_eq!(app.post("other", &format!("/model-bindings/{binding}/test"), json!({})).await.expect(200).json()["ok"], true);
        let origin = peer.url().replace("/mcp", "");
        for who in ["viewer", "other"] {
            let shown = app.get(who, &server).await.expect(200);
            assert_eq!(shown.text("/url"), format!("{origin}/…"), "{who}");
            let bound = app.get(who, &format!("/model-bindings/{binding}")).await.expect(200);
            assert_eq!((bound.text("/settings/base_url"), bound.text("/settings/organization")), (format!("{origin}/…"), "…".to_owned()), "{who}");
            for list in ["/mcp-servers", "/model-bindings"] {
                assert!(!app.get(who, list).await.expect(200).whole().contains("canary"), "{who} {list}");
            }
        }
        for who in ["manager", "admin"] {
            assert_eq!(app.get(who, &server).await.expect(200).text("/url"), url, "{who}");
        }
        // Whatever else is changed about it, the address is left alone.
        app.patch("manager", &server, json!({"name": "renamed"})).await.expect(200);
        app.patch("manager", &format!("/model-bindings/{binding}"), json!({"name": "renamed"})).await.expect(200);
    }

    async fn an_allowed_destination_with_a_secret_is_refused_and_an_older_one_hidden(app: TestApp) {
        for address in ADDRESSES.into_iter().filter(|address| !address.contains('?')) {
            let body = json!({"name": "CRM", "value": "marked-canary-value", "allowed_hosts": [address]});
            let refused = app.post("manager", "/credentials", body).await.problem(422, "invalid");
            assert_eq!(refused.pointers(), ["/allowed_hosts/0"], "{address}");
            assert!(!refused.whole().contains("canary"), "{address}");
        }
        let peer = crate::peers::hostile::Peer::start(crate::peers::hostile::Seen::decently).await;
        let credential = app.credential("manager", "CRM", "marked-canary-value").await;
        let server = app.server("manager", "crm", &peer.url(), Some(&credential)).await;
        let origin = peer.url().replace("/mcp", "");
        run(&app, &format!("UPDATE credentials SET allowed_destinations = '[\"{origin}/sk-canary00000000000000\"]'")).await;
        let path = format!("/credentials/{credential}");
        for who in ["viewer", "other"] {
            assert_eq!(app.get(who, &path).await.expect(200).json()["allowed_hosts"], json!([format!("{origin}/…")]), "{who}");
            assert!(!app.get(who, "/credentials").await.expect(200).whole().contains("canary"), "{who}");
        }
        assert!(app.get("manager", &path).await.expect(200).whole().contains("canary"));
        // The refusal of an older address names its origin only.
        run(&app, &format!("UPDATE mcp_servers SET url = '{origin}/sk-canary11111111111111'")).await;
        let refused = app.get("other", &format!("{server}/tools")).await.problem(422, "host-not-allowed");
        assert_eq!(refused.text("/host"), format!("{origin}/…"));
        assert!(!refused.whole().contains("canary"));
    }
}
