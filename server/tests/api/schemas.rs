//! Generated forms: their listing, their place in the OpenAPI document, and one set of rules in browser and server.

use contract::model_bindings::settings_faults;
use contract::schemas::Form;
use serde_json::{Value, json};
use server::openapi::document;
use server::router::operations;

use crate::both_engines;
use crate::support::{Engine, TestApp};

/// A marked canary, made up here.
const CANARY: &str = "sk-canary-pasted-0123456789abcdef";

/// Settings with one thing that is wrong with them, and where.
fn broken() -> Vec<(&'static str, Value)> {
    let with = |field: &str, value: Value| {
        let mut settings = json!({"provider": "openai", "model_id": "m"});
        settings[field] = value;
        settings
    };
    let long = "x".repeat(257);
    vec![
        ("/provider", with("provider", json!("nobody"))),
        ("/provider", with("provider", json!(7))),
        ("/provider", json!({"model_id": "m"})),
        ("/model_id", with("model_id", json!("two words"))),
        ("/model_id", with("model_id", json!("two\nlines"))),
        ("/model_id", with("model_id", json!("  "))),
        ("/model_id", with("model_id", json!(long))),
        ("/model_id", with("model_id", json!(CANARY))),
        ("/model_id", json!({"provider": "openai"})),
        ("/api_key", with("api_key", json!("no-id"))),
        ("/api_key", with("api_key", json!(""))),
        ("/api_key", with("api_key", json!(CANARY))),
        ("/base_url", with("base_url", json!("ftp://models.example.com/"))),
        (
            "/base_url",
            with("base_url", json!("https://models.example.com/v1?key=1")),
        ),
        ("/base_url", with("base_url", json!("https://models.example.com/#part"))),
        ("/base_url", with("base_url", json!("https://a:b@models.example.com/"))),
        (
            "/base_url",
            with("base_url", json!(format!("https://models.example.com/{CANARY}/v1"))),
        ),
        ("/base_url", with("provider", json!("openai-compatible"))),
        ("/organization", with("organization", json!("two words"))),
        ("/organization", with("organization", json!(long))),
        ("/organization", with("organization", json!(CANARY))),
        (
            "/supports_structured_outputs",
            with("supports_structured_outputs", json!("yes")),
        ),
        ("", with("nobody_knows", json!(1))),
    ]
}

both_engines! {
    async fn the_browser_says_of_settings_what_the_server_says(app: TestApp) {
        let listed = app.get("viewer", "/schemas").await.expect(200).json();
        let listed = listed["items"].as_array().unwrap();
        let names: Vec<&str> = listed.iter().map(|schema| schema["name"].as_str().unwrap()).collect();
        assert_eq!(names[0], "model_settings");
        let form = Form::parse(&listed[0]["schema"]).unwrap();
        for (at, settings) in broken() {
            let mut browser = form.check(&settings);
            browser.extend(settings_faults(&settings));
            let browser: Vec<(&str, &str)> =
                browser.iter().map(|fault| (fault.pointer.as_str(), fault.detail.as_str())).collect();
            assert_eq!(browser.len(), 1, "{settings}: {browser:?}");
            assert_eq!(browser[0].0, at, "{settings}");
            let pointer = format!("/settings{at}");
            for (path, body) in [
                ("/model-bindings", json!({"name": "n", "settings": settings})),
                ("/model-bindings/test", json!({"settings": settings})),
            ] {
                let refused = app.post("manager", path, body).await.problem(422, "invalid");
                assert_eq!(refused.pointers(), [pointer.as_str()], "{path} {settings}");
                assert_eq!(refused.text("/errors/0/detail"), browser[0].1, "{path} {settings}");
                assert!(!refused.whole().contains("canary"));
            }
            let inline = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}});
            let refused = app.post("manager", "/actions/ai_generate_text", inline).await.problem(422, "invalid");
            assert_eq!(refused.pointers(), [format!("/model{pointer}")], "{settings}");
        }
    }

    async fn a_patch_keeps_the_rules_of_the_whole(app: TestApp) {
        let settings = json!({"provider": "openai-compatible", "model_id": " m ", "base_url": " http://127.0.0.1:9/v1 "});
        let body = json!({"name": "n", "settings": settings});
        let created = app.post("manager", "/model-bindings", body).await.expect(201);
        // As they are typed, so to speak; stored without the spaces.
        assert_eq!((created.text("/settings/model_id"), created.text("/settings/base_url")),
            ("m".to_owned(), "http://127.0.0.1:9/v1".to_owned()));
        let path = format!("/model-bindings/{}", created.text("/id"));
        for (change, pointer) in [
            (json!({"base_url": null}), "/settings/base_url"),
            (json!({"base_url": ""}), "/settings/base_url"),
            (json!({"model_id": null}), "/settings/model_id"),
            (json!({"provider": null}), "/settings/provider"),
            (json!({"organization": "two words"}), "/settings/organization"),
            (json!({"base_url": "http://169.254.169.254/v1"}), "/settings/base_url"),
        ] {
            let refused = app.patch("manager", &path, json!({"settings": change})).await.problem(422, "invalid");
            assert_eq!(refused.pointers(), [pointer], "{change}");
        }
        let change = json!({"provider": "ollama", "base_url": "", "organization": " org-1 "});
        let changed = app.patch("manager", &path, json!({"settings": change})).await.expect(200).json();
        assert_eq!(changed["settings"], json!({"provider": "ollama", "model_id": "m", "organization": "org-1"}));
    }
}

