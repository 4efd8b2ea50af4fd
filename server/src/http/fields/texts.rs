//! Fields that are one thing: a text, a name, a secret, a switch, an id.

use contract::api::Patch;
use contract::names::{NameFault, parse_name};
use contract::secret::SecretValue;
use contract::secret_text::{KEEP_SECRETS_OUT, LOOKS_LIKE_SECRET};
use serde_json::Value;
use zeroize::Zeroize as _;

use super::{Fields, wipe};

impl Fields {
    /// Any text without U+0000.
    pub(super) fn read_text(&mut self, pointer: &str, value: Value) -> Option<String> {
        match value {
            Value::String(mut text) if text.contains('\0') => {
                text.zeroize();
                self.fault(pointer, "nul-character", "Remove the null character (U+0000).");
                None
            }
            Value::String(text) => Some(text),
            mut other => {
                wipe(&mut other);
                self.fault(pointer, "wrong-type", "Send a string.");
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
                &format!("Use up to {} KiB.", max_bytes.div_ceil(1024)),
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
                if contract::names::looks_like_secret(&text) || is_key_field(pointer) && is_one_word(&text) {
                    fields.fault(pointer, LOOKS_LIKE_SECRET, KEEP_SECRETS_OUT);
                } else {
                    fields.fault(pointer, "bad-id", "Send an ID in the format this API uses.");
                }
            }
            text.zeroize();
            id
        })
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
