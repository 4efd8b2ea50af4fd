//! Whether `OpenAI` can hold an answer to a schema word by word. Only what its documentation lists under "Supported
//! schemas" of structured outputs counts; any other word would make it refuse the whole request.

use serde_json::{Map, Value};

/// The words that hold no schema.
const WORDS: &[&str] = &[
    "$schema",
    "$ref",
    "title",
    "description",
    "type",
    "enum",
    "const",
    "required",
    "additionalProperties",
    "pattern",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "minItems",
    "maxItems",
];

const FORMATS: &[&str] = &[
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];

/// How deep schemas may lie in one another.
const MAX_DEPTH: usize = 10;

/// Whether a schema is in the strict subset. Its root is an object, and not a choice of them.
pub(super) fn is_strict(schema: &Value) -> bool {
    let root = schema["type"] == "object" && schema.get("anyOf").is_none();
    root && is_part(schema, MAX_DEPTH)
}

fn is_part(schema: &Value, depth: usize) -> bool {
    let Some((fields, depth)) = schema.as_object().zip(depth.checked_sub(1)) else {
        return false;
    };
    says_its_type(fields)
        && fields.iter().all(|(word, value)| match word.as_str() {
            "properties" | "$defs" | "definitions" => value
                .as_object()
                .is_some_and(|schemas| schemas.values().all(|schema| is_part(schema, depth))),
            "anyOf" => value
                .as_array()
                .is_some_and(|schemas| schemas.iter().all(|schema| is_part(schema, depth))),
            "items" => is_part(value, depth),
            "format" => value.as_str().is_some_and(|format| FORMATS.contains(&format)),
            word => WORDS.contains(&word),
        })
        && (!is_of(fields, "object") || is_closed(fields))
        && (!is_of(fields, "array") || fields.contains_key("items"))
}

fn says_its_type(fields: &Map<String, Value>) -> bool {
    ["type", "$ref", "anyOf"].iter().any(|word| fields.contains_key(*word))
}

/// Whether this type is, or is among, those of the schema.
fn is_of(fields: &Map<String, Value>, name: &str) -> bool {
    match fields.get("type") {
        Some(Value::Array(names)) => names.iter().any(|one| one == name),
        Some(one) => one == name,
        None => false,
    }
}

/// Whether an object names all of its properties, and allows no others.
fn is_closed(fields: &Map<String, Value>) -> bool {
    let required = fields.get("required").and_then(Value::as_array);
    let is_required = |name: &String| required.is_some_and(|required| required.iter().any(|one| one == name.as_str()));
    let properties = fields.get("properties").and_then(Value::as_object);
    properties.is_some_and(|properties| properties.keys().all(is_required))
        && fields.get("additionalProperties") == Some(&Value::Bool(false))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::is_strict;

    /// An object with this as its one property.
    fn with(property: Value) -> Value {
        json!({"type": "object", "properties": {"a": property}, "required": ["a"], "additionalProperties": false})
    }

    fn with_defs(word: &str, definition: Value) -> Value {
        let mut schema = with(json!({"$ref": format!("#/{word}/b")}));
        schema[word] = json!({"b": definition});
        schema
    }

    #[test]
    fn what_the_documentation_lists_is_strict() {
        for property in [
            json!({"type": "string", "description": "x", "format": "date-time", "pattern": "^x"}),
            json!({"type": ["integer", "null"], "minimum": 1, "multipleOf": 2}),
            json!({"type": "array", "items": {"type": "string", "enum": ["x"]}, "maxItems": 3}),
            json!({"anyOf": [{"type": "null"}, with(json!({"type": "boolean"}))]}),
        ] {
            assert!(is_strict(&with(property.clone())), "{property}");
            for word in ["$defs", "definitions"] {
                assert!(is_strict(&with_defs(word, property.clone())), "{word}: {property}");
            }
        }
        assert!(is_strict(
            &json!({"type": "object", "properties": {}, "additionalProperties": false})
        ));
    }

    #[test]
    fn any_other_word_is_not_wherever_it_stands() {
        for property in [
            json!({}),
            json!(true),
            json!({"enum": ["x"]}),
            json!({"type": "string", "format": "uri"}),
            json!({"type": "string", "maxLength": 3}),
            json!({"type": "string", "default": "x"}),
            json!({"type": "array"}),
            json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
            json!({"type": "array", "items": {"oneOf": [{"type": "string"}]}}),
            json!({"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}),
            json!({"type": ["object", "null"], "properties": {"b": {"type": "string"}}, "additionalProperties": false}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ] {
            assert!(!is_strict(&with(property.clone())), "{property}");
            assert!(!is_strict(&with_defs("$defs", property.clone())), "{property}");
            assert!(!is_strict(&with_defs("definitions", property.clone())), "{property}");
            let either = with(json!({"anyOf": [{"type": "null"}, property]}));
            assert!(!is_strict(&either), "{either}");
        }
        let mut choice = with(json!({"type": "string"}));
        choice["anyOf"] = json!([with(json!({"type": "string"}))]);
        assert!(!is_strict(&choice), "the root is no choice");
        assert!(!is_strict(&json!({"type": "array", "items": {"type": "string"}})));
        let deep = (0..10).fold(json!({"type": "string"}), |inner, _| with(inner));
        assert!(!is_strict(&deep), "ten is the end");
        assert!(is_strict(&deep["properties"]["a"]));
    }
}
