//! What is wrong with a value, in the words of the form. No input is repeated.

use serde_json::{Map, Value};

use super::{Content, Field, Form, rules};
use crate::problem::Violation;

impl Form {
    /// Everything that is wrong with a value, each fault with a JSON Pointer relative to it.
    ///
    /// Null and an absent field are the same. A field that does not apply may not have a value.
    pub fn check(&self, value: &Value) -> Vec<Violation> {
        let mut faults = Vec::new();
        let mut names = Vec::new();
        self.collect_names(&mut names);
        self.check_object(value, "", &names, &mut faults);
        faults
    }

    fn collect_names<'a>(&'a self, names: &mut Vec<&'a str>) {
        for field in &self.fields {
            names.push(&field.name);
            if let Content::Object(inner) = &field.content {
                inner.collect_names(names);
            }
        }
    }

    /// `names` are those of the whole form: they may be named in a fault.
    pub(super) fn check_object(&self, value: &Value, at: &str, names: &[&str], faults: &mut Vec<Violation>) {
        let Value::Object(map) = value else {
            faults.push(fault(at, "wrong-type", "Send an object."));
            return;
        };
        let value_of = |field: &Field| map.get(&field.name).filter(|value| !value.is_null()).cloned();
        for field in &self.fields {
            let at = format!("{at}/{}", field.name);
            let applies = self.applies(field, &value_of);
            match map.get(&field.name).filter(|value| !value.is_null()) {
                None if applies && field.required => {
                    faults.push(fault(&at, "required", rules::missing(&field.content)));
                }
                None => {}
                Some(_) if !applies => faults.push(fault(&at, "not-applicable", NOT_APPLICABLE)),
                Some(value) => field.check_value(value, &at, names, faults),
            }
        }
        self.check_unknown(map, at, names, faults);
    }

    fn check_unknown(&self, map: &Map<String, Value>, at: &str, names: &[&str], faults: &mut Vec<Violation>) {
        for name in map.keys().filter(|name| self.field(name).is_none()) {
            // Any other name is input, and may be a pasted secret.
            let pointer = if names.contains(&name.as_str()) {
                format!("{at}/{name}")
            } else {
                at.to_owned()
            };
            let is_new = |known: &Violation| known.code != "unknown-field" || known.pointer != pointer;
            if faults.iter().all(is_new) {
                let own: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
                let detail = format!("Remove unknown fields. Allowed: {}.", own.join(", "));
                faults.push(fault(&pointer, "unknown-field", &detail));
            }
        }
    }
}

impl Field {
    /// Checks a value that is not null.
    pub(super) fn check_value(&self, value: &Value, at: &str, names: &[&str], faults: &mut Vec<Violation>) {
        if let Content::Object(inner) = &self.content {
            inner.check_object(value, at, names, faults);
            return;
        }
        for (place, broken) in rules::broken(&self.content, self.required, value) {
            let pointer = place.map_or_else(|| at.to_owned(), |index| format!("{at}/{index}"));
            faults.push(fault(&pointer, broken.code, &broken.detail));
        }
    }
}

const NOT_APPLICABLE: &str = "This field doesn't apply to your other choices. Remove it.";

pub(super) fn fault(pointer: &str, code: &str, detail: &str) -> Violation {
    Violation {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}
