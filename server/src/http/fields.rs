//! Reads the fields of an input object and collects everything that is wrong with it.
//!
//! serde stops at the first fault and repeats input in its messages. This reader does neither: it
//! names fields by pointer, lists all broken rules, and wipes the texts that it read when dropped.

use std::fmt;

use app::api::{FieldError, Patch};
use app::names::{NameFault, parse_name};
use app::secret::SecretValue;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use zeroize::Zeroize as _;

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

/// An input object on its way to being read.
pub struct Fields {
    /// Where the object is in the body: in front of every pointer.
    prefix: &'static str,
    entries: Vec<(String, Value)>,
    errors: Vec<FieldError>,
    known: Vec<&'static str>,
}

impl Fields {
    /// The object of a JSON text.
    pub(super) fn parse(text: &[u8]) -> Result<Self, ApiError> {
        let fields: Result<Document, _> = serde_json::from_slice(text);
        match fields {
            Ok(Document::Object(entries)) => Ok(Self {
                prefix: "",
                entries,
                errors: Vec::new(),
                known: Vec::new(),
            }),
            Ok(Document::Other) => Err(ApiError::field("", "not-an-object", "Send a JSON object.")),
            Err(error) => Err(ApiError::Malformed {
                line: error.line(),
                column: error.column(),
            }),
        }
    }

