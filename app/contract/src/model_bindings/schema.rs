//! Shapes that the types do not tell by themselves.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::{ModelSettings, Provider};

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
            "help": "API base URL, usually ending in /v1. Leave blank for the provider's default.",
            "order": 30,
            "show_when": {"field": "provider", "in": shown},
            "hidden_until_added": true,
        },
    })
}

/// Whole settings as they are sent: null and empty texts stand for nothing, spaces around a text are taken away.
#[derive(Clone, Copy, Debug)]
pub struct NewModelSettings;

/// A merge patch of settings: nothing is required, and what may be absent is cleared by null.
#[derive(Clone, Copy, Debug)]
pub struct ModelSettingsChanges;

impl JsonSchema for NewModelSettings {
    fn schema_name() -> Cow<'static, str> {
        "NewModelSettings".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = ModelSettings::json_schema(generator);
        let required = schema.get("required").and_then(Value::as_array).cloned();
        let required = required.unwrap_or_default();
        let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, field) in fields.into_iter().flatten() {
            let Some(field) = field.as_object_mut() else { continue };
            field.remove("pattern");
            if !required.contains(&json!(name)) {
                field.remove("minLength");
                if let Some(kind @ Value::String(_)) = field.get("type").cloned() {
                    field.insert("type".to_owned(), json!([kind, "null"]));
                }
            }
        }
        schema
    }
}

impl JsonSchema for ModelSettingsChanges {
    fn schema_name() -> Cow<'static, str> {
        "ModelSettingsChanges".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = NewModelSettings::json_schema(generator);
        schema.remove("required");
        schema
    }
}
