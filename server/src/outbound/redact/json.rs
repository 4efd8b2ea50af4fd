//! Masking inside a parsed JSON document, where every escape of JSON is undone.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{MASK, Redactor};

/// Masks texts, long enough keys, and numbers. `serde_json` limits the depth of what it parses, so the
/// recursion is bounded.
pub(super) fn mask(redactor: &Redactor, value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = redactor.text(text) {
                *text = clean;
            }
        }
        Value::Number(number) => {
            if redactor.finds(&number.to_string()) {
                *value = Value::String(MASK.to_owned());
            }
        }
        Value::Array(items) => {
            for item in items {
                mask(redactor, item);
            }
        }
        Value::Object(fields) => {
            mask_keys(redactor, fields);
            for item in fields.values_mut() {
                mask(redactor, item);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Keys are the protocol's own words: a short value that happens to be one of them is left alone. Of several keys that
/// become one, each keeps its item.
fn mask_keys(redactor: &Redactor, fields: &mut Map<String, Value>) {
    let found: Vec<(String, String)> = fields
        .keys()
        .filter_map(|key| Some((key.clone(), redactor.key(key)?)))
        .collect();
    let mut number = 1;
    for (key, mut clean) in found {
        let Some(item) = fields.remove(&key) else { continue };
        while fields.contains_key(&clean) {
            number += 1;
            clean = format!("{MASK} {number}");
        }
        fields.insert(clean, item);
    }
}
