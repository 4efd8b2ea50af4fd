//! Fields that hold several things: lists, and objects of any content.

use std::fmt;

use contract::api::Patch;
use serde_json::Value;
use zeroize::Zeroize as _;

use super::{Fields, holds_nul, wipe};

impl Fields {
    /// A list of texts in a merge patch, each read by `parse`; null empties it.
    pub fn patch_list<T, E: fmt::Display>(
        &mut self,
        name: &'static str,
        max: usize,
        code: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Patch<Vec<T>> {
        self.patch(name, |fields, pointer, value| {
            let Value::Array(entries) = value else {
                let mut other = value;
                wipe(&mut other);
                fields.fault(pointer, "wrong-type", "Send a list of strings.");
                return None;
            };
            if entries.len() > max {
                fields.fault(pointer, "too-long", &format!("Use up to {max} entries."));
                return None;
            }
            let before = fields.errors.len();
            let mut items = Vec::with_capacity(entries.len());
            for (index, entry) in entries.into_iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                if let Some(mut text) = fields.read_text(&pointer, entry) {
                    match parse(&text) {
                        Ok(item) => items.push(item),
                        Err(fault) => fields.fault(pointer, code, &fault.to_string()),
                    }
                    text.zeroize();
                }
            }
            (fields.errors.len() == before).then_some(items)
        })
    }

    /// An object of any content in a merge patch; null clears it.
    pub fn patch_object(&mut self, name: &'static str) -> Patch<serde_json::Map<String, Value>> {
        self.patch(name, |fields, pointer, mut value| {
            let (code, detail) = match value {
                Value::Object(map) if !map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)) => {
                    return Some(map);
                }
                Value::Object(_) => ("nul-character", "Remove the null character (U+0000)."),
                _ => ("wrong-type", "Send an object."),
            };
            wipe(&mut value);
            fields.fault(pointer, code, detail);
            None
        })
    }

    /// A required object of any content.
    pub fn object(&mut self, name: &'static str, detail: &str) -> Option<serde_json::Map<String, Value>> {
        let patch = self.patch_object(name);
        self.required(name, patch, detail)
    }

    /// A list of objects of any content; none where absent.
    pub fn objects(&mut self, name: &'static str, max: usize) -> Vec<serde_json::Map<String, Value>> {
        let list = self.patch(name, |fields, pointer, value| {
            let Value::Array(entries) = value else {
                let mut other = value;
                wipe(&mut other);
                fields.fault(pointer, "wrong-type", "Send a list of objects.");
                return None;
            };
            if entries.len() > max {
                fields.fault(pointer, "too-long", &format!("Use up to {max} entries."));
                return None;
            }
            let mut objects = Vec::with_capacity(entries.len());
            for (index, entry) in entries.into_iter().enumerate() {
                match entry {
                    Value::Object(object) => objects.push(object),
                    mut other => {
                        wipe(&mut other);
                        fields.fault(format!("{pointer}/{index}"), "wrong-type", "Send an object.");
                    }
                }
            }
            Some(objects)
        });
        list.apply_to(None).unwrap_or_default()
    }
}
