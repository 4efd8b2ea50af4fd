//! Schemas and values, made up by the numbers of a small generator: the same ones in each run.

use serde_json::{Map, Value, json};

use super::super::{Content, Field, Form, JsonShape, Lines};
use super::cases::ID;

/// Xorshift: enough to mix choices.
pub(super) struct Numbers(u64);

impl Numbers {
    /// The numbers of a seed.
    pub(super) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> usize {
        usize::try_from(self.next() % end).unwrap()
    }

    fn chance(&mut self, of: u64) -> bool {
        self.next().is_multiple_of(of)
    }

    fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64)]
    }
}

/// A schema of some fields, in the spellings of `schemars`.
pub(super) fn schema(numbers: &mut Numbers) -> Value {
    let mut definitions = Map::new();
    let mut schema = object(numbers, 0, &mut definitions);
    schema["$defs"] = Value::Object(definitions);
    schema
}

fn object(numbers: &mut Numbers, depth: usize, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    // What later fields can depend on.
    let mut conditions: Vec<Value> = Vec::new();
    for index in 0..=numbers.below(6) {
        let name = format!("f{index}");
        let must = numbers.chance(2);
        let mut property = property(numbers, depth, definitions);
        let mut hints = property["x-ui"].take();
        if hints.is_null() {
            hints = json!({});
        }
        if numbers.chance(2) {
            hints["order"] = json!(numbers.below(9));
        }
        if !conditions.is_empty() && numbers.chance(2) {
            hints["show_when"] = numbers.pick(&conditions).clone();
        }
        if !must && numbers.chance(3) {
            hints["hidden_until_added"] = json!(true);
        }
        property["x-ui"] = hints;
        conditions.extend(conditions_on(&name, &property, numbers));
        if must {
            required.push(name.clone());
        } else if let Some(kind) = property.get("type").cloned().filter(|_| numbers.chance(2)) {
            property["type"] = json!([kind, "null"]);
            if property.get("default").is_none() {
                property["default"] = Value::Null;
            }
        } else if numbers.chance(2) {
            let hints = property["x-ui"].take();
            property.as_object_mut().unwrap().remove("x-ui");
            let definition = format!("D{}", definitions.len());
            definitions.insert(definition.clone(), property);
            property = json!({"anyOf": [{"$ref": format!("#/$defs/{definition}")}, {"type": "null"}], "x-ui": hints});
        }
        properties.insert(name, property);
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// A condition that names this field, if it can be named.
fn conditions_on(name: &str, property: &Value, numbers: &mut Numbers) -> Option<Value> {
    let is_choice = ["enum", "oneOf", "const"].iter().any(|key| property.get(key).is_some());
    if is_choice {
        Some(json!({"field": name, "in": ["a"]}))
    } else if property["type"] == "boolean" {
        Some(json!({"field": name, "in": [numbers.chance(2)]}))
    } else {
        None
    }
}

fn property(numbers: &mut Numbers, depth: usize, definitions: &mut Map<String, Value>) -> Value {
    let mut property = match numbers.below(if depth < 2 { 20 } else { 19 }) {
        0 => json!({"type": "string", "maxLength": 12}),
        1 => json!({"type": "string", "minLength": 2, "x-ui": {"widget": "multiline"}}),
        2 => json!({"type": "string", "format": "uri"}),
        3 => json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255}),
        4 => json!({"type": "number", "format": "double", "minimum": -2}),
        5 | 6 => json!({"type": "boolean"}),
        7 => json!({"type": "string", "enum": ["a", "b", "c"]}),
        8 => json!({"oneOf": [
            {"type": "string", "const": "a", "description": "The first."},
            {"type": "string", "enum": ["b", "c"]},
        ]}),
        9 => json!({"type": "string", "const": "a"}),
        10 => json!({"type": "array", "items": {"type": "string"}, "maxItems": 4}),
        11 => json!({"type": "array", "items": {"type": "string"}, "minItems": 2}),
        12 => json!({"type": "array", "items": {"type": "string", "maxLength": 20}, "uniqueItems": true}),
        13 => json!({"type": "string", "format": "uuid", "x-ui": {"widget": "credential"}}),
        14 => json!({"type": "string", "format": "uuid", "x-ui": {"widget": "mcp_server"}}),
        15 => json!({"x-ui": {"widget": "json"}}),
        16 => json!({"type": "object", "additionalProperties": true, "x-ui": {"widget": "json"}}),
        17 => {
            json!({"type": "array", "items": {"type": "string"}, "x-ui": {"widget": "tool_names", "route": "/tools"}})
        }
        18 => match numbers.below(2) {
            0 => json!({"type": "string", "minLength": 1, "pattern": "^\\S+$"}),
            _ => json!({"type": "array", "items": {"type": "integer"}, "x-ui": {"widget": "json"}}),
        },
        _ => object(numbers, depth + 1, definitions),
    };
    if let Some(default) = default_of(&property).filter(|_| numbers.chance(3)) {
        property["default"] = default;
    }
    property
}

