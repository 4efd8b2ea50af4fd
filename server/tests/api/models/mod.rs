//! `/model-bindings` and `/actions`: records, credentials, and the formats of providers against real and hostile servers.

mod agents;
mod crowds;
mod echoed;
mod floods;
mod hostile;
mod objects;
mod real;
mod records;
mod streams;
mod stubborn;
mod uses;

use contract::model_bindings::Provider;
use serde_json::{Value, json};

use crate::peers::real::RealServer;
use crate::support::{Answer, TestApp};

/// A provider of each format, with the path below which its API is.
const FORMATS: [(Provider, &str); 4] = [
    (Provider::Openai, "v1"),
    (Provider::OpenaiResponses, "v1"),
    (Provider::Anthropic, "v1"),
    (Provider::Gemini, "v1beta"),
];

/// Settings of a model at a server that checks the key.
fn at(server: &RealServer, (provider, version): (Provider, &str), key: Option<&str>) -> Value {
    settings(provider.as_str(), &server.base(version), key)
}

/// Settings of a model.
fn settings(provider: &str, base_url: &str, key: Option<&str>) -> Value {
    json!({"provider": provider, "model_id": "test-model", "base_url": base_url, "api_key": key})
}

impl TestApp {
    /// Stores a binding and gives its id.
    async fn binding(&self, who: &'static str, name: &str, settings: Value) -> String {
        // The formats have base URLs of their own on one host.
        let body = json!({"name": name, "settings": settings, "allow_host": true});
        self.post(who, "/model-bindings", body).await.expect(201).text("/id")
    }

    /// Runs an action with a saved binding.
    async fn act(&self, who: &'static str, action: &str, binding: &str, inputs: Value, more: Value) -> Answer {
        let mut body = json!({"model_binding_id": binding, "inputs": inputs});
        for (field, value) in more.as_object().cloned().unwrap_or_default() {
            body[field] = value;
        }
        self.post(who, &format!("/actions/{action}"), body).await
    }
}

/// The slug of the problem inside a test's result.
#[track_caller]
fn failure(result: &Answer) -> String {
    assert_eq!(result.status, 200, "{}", result.whole());
    assert_eq!(result.json()["ok"], false, "{}", result.whole());
    let kind = result.text("/error/type");
    kind.rsplit(':').next().unwrap_or_default().to_owned()
}
