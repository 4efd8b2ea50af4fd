//! Reads the fields of an input object and collects everything that is wrong with it.
//!
//! serde stops at the first fault and repeats input in its messages. This reader does neither: it
//! names fields by pointer, lists all broken rules, and wipes the texts that it read when dropped.

mod document;
mod lists;
mod plain;
#[cfg(test)]
mod tests;
mod texts;

use std::fmt;

use contract::api::Patch;
use contract::problem::Violation;
use serde_json::Value;
use zeroize::Zeroize as _;

use self::document::{Document, MAX_ENTRIES};
use self::plain::RESERVED;
use super::ApiError;

/// Field names of outputs: sent back by mistake, they may be named in an error. Any other unknown
/// name is input and is not repeated.
const OUTPUT_FIELDS: &[&str] = &[
    "id",
    "owner",
    "owner_id",
    "version",
    "revision",
    "used_by",
    "created_at",
    "updated_at",
    "credential",
    "credential_id",
    "allowed_hosts",
    "allowed_hosts_from_before",
    "value",
    "name",
    "url",
    "enabled",
    "transport",
    "command",
    "args",
    "cwd",
    "env_names",
    "deleted_at",
    "email",
    "role",
    "password",
    "settings",
    "api_key",
    "base_url",
    "credential_name",
    "host",
];

/// The most values of a body. A small object takes a hundred times its text.
const MAX_VALUES: usize = 20_000;

/// Counts values by the marks between them, without parsing any.
fn has_too_many_values(text: &[u8]) -> bool {
    let (mut values, mut in_text, mut escaped) = (1, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    values > MAX_VALUES
}

/// An input object on its way to being read.
pub struct Fields {
    /// Where the object is in the body: in front of every pointer.
    prefix: &'static str,
    entries: Vec<(String, Value)>,
    errors: Vec<Violation>,
    known: Vec<&'static str>,
}

impl Fields {
    /// The object of a JSON text.
    pub(super) fn parse(text: &[u8]) -> Result<Self, ApiError> {
        // Invalid JSON stays 400 `malformed`.
        if has_too_many_values(text) && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok() {
            let detail = format!("Send up to {MAX_VALUES} values.");
            return Err(ApiError::field("", "too-long", &detail));
        }
        let fields: Result<Document, _> = serde_json::from_slice(text);
        match fields {
            Ok(Document::Object {
                entries,
                more,
                reserved,
            }) => {
                let fields = Self {
                    prefix: "",
                    entries,
                    errors: Vec::new(),
                    known: Vec::new(),
                };
                if more {
                    let detail = format!("Send up to {MAX_ENTRIES} fields.");
                    return Err(ApiError::field("", "too-long", &detail));
                }
                if reserved {
                    let detail = format!("Use names that don't begin with {RESERVED}");
                    return Err(ApiError::field("", "bad-name", &detail));
                }
                Ok(fields)
            }
            Ok(Document::Other) => Err(ApiError::field("", "not-an-object", "Send a JSON object.")),
            Err(error) => Err(ApiError::Malformed {
                line: error.line(),
                column: error.column(),
            }),
        }
    }

    /// An object inside a body, at this pointer.
    pub fn within(prefix: &'static str, object: serde_json::Map<String, Value>) -> Self {
        Self {
            prefix,
            entries: object.into_iter().collect(),
            errors: Vec::new(),
            known: Vec::new(),
        }
    }

    /// Notes a broken rule of a field.
    pub fn fault(&mut self, pointer: impl Into<String>, code: &str, detail: &str) {
        self.errors.push(Violation {
            pointer: pointer.into(),
            code: code.to_owned(),
            detail: detail.to_owned(),
        });
    }

    /// Notes broken rules that were found elsewhere, but none of a field that has its fault already.
    pub fn faults(&mut self, mut errors: Vec<Violation>) {
        errors.retain(|new| !self.errors.iter().any(|known| known.pointer == new.pointer));
        self.errors.extend(errors);
    }

    /// Takes a field as it is: nothing where it is absent.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        let mut found = None;
        let mut doubled = false;
        self.entries.retain_mut(|(key, value)| {
            if key != name {
                return true;
            }
            if let Some(mut earlier) = found.replace(value.take()) {
                wipe(&mut earlier);
                doubled = true;
            }
            false
        });
        if doubled {
            self.fault(format!("/{name}"), "duplicate", "Send this field once.");
        }
        found
    }

    /// A field of a merge patch, read by `read`, which notes what is wrong.
    fn patch<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Self, &str, Value) -> Option<T>) -> Patch<T> {
        match self.take(name) {
            None => Patch::Absent,
            Some(Value::Null) => Patch::Null,
            Some(value) => read(self, &format!("/{name}"), value).map_or(Patch::Absent, Patch::Set),
        }
    }

    /// Notes that a field is missing, or null where it cannot be.
    fn required<T>(&mut self, name: &'static str, patch: Patch<T>, detail: &str) -> Option<T> {
        match patch {
            Patch::Set(content) => Some(content),
            Patch::Null => {
                self.fault(format!("/{name}"), "required", detail);
                None
            }
            Patch::Absent => {
                let pointer = format!("/{name}");
                // A fault of the same field was noted already.
                if !self.errors.iter().any(|error| error.pointer == pointer) {
                    self.fault(pointer, "required", detail);
                }
                None
            }
        }
    }

    /// Notes that a field was null where it can be absent or something, but not cleared.
    fn not_null<T>(&mut self, name: &'static str, patch: Patch<T>) -> Patch<T> {
        if matches!(patch, Patch::Null) {
            self.fault(
                format!("/{name}"),
                "required",
                "This field can't be empty. Leave it out to keep its value.",
            );
            return Patch::Absent;
        }
        patch
    }

    /// Whether nothing was wrong so far.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Ends the reading: what was read, or everything that was wrong, unknown fields included.
    pub fn into_result<T>(mut self, content: Option<T>) -> Result<T, ApiError> {
        if !self.entries.is_empty() {
            let detail = format!("Remove unknown fields. Allowed: {}.", self.known.join(", "));
            let pointers: Vec<String> = self
                .entries
                .iter()
                .map(|(name, _)| {
                    if OUTPUT_FIELDS.contains(&name.as_str()) {
                        format!("/{name}")
                    } else {
                        String::new()
                    }
                })
                .collect();
            for pointer in pointers {
                if !self
                    .errors
                    .iter()
                    .any(|error| error.code == "unknown-field" && error.pointer == pointer)
                {
                    self.fault(pointer, "unknown-field", &detail);
                }
            }
        }
        match content {
            Some(content) if self.errors.is_empty() => Ok(content),
            _ => {
                let mut errors = std::mem::take(&mut self.errors);
                for error in &mut errors {
                    error.pointer.insert_str(0, self.prefix);
                }
                Err(ApiError::Invalid(errors))
            }
        }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields { .. }")
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        for (name, value) in &mut self.entries {
            name.zeroize();
            wipe(value);
        }
    }
}

/// Wipes the texts of a JSON value.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(map) => map.iter_mut().for_each(|(_, value)| wipe(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a text or a key in a JSON value holds U+0000.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
