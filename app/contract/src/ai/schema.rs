//! Shapes that the types do not tell by themselves.

use schemars::{Schema, SchemaGenerator, json_schema};

/// Input type of an action.
pub fn input_mode(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": ["prompt", "history"], "default": "prompt"})
}

/// Texts that end an answer.
pub fn stop_sequences(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array", "minItems": 1, "maxItems": 5, "items": {"type": "string", "maxLength": 100},
    })
}
