//! Schemas as `schemars` writes them.

use serde_json::{Value, json};

use super::super::Form;

/// A binding of a model, with every way in which an option is written.
pub(super) fn model() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ModelSettings",
        "type": "object",
        "additionalProperties": false,
        "required": ["provider", "model_id"],
        "properties": {
            "provider": {"$ref": "#/$defs/Provider", "description": "Who serves the model.",
                "x-ui": {"order": 1, "title": "Provider", "labels": {"openai": "OpenAI"}}},
            "model_id": {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^\\S+$", "x-ui": {"order": 2, "title": "Model"}},
            "api_key": {"type": ["string", "null"], "format": "uuid",
                "x-ui": {"order": 3, "widget": "credential", "help": ""}},
            "base_url": {"type": ["string", "null"], "format": "uri", "pattern": "^https?://",
                "x-ui": {"order": 4, "show_when": {"field": "provider", "in": ["ollama"]}, "hidden_until_added": true}},
            "organization": {"type": ["string", "null"], "x-ui": {"show_when": {"field": "provider", "in": ["openai"]}}},
            "structured": {"type": ["boolean", "null"], "x-ui": {"hidden_until_added": true}},
            "retries": {"anyOf": [{"$ref": "#/$defs/Retries"}, {"type": "null"}], "default": null},
        },
        "$defs": {
            "Provider": {"oneOf": [
                {"type": "string", "const": "openai", "description": "OpenAI."},
                {"type": "string", "enum": ["ollama", "xai"]},
            ]},
            "Retries": {
                "type": "object", "additionalProperties": false, "required": ["enabled"],
                "properties": {
                    "enabled": {"type": "boolean", "x-ui": {"order": 1}},
                    "max_attempts": {"type": "integer", "format": "uint8", "minimum": 1, "maximum": 10, "default": 3,
                        "x-ui": {"order": 2, "show_when": {"field": "enabled", "in": [true]}}},
                    "jitter": {"type": ["number", "null"], "format": "double", "minimum": 0, "maximum": 1},
                },
            },
        },
    })
}

/// An agent's tools and what else has a widget.
pub(super) fn tools() -> Value {
    json!({
        "type": "object",
        "required": ["server_id", "stop"],
        "properties": {
            "server_id": {"type": "string", "format": "uuid", "x-ui": {"widget": "mcp_server"}},
            "tool_names": {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": 3,
                "x-ui": {"widget": "tool_names", "route": "/mcp-servers/{server_id}/tools"}},
            "stop": {"type": "array", "items": {"type": "string", "maxLength": 5}, "maxItems": 2, "uniqueItems": true},
            "output_schema": {"type": "object", "additionalProperties": true, "x-ui": {"widget": "json"}},
            "anything": {"x-ui": {"widget": "json"}},
            "system": {"type": ["string", "null"], "x-ui": {"widget": "multiline"}},
        },
    })
}

/// A schema that has to be understood.
pub(super) fn form(schema: &Value) -> Form {
    Form::parse(schema).unwrap_or_else(|fault| panic!("{fault}"))
}

/// An id that names nothing.
pub(super) const ID: &str = "0198c1d2-0000-7000-8000-00000000000a";
