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
        let condition = properties
            .iter()
            .find(|(_, other): &(_, &Value)| other.get("enum").is_some());
        if let Some((other, _)) = condition.filter(|_| numbers.chance(2)) {
            hints["show_when"] = json!({"field": other, "in": ["a"]});
        }
        if !must && numbers.chance(3) {
            hints["hidden_until_added"] = json!(true);
        }
        property["x-ui"] = hints;
        if must {
            required.push(name.clone());
        } else if let Some(kind) = property.get("type").cloned().filter(|_| numbers.chance(2)) {
            property["type"] = json!([kind, "null"]);
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

fn property(numbers: &mut Numbers, depth: usize, definitions: &mut Map<String, Value>) -> Value {
    match numbers.below(if depth < 2 { 12 } else { 11 }) {
        0 => json!({"type": "string", "maxLength": 12}),
        1 => json!({"type": "string", "minLength": 2, "x-ui": {"widget": "multiline"}}),
        2 => json!({"type": "string", "format": "uri"}),
        3 => json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255}),
        4 => json!({"type": "number", "format": "double", "minimum": -2}),
        5 => json!({"type": "boolean"}),
        6 => json!({"type": "string", "enum": ["a", "b", "c"]}),
        7 => json!({"type": "array", "items": {"type": "string"}, "maxItems": 4}),
        8 => json!({"type": "string", "format": "uuid", "x-ui": {"widget": "credential"}}),
        9 => json!({"x-ui": {"widget": "json"}}),
        10 => {
            json!({"type": "array", "items": {"type": "string"}, "x-ui": {"widget": "tool_names", "route": "/tools"}})
        }
        _ => object(numbers, depth + 1, definitions),
    }
}

/// A value that fits.
pub(super) fn value(form: &Form, numbers: &mut Numbers) -> Value {
    let mut map = Map::new();
    // Conditions look at choices, so these come first.
    let (first, rest): (Vec<&Field>, Vec<&Field>) = form
        .fields
        .iter()
        .partition(|field| matches!(field.content, Content::Choice(_)));
    for _ in 0..3 {
        for field in first.iter().chain(&rest) {
            let value_of = |other: &Field| map.get(&other.name).cloned();
            if !form.applies(field, &value_of) {
                map.remove(&field.name);
            } else if !map.contains_key(&field.name) && (field.required || numbers.chance(2)) {
                let value = value_for(field, numbers);
                map.insert(field.name.clone(), value);
            }
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

fn value_for(field: &Field, numbers: &mut Numbers) -> Value {
    match &field.content {
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
        Content::Texts { .. } => {
            let count = numbers.below(4) + usize::from(field.required);
            Value::from((0..count).map(|_| *numbers.pick(TEXTS)).collect::<Vec<_>>())
        }
        Content::Object(inner) => value(inner, numbers),
        Content::Credential | Content::McpServer => json!(ID),
        Content::ToolNames { .. } => Value::from(TEXTS[..numbers.below(4)].to_vec()),
        Content::Json(JsonShape::Array) => json!([1, "two", null]),
        Content::Json(_) => json!({"deep": [{"a": 0.5, "b": null}], "text": numbers.pick(TEXTS)}),
    }
}
