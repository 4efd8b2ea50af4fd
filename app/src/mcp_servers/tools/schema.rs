//! A tool's input, readable: the first level of its JSON Schema as a list.

use serde_json::Value;

/// One field of a tool's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SchemaField {
    pub name: String,
    pub kind: String,
    pub required: bool,
    pub description: Option<String>,
}

/// The fields, the required ones first, else in the order of their names (JSON has none of its own).
pub(super) fn fields_of(schema: &Value) -> Vec<SchemaField> {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut fields: Vec<SchemaField> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| SchemaField {
            name: name.clone(),
            kind: kind_of(field),
            required: required.contains(&name.as_str()),
            description: field["description"].as_str().map(str::to_owned),
        })
        .collect();
    fields.sort_by_key(|field| !field.required);
    fields
}

/// The type in a few words: `string`, `string or null`, `list of number`, `one of "a", "b"`.
fn kind_of(field: &Value) -> String {
    if let Some(choices) = field["enum"].as_array() {
        let shown: Vec<String> = choices.iter().take(6).map(Value::to_string).collect();
        let more = if choices.len() > shown.len() { ", …" } else { "" };
        return format!("one of {}{more}", shown.join(", "));
    }
    match &field["type"] {
        Value::String(kind) if kind == "array" => match field["items"]["type"].as_str() {
            Some(items) => format!("list of {items}"),
            None => "list".to_owned(),
        },
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fields_of;

    #[test]
    fn the_first_level_of_a_schema_is_listed() {
        let fields = fields_of(&json!({
            "type": "object",
            "required": ["text"],
            "properties": {
                "count": { "type": ["integer", "null"] },
                "mode": { "enum": ["a", "b"] },
                "names": { "type": "array", "items": { "type": "string" } },
                "text": { "type": "string", "description": "What to say" },
            },
        }));
        let shown: Vec<String> = fields
            .iter()
            .map(|field| {
                format!(
                    "{}{}: {}",
                    field.name,
                    if field.required { "*" } else { "" },
                    field.kind
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "text*: string",
                "count: integer or null",
                "mode: one of \"a\", \"b\"",
                "names: list of string"
            ]
        );
        assert_eq!(fields[0].description.as_deref(), Some("What to say"));
    }

    #[test]
    fn a_schema_of_any_shape_is_no_fault() {
        for schema in [
            json!(null),
            json!([]),
            json!({ "properties": 7 }),
            json!({ "properties": { "a": true } }),
        ] {
            let _ = fields_of(&schema);
        }
    }
}
