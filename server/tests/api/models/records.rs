//! Model bindings as records.

use serde_json::{Value, json};

use super::settings;
use crate::both_engines;
use crate::support::{Answer, Engine, TestApp};
use crate::trail;

const URL: &str = "http://127.0.0.1:9/v1";
/// A marked canary that looks like a key.
const PASTED: &str = "sk-canary-pasted-0123456789abcdef";

fn codes(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|error| (text(&error["pointer"]), text(&error["code"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned()))
        .collect()
}

both_engines! {
    async fn a_binding_is_created_read_changed_and_deleted(app: TestApp) {
        let key = app.credential("manager", "KEY", "canary").await;
        let body = json!({"name": "Main", "settings": settings("openai-compatible", URL, Some(&key))});
        let created = app.post("manager", "/model-bindings", body.clone()).await.expect(201);
        let id = created.text("/id");
        let path = format!("/model-bindings/{id}");
        assert_eq!(created.header("location"), format!("/api/v1{path}"));
        assert_eq!(created.text("/host"), "127.0.0.1:9");
        assert_eq!((created.text("/credential/name"), created.text("/settings/api_key")), ("KEY".to_owned(), key.clone()));
        app.post("manager", "/model-bindings", body).await.problem(409, "name-taken");

        let used = app.get("viewer", &format!("/credentials/{key}/references")).await.expect(200);
        assert_eq!((used.items("kind"), used.items("name")), (vec!["model_binding".to_owned()], vec!["Main".to_owned()]));
        let credential = app.get("viewer", &format!("/credentials/{key}")).await.expect(200).json();
        assert_eq!((&credential["used_by"], &credential["allowed_hosts"]), (&json!(1), &json!(["http://127.0.0.1:9/v1"])));

        let stale = app
            .with_header("manager", http::Method::PATCH, &path, ("if-match", "\"7\""), Some(json!({"name": "x"})))
            .await;
        stale.problem(412, "precondition-failed");
        let change = json!({"settings": {"model_id": "other", "organization": "org-1", "supports_structured_outputs": true}});
        let changed = app.patch("manager", &path, change).await.expect(200);
        assert_eq!(changed.number("/revision"), 2);
        assert_eq!(changed.text("/settings/base_url"), URL);
        assert_eq!(changed.json()["settings"]["supports_structured_outputs"], true);
        let same = json!({"name": "Main", "settings": {"model_id": "other"}});
        for nothing in [json!({}), same] {
            assert_eq!(app.patch("manager", &path, nothing).await.expect(200).number("/revision"), 2);
        }
        let cleared = json!({"settings": {"organization": null, "supports_structured_outputs": null, "api_key": null}});
        let changed = app.patch("manager", &path, cleared).await.expect(200).json();
        assert_eq!((&changed["settings"]["organization"], &changed["credential"]), (&Value::Null, &Value::Null));
        assert_eq!(app.get("viewer", &format!("/credentials/{key}")).await.expect(200).number("/used_by"), 0);
        let listed = app.get("viewer", "/model-bindings?search=MAI").await.expect(200);
        assert_eq!(listed.items("name"), ["Main"]);

        app.delete("other", &path).await.problem(403, "forbidden");
        app.delete("manager", &path).await.expect(204);
        app.get("manager", &path).await.problem(404, "not-found");
        let events = trail::of(&app, &id).await;
        let told: Vec<(&str, Option<&str>)> = events.iter().map(|event| (event.action.as_str(), event.details.as_deref())).collect();
        assert_eq!(told, [
            ("model_binding.create", None),
            ("model_binding.update", Some("changed: model_id, organization, supports_structured_outputs")),
            ("model_binding.update", Some("changed: api_key, organization, supports_structured_outputs")),
            ("model_binding.delete", None),
        ]);
    }

    async fn a_key_that_is_pasted_is_refused_and_not_repeated(app: TestApp) {
        for (field, code) in [("api_key", "looks-like-secret"), ("model_id", "looks-like-secret"), ("organization", "looks-like-secret")] {
            let mut settings = settings("openai", "https://api.openai.com/v1", None);
            settings[field] = json!(PASTED);
            for body in [json!({"name": "n", "settings": settings}), json!({"settings": settings})] {
                let path = if body["name"].is_string() { "/model-bindings" } else { "/model-bindings/test" };
                let refused = app.post("manager", path, body).await.problem(422, "invalid");
                assert_eq!(codes(&refused), pairs(&[(&format!("/settings/{field}"), code)]));
                assert!(!refused.whole().contains("canary"), "{}", refused.whole());
                assert_eq!(refused.text("/errors/0/detail"), "This looks like a secret. Create a credential and choose it here.");
            }
        }
        // Keys of issuers that nobody knows are keys too.
        let body = json!({"name": "n", "settings": settings("openai", URL, Some("0123456789abcdef0123456789abcdef"))});
        let refused = app.post("manager", "/model-bindings", body).await.problem(422, "invalid");
        assert_eq!(codes(&refused), pairs(&[("/settings/api_key", "looks-like-secret")]));
        let inline = json!({"model": {"settings": settings("openai", URL, Some(PASTED))}, "inputs": {"prompt": "x"}});
        let refused = app.post("manager", "/actions/ai_generate_text", inline).await.problem(422, "invalid");
        assert_eq!(codes(&refused), pairs(&[("/model/settings/api_key", "looks-like-secret")]));
        let secret = json!({"name": "n", "settings": settings("openai", &format!("https://a.example/{PASTED}/v1"), None)});
        let refused = app.post("manager", "/model-bindings", secret).await.problem(422, "invalid");
        assert!(!refused.whole().contains("canary"), "{}", refused.whole());
    }

    async fn everything_that_is_wrong_is_told_at_its_field(app: TestApp) {
        let body = json!({"name": "n", "settings": {"provider": "nobody", "model_id": " ", "base_url": "ftp://x", "canary": 1}});
        let refused = app.post("manager", "/model-bindings", body).await.problem(422, "invalid");
        assert_eq!(codes(&refused), pairs(&[
            ("/settings/provider", "unknown-provider"),
            ("/settings/model_id", "required"),
            ("/settings/base_url", "bad-scheme"),
            ("/settings", "unknown-field"),
        ]));
        assert!(!refused.whole().contains("canary"));
        let body = json!({"name": "n", "settings": {"provider": "openai-compatible", "model_id": "m"}});
        let refused = app.post("manager", "/model-bindings", body).await.problem(422, "invalid");
        assert_eq!(codes(&refused), pairs(&[("/settings/base_url", "required")]));
        let refused = app.post("manager", "/model-bindings", json!({"name": "n", "settings": {}})).await.problem(422, "invalid");
        assert_eq!(refused.pointers(), ["/settings/provider", "/settings/model_id"]);
        let id = app.binding("manager", "m", settings("openai-compatible", URL, None)).await;
        let refused = app.patch("manager", &format!("/model-bindings/{id}"), json!({"settings": {"base_url": null}})).await;
        assert_eq!(refused.problem(422, "invalid").pointers(), ["/settings/base_url"]);
        let ghost = json!({"name": "g", "settings": settings("openai", URL, Some("3f0c6f2e-7f0b-4c55-9a53-0c8a9d3f5b11"))});
        let refused = app.post("manager", "/model-bindings", ghost).await.problem(422, "invalid");
        assert_eq!(codes(&refused), pairs(&[("/settings/api_key", "unknown-credential")]));
    }

    async fn a_credential_goes_to_its_own_hosts_only(app: TestApp) {
        let key = app.credential("admin", "KEY", "canary").await;
        app.binding("admin", "official", settings("openai", "http://127.0.0.1:9/v1", Some(&key))).await;
        let mine = json!({"name": "mine", "settings": settings("openai", "http://127.0.0.1:10/v1", Some(&key))});
        let refused = app.post("manager", "/model-bindings", mine.clone()).await.problem(422, "host-not-allowed");
        assert_eq!(refused.pointers(), ["/settings/api_key"]);
        assert_eq!((refused.text("/host"), refused.text("/credential/name")), ("http://127.0.0.1:10/v1".to_owned(), "KEY".to_owned()));
        let mut asked = mine.clone();
        asked["allow_host"] = json!(true);
        app.post("manager", "/model-bindings", asked.clone()).await.problem(422, "host-not-allowed");
        app.post("admin", "/model-bindings", asked).await.expect(201);
        // Another provider is another host.
        let id = app.binding("manager", "moved", settings("openai", "http://127.0.0.1:9/v1", Some(&key))).await;
        let path = format!("/model-bindings/{id}");
        let moved = json!({"settings": {"provider": "anthropic", "base_url": null}});
        app.patch("manager", &path, moved).await.problem(422, "host-not-allowed");
        let whole = json!({"settings": {"provider": "anthropic", "base_url": null, "api_key": null}});
        assert_eq!(app.patch("manager", &path, whole).await.expect(200).text("/host"), "api.anthropic.com");
    }

    async fn bindings_follow_their_owners(app: TestApp) {
        let users = app.get("admin", "/users?search=manager").await.expect(200);
        let from = users.text("/items/0/id");
        let id = app.binding("manager", "mine", settings("openai", URL, None)).await;
        let owned = app.get("admin", &format!("/users/{from}/owned")).await.expect(200).json();
        assert_eq!((&owned["model_bindings_total"], &owned["model_bindings"][0]["name"]), (&json!(1), &json!("mine")));
        app.delete("admin", &format!("/users/{from}")).await.problem(409, "owns-records");
        let to = app.get("admin", "/users?search=other").await.expect(200).text("/items/0/id");
        app.delete("admin", &format!("/users/{from}?transfer_to={to}")).await.expect(204);
        assert_eq!(app.get("admin", &format!("/model-bindings/{id}")).await.expect(200).text("/owner/id"), to);
        assert_eq!(trail::by_action(&app, "model_binding.transfer").await, [("mine".to_owned(), "to: other".to_owned())]);
    }
}
