//! Masking inside a parsed JSON document, where every escape is undone.

use std::borrow::Cow;

use serde_json::Value;

use super::{MASK, MIN_STREAM_BYTES, Redactor, Scanner};

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
            let found: Vec<String> = fields.keys().filter(|key| in_key(redactor, key)).cloned().collect();
            for key in found {
                if let Some(item) = fields.remove(&key) {
                    fields.insert(MASK.to_owned(), item);
                }
            }
            for item in fields.values_mut() {
                mask(redactor, item);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Keys are the protocol's own words: a short value that happens to be one of them is left alone.
fn in_key(redactor: &Redactor, key: &str) -> bool {
    let mut scanner = Scanner::new(redactor, MIN_STREAM_BYTES);
    let mut clean = scanner.push(key.as_bytes());
    clean.extend(scanner.finish());
    clean != key.as_bytes()
}