/// What can hold where there is no value.
fn default_of(property: &Value) -> Option<Value> {
    if property.get("enum").is_some() || property.get("oneOf").is_some() {
        return Some(json!("b"));
    }
    let is_plain = property.get("x-ui").is_none() && property.get("format").is_none_or(|format| format == "uint8");
    match property["type"].as_str() {
        Some("string") if is_plain => Some(json!("a")),
        Some("integer") if is_plain => Some(json!(7)),
        Some("boolean") => Some(json!(true)),
        _ => None,
    }
}

/// A value that fits.
pub(super) fn value(form: &Form, numbers: &mut Numbers) -> Value {
    let mut map = Map::new();
    // Conditions look at fields with smaller numbers, so these come first.
    let mut fields: Vec<&Field> = form.fields.iter().collect();
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    for field in fields {
        let value_of = |other: &Field| map.get(&other.name).cloned();
        if form.applies(field, &value_of) && (field.required || numbers.chance(2)) {
            let value = value_for(field, numbers);
            map.insert(field.name.clone(), value);
        }
    }
    Value::Object(map)
}

const TEXTS: &[&str] = &[
    "x",
    "a b",
    "<b>&amp;",
    "  padded ",
    "日本語",
    "\"quoted\"",
    "=1+1",
    "null",
    "0",
];

/// Those without a space.
const WORDS: &[&str] = &["x", "<b>&amp;", "日本語", "=1+1", "null", "0"];

fn value_for(field: &Field, numbers: &mut Numbers) -> Value {
    match &field.content {
        Content::Text { unbroken: true, .. } => json!(numbers.pick(WORDS)),
        Content::Text { lines, .. } => match lines {
            Lines::Single => json!(numbers.pick(TEXTS)),
            Lines::Several => json!(format!("{}\n{}", numbers.pick(TEXTS), numbers.pick(TEXTS))),
        },
        Content::Url => {
            json!(numbers.pick(&["https://example.com/v1/", "http://127.0.0.1:4000", "http://[::1]/x?y=z"]))
        }
        Content::Number { whole: true, .. } => json!(numbers.below(256)),
        Content::Number { .. } => numbers
            .pick(&[json!(0.1), json!(1e300), json!(-1.0), json!(7), json!(1.0 / 3.0)])
            .clone(),
        Content::Switch => json!(numbers.chance(2)),
        Content::Choice(choices) => json!(numbers.pick(choices).value),
        Content::Texts { min_items, unique, .. } => {
            let least = min_items.unwrap_or(usize::from(field.required));
            let count = least + numbers.below(3);
            if *unique {
                let begin = numbers.below(TEXTS.len() as u64);
                let texts = TEXTS.iter().cycle().skip(begin).take(count);
                return Value::from(texts.copied().collect::<Vec<_>>());
            }
            Value::from((0..count).map(|_| *numbers.pick(TEXTS)).collect::<Vec<_>>())
        }
        Content::Object(inner) => value(inner, numbers),
        Content::Credential | Content::McpServer => json!(ID),
        Content::ToolNames { .. } => Value::from(TEXTS[..numbers.below(4)].to_vec()),
        Content::Json(JsonShape::Array) => json!([1, "two", null]),
        Content::Json(_) => json!({"deep": [{"a": 0.5, "b": null}], "text": numbers.pick(TEXTS)}),
    }
}
