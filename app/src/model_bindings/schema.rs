//! Shapes that the types do not tell by themselves.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::Provider;

/// The providers, with their labels.
pub fn provider(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Provider::ALL.into_iter().map(Provider::as_str).collect();
    let labels: Map<String, Value> = Provider::ALL
        .into_iter()
        .map(|provider| (provider.as_str().to_owned(), provider.label().into()))
        .collect();
    json_schema!({
        "type": "string",
        "enum": names,
        "x-ui": {"widget": "choice", "title": "Provider", "order": 10, "labels": labels},
    })
}

/// The address of a provider.
pub fn base_url(_: &mut SchemaGenerator) -> Schema {
    let shown: Vec<&str> = Provider::ALL
        .into_iter()
        .filter(|provider| provider.shows_base_url())
        .map(Provider::as_str)
        .collect();
    json_schema!({
        "type": "string",
        "format": "uri",
        "pattern": "^https?://",
        "x-ui": {
            "widget": "url",
            "title": "Base URL",
            "help": "Where the provider is reached, often ending with /v1. Absent: its usual address.",
            "order": 30,
            "show_when": {"field": "provider", "in": shown},
            "hidden_until_added": true,
        },
    })
}