/// The schema of a body, with references followed.
fn body(document: &Value, path: &str, method: &str) -> Value {
    let described = &document["paths"][format!("/api/v1{path}")][method];
    let schema = &described["requestBody"]["content"]["application/json"]["schema"];
    followed(document, schema).clone()
}

fn followed<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

#[test]
fn the_document_tells_what_settings_and_inputs_hold() {
    let document = document(&operations(), false);
    let whole = body(&document, "/model-bindings", "post");
    let whole = followed(&document, &whole["properties"]["settings"]);
    assert_eq!(whole["required"], json!(["provider", "model_id"]));
    assert_eq!(whole["additionalProperties"], false);
    for (path, method) in [("/model-bindings/{id}", "patch"), ("/model-bindings/test", "post")] {
        let changes = body(&document, path, method);
        let changes = followed(&document, &changes["properties"]["settings"]);
        assert_eq!(changes.get("required"), None, "{path}");
        assert_eq!(
            changes["properties"].as_object().unwrap().keys().collect::<Vec<_>>(),
            whole["properties"].as_object().unwrap().keys().collect::<Vec<_>>(),
        );
        for optional in ["base_url", "organization", "supports_structured_outputs"] {
            let kinds = changes["properties"][optional]["type"].as_array().unwrap();
            assert!(kinds.contains(&json!("null")), "{path}: {optional}");
        }
        assert_eq!(changes["properties"]["provider"]["type"], "string");
    }
    let run = body(&document, "/actions/{action}", "post");
    let model = &run["properties"]["model"]["anyOf"][0];
    let inline = followed(&document, &followed(&document, model)["properties"]["settings"]);
    assert_eq!(inline["properties"], whole["properties"]);
    let fields = |name: &str| {
        let schema = followed(&document, &run["properties"][name]);
        schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        fields("inputs"),
        ["input_mode", "messages", "messages_limit", "prompt", "system"]
    );
    assert!(
        fields("settings").contains(&"retries".to_owned()),
        "{:?}",
        fields("settings")
    );
}

#[tokio::test]
async fn what_is_listed_is_what_forms_are_made_from() {
    let app = TestApp::start(Engine::Sqlite).await;
    let listed = app.get("viewer", "/schemas").await.expect(200);
    let names = listed.items("name");
    assert_eq!(names.len(), 12, "{names:?}");
    assert!(!names.contains(&"mcp_server".to_owned()), "its form is made by hand");
}
