//! The one way to write a value.

use serde_json::{Map, Value};

use super::{Content, Form};

impl Form {
    /// A value without what stands for nothing: null, empty texts, and optional lists and objects without content.
    /// An empty list of tools stays: it means none, where no list means all.
    pub fn tidy(&self, value: &Value) -> Value {
        let Value::Object(map) = value else {
            return value.clone();
        };
        let mut tidy = Map::new();
        for (name, value) in map {
            let Some(field) = self.field(name) else {
                tidy.insert(name.clone(), value.clone());
                continue;
            };
            let kept = match (&field.content, value) {
                (_, Value::Null) => None,
                (content, Value::String(text)) if content.is_text() && text.is_empty() => None,
                (Content::Texts { .. }, Value::Array(items)) if items.is_empty() && !field.required => None,
                (Content::Object(inner), value) => {
                    let value = inner.tidy(value);
                    let is_empty = value.as_object().is_some_and(Map::is_empty);
                    (field.required || !is_empty).then_some(value)
                }
                (_, value) => Some(value.clone()),
            };
            if let Some(value) = kept {
                tidy.insert(name.clone(), value);
            }
        }
        Value::Object(tidy)
    }
}