    /// An object inside a body, at this pointer.
    #[must_use]
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
        self.errors.push(FieldError {
            pointer: pointer.into(),
            code: code.to_owned(),
            detail: detail.to_owned(),
        });
    }

    /// Notes broken rules that were found elsewhere, but none of a field that has its fault already.
    pub fn faults(&mut self, mut errors: Vec<FieldError>) {
        errors.retain(|new| !self.errors.iter().any(|known| known.pointer == new.pointer));
        self.errors.extend(errors);
    }

    /// Takes a field as it is: nothing where it is absent.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        let mut found = None;
        let mut index = 0;
        while index < self.entries.len() {
            if self.entries[index].0 == name {
                let (_, value) = self.entries.remove(index);
                if let Some(mut earlier) = found.replace(value) {
                    wipe(&mut earlier);
                    self.fault(format!("/{name}"), "duplicate", "Send this field once.");
                }
            } else {
                index += 1;
            }
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
                "This field cannot be empty. Leave it out to keep it.",
            );
            return Patch::Absent;
        }
        patch
    }

    /// Any text without U+0000.
    fn read_text(&mut self, pointer: &str, value: Value) -> Option<String> {
        match value {
            Value::String(mut text) if text.contains('\0') => {
                text.zeroize();
                self.fault(pointer, "nul-character", "Remove the character U+0000.");
                None
            }
            Value::String(text) => Some(text),
            mut other => {
                wipe(&mut other);
                self.fault(pointer, "wrong-type", "Send a text.");
                None
            }
        }
    }

    fn read_name(&mut self, pointer: &str, value: Value) -> Option<String> {
        let mut text = self.read_text(pointer, value)?;
        let parsed = parse_name(&text);
        text.zeroize();
        parsed
            .map_err(|fault: NameFault| self.fault(pointer, fault.code(), fault.detail()))
            .ok()
    }

    /// A required name, by the rules that the form has too.
    pub fn name(&mut self, name: &'static str) -> Option<String> {
        let patch = self.patch(name, Self::read_name);
        self.required(name, patch, "Enter a name.")
    }

    /// A name in a merge patch; it cannot be cleared.
    pub fn patch_name(&mut self, name: &'static str) -> Patch<String> {
        let patch = self.patch(name, Self::read_name);
        self.not_null(name, patch)
    }

    /// A required text.
    pub fn text(&mut self, name: &'static str, detail: &str) -> Option<String> {
        let patch = self.patch(name, Self::read_text);
        self.required(name, patch, detail)
    }

    /// A text in a merge patch; it cannot be cleared.
    pub fn patch_text(&mut self, name: &'static str) -> Patch<String> {
        let patch = self.patch(name, Self::read_text);
        self.not_null(name, patch)
    }

    /// A text in a merge patch; null clears it.
    pub fn patch_clearable_text(&mut self, name: &'static str) -> Patch<String> {
        self.patch(name, Self::read_text)
    }

    /// A required secret of at most so many bytes.
    pub fn secret(&mut self, name: &'static str, max_bytes: usize, detail: &str) -> Option<SecretValue> {
        let patch = self.patch(name, |fields, pointer, value| {
            fields.read_secret(pointer, value, max_bytes, detail)
        });
        self.required(name, patch, detail)
    }

    /// A secret in a merge patch; it cannot be cleared.
    pub fn patch_secret(&mut self, name: &'static str, max_bytes: usize, detail: &str) -> Patch<SecretValue> {
        let patch = self.patch(name, |fields, pointer, value| {
            fields.read_secret(pointer, value, max_bytes, detail)
        });
        self.not_null(name, patch)
    }

    fn read_secret(&mut self, pointer: &str, value: Value, max_bytes: usize, empty: &str) -> Option<SecretValue> {
        let secret = SecretValue::new(self.read_text(pointer, value)?);
        if secret.is_empty() {
            self.fault(pointer, "required", empty);
            return None;
        }
        if secret.exceeds(max_bytes) {
            self.fault(
                pointer,
                "too-long",
                &format!("Use at most {} KiB.", max_bytes.div_ceil(1024)),
            );
            return None;
        }
        Some(secret)
    }

    /// A switch in a merge patch; it cannot be cleared.
    pub fn patch_bool(&mut self, name: &'static str) -> Patch<bool> {
        let patch = self.patch_clearable_bool(name);
        self.not_null(name, patch)
    }

    /// A switch in a merge patch; null clears it.
    pub fn patch_clearable_bool(&mut self, name: &'static str) -> Patch<bool> {
        self.patch(name, |fields, pointer, mut value| {
            let answer = value.as_bool();
            if answer.is_none() {
                wipe(&mut value);
                fields.fault(pointer, "wrong-type", "Send true or false.");
            }
            answer
        })
    }

    /// A switch that is off where absent.
    pub fn flag(&mut self, name: &'static str) -> bool {
        matches!(self.patch_bool(name), Patch::Set(true))
    }

    /// An id in a merge patch; null clears it. A secret pasted here is told what to do with it.
    pub fn patch_id<T: std::str::FromStr>(&mut self, name: &'static str) -> Patch<T> {
        self.patch(name, |fields, pointer, value| {
            let mut text = fields.read_text(pointer, value)?;
            let id = text.parse().ok();
            if id.is_none() {
                if app::names::looks_like_secret(&text) || is_key_field(pointer) && is_one_word(&text) {
                    fields.fault(
                        pointer,
                        "looks-like-secret",
                        "This looks like a secret. Create a credential and select it.",
                    );
                } else {
                    fields.fault(pointer, "bad-id", "Send an id, as this API shows it.");
                }
            }
            text.zeroize();
            id
        })
    }

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
                fields.fault(pointer, "wrong-type", "Send a list of texts.");
                return None;
            };
            if entries.len() > max {
                fields.fault(pointer, "too-long", &format!("Use at most {max} entries."));
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
                Value::Object(_) => ("nul-character", "Remove the character U+0000."),
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
                fields.fault(pointer, "too-long", &format!("Use at most {max} entries."));
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
        list.over(None).unwrap_or_default()
    }

    /// Whether nothing was wrong so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Ends the reading: what was read, or everything that was wrong, unknown fields included.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] with all broken rules.
    pub fn finish<T>(mut self, content: Option<T>) -> Result<T, ApiError> {
        if !self.entries.is_empty() {
            let detail = format!(
                "Remove what this request does not take. It takes: {}.",
                self.known.join(", ")
            );
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

/// Whether people expect to paste a key into a field.
fn is_key_field(pointer: &str) -> bool {
    pointer.ends_with("api_key")
}

/// Whether a text could be a key of any issuer: long, and in one piece.
fn is_one_word(text: &str) -> bool {
    text.len() >= 12 && !text.contains(char::is_whitespace)
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

/// A top-level object whose fields keep their order and their repetitions.
enum Document {
    Object(Vec<(String, Value)>),
    Other,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Document, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Document::Object(entries))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_str<E>(self, _: &str) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_unit<E>(self) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
                while seq.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(Document::Other)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str, read: impl FnOnce(&mut Fields)) -> Vec<(String, String)> {
        let mut fields = Fields::parse(text.as_bytes()).unwrap();
        read(&mut fields);
        match fields.finish(None::<()>) {
            Err(ApiError::Invalid(errors)) => errors.into_iter().map(|error| (error.pointer, error.code)).collect(),
            _ => panic!("expected broken rules"),
        }
    }

    #[test]
    fn all_broken_rules_are_listed_and_no_input_is_repeated() {
        let text = r#"{"name":7,"value":"","owner":1,"canary-4f2a":true,"canary-4f2b":true}"#;
        let found = errors(text, |fields| {
            fields.name("name");
            fields.secret("value", 10, "Paste the secret.");
        });
        let expected = [
            ("/name", "wrong-type"),
            ("/value", "required"),
            ("/owner", "unknown-field"),
            ("", "unknown-field"),
        ];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn null_and_absent_and_doubled_fields_are_told_apart() {
        let mut fields = Fields::parse(br#"{"a":null,"b":"x"}"#).unwrap();
        assert_eq!(fields.patch_text("b"), Patch::Set("x".to_owned()));
        assert_eq!(fields.patch_text("c"), Patch::Absent);
        assert_eq!(fields.patch_list("a", 1, "bad", |_| Ok::<(), String>(())), Patch::Null);
        assert!(fields.is_clean());
        let found = errors(r#"{"b":"x","b":"y"}"#, |fields| {
            fields.patch_text("b");
        });
        assert_eq!(found, [("/b".to_owned(), "duplicate".to_owned())]);
    }

    #[test]
    fn what_is_not_an_object_or_not_json_is_refused_by_position() {
        assert!(matches!(Fields::parse(b"[1]"), Err(ApiError::Invalid(_))));
        assert!(matches!(Fields::parse(b"\"x\""), Err(ApiError::Invalid(_))));
        assert!(matches!(
            Fields::parse(b"{\"a\":}"),
            Err(ApiError::Malformed { line: 1, column: 6 })
        ));
        assert!(matches!(Fields::parse(b""), Err(ApiError::Malformed { .. })));
    }
}
