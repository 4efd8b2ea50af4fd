//! Where the requests of a model go, as far as its settings tell.

use contract::model_bindings::Provider;
use serde_json::Value;

use crate::destination::Destination;

/// The address of the provider: the base URL, or its usual one.
pub fn base_url(settings: &Value) -> Option<String> {
    let text = |name: &str| settings.get(name).and_then(Value::as_str);
    let own = text("base_url").map(str::trim).filter(|url| !url.is_empty());
    let usual = || Provider::from_name(text("provider")?)?.default_base_url();
    own.or_else(usual).map(str::to_owned)
}

/// The destination of that address.
pub fn leads_to(settings: &Value) -> Option<Destination> {
    Destination::of_address(&base_url(settings)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::leads_to;

    #[test]
    fn settings_lead_to_the_base_url_or_to_the_usual_address() {
        let host = |settings| leads_to(&settings).map(|to| to.host());
        assert_eq!(host(json!({"provider": "openai"})).as_deref(), Some("api.openai.com"));
        assert_eq!(
            host(json!({"provider": "ollama"})).as_deref(),
            Some("http://127.0.0.1:11434")
        );
        let own = json!({"provider": "openai", "base_url": "https://proxy.example.com/v1"});
        assert_eq!(host(own).as_deref(), Some("proxy.example.com"));
        assert_eq!(host(json!({"provider": "openai-compatible"})), None);
        assert_eq!(host(json!({})), None);
    }
}
