//! The rules for settings that no schema can say. The form and the server check them after the schema.

use serde_json::Value;

use super::Provider;
use crate::address::base_fault;
use crate::problem::Violation;

/// What is wrong with settings beyond their schema; pointers are relative to them.
pub fn settings_faults(settings: &Value) -> Vec<Violation> {
    let text = |name: &str| settings.get(name).and_then(Value::as_str);
    let needs_address = || {
        let provider = text("provider").and_then(Provider::from_name);
        provider.is_some_and(|provider| provider.default_base_url().is_none())
    };
    let fault = match text("base_url") {
        Some(address) => base_fault(address),
        None => needs_address().then_some((
            "required",
            "Enter the server's base URL, e.g. http://127.0.0.1:8000/v1.",
        )),
    };
    let fault = fault.map(|(code, detail)| Violation {
        pointer: "/base_url".to_owned(),
        code: code.to_owned(),
        detail: detail.to_owned(),
    });
    fault.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::settings_faults;

    fn codes(settings: &Value) -> Vec<String> {
        settings_faults(settings).into_iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn a_provider_without_a_usual_address_needs_one() {
        assert_eq!(codes(&json!({"provider": "openai-compatible"})), ["required"]);
        assert_eq!(
            codes(&json!({"provider": "openai-compatible", "base_url": "http://a"})),
            [""; 0]
        );
        assert_eq!(codes(&json!({"provider": "ollama"})), [""; 0]);
    }

    #[test]
    fn an_address_has_no_query() {
        let at = |base_url: &str| codes(&json!({"provider": "openai", "base_url": base_url}));
        assert_eq!(at("https://proxy.example.com/v1?x=1"), ["query"]);
        // A secret is told by the schema's own rule for addresses.
        assert_eq!(at("https://proxy.example.com/v1?key=canary"), [""; 0]);
    }
}
