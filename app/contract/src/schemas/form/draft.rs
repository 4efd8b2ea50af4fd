//! The state of a form on a page: what was typed, whether it fits or not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

use super::check::fault;
use super::{Content, Field, Form, JsonShape, Shown};
use crate::problem::Violation;

/// What stands in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// What was typed, or the value that was chosen.
    Text(String),
    /// A switch; without an answer, the default holds.
    Flag(Option<bool>),
    /// The rows of a list.
    Texts(Vec<String>),
    /// The chosen tools, or all of them.
    Tools(Option<Vec<String>>),
}

/// What stands in a form. What was typed into a field stays while the field is not shown, and is not sent then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    entries: BTreeMap<String, Entry>,
    added: BTreeSet<String>,
}

impl Draft {
    /// The state that stands for a value.
    pub fn of(form: &Form, value: &Value) -> Self {
        let mut draft = Self::default();
        draft.take(form, &form.tidy(value), "");
        draft
    }

    fn take(&mut self, form: &Form, value: &Value, at: &str) {
        for field in &form.fields {
            let at = format!("{at}/{}", field.name);
            let Some(value) = value.get(&field.name) else {
                continue;
            };
            if field.hidden_until_added {
                self.added.insert(at.clone());
            }
            match &field.content {
                Content::Object(inner) => self.take(inner, value, &at),
                content => {
                    self.entries.insert(at, entry_of(content, value));
                }
            }
        }
    }

    /// What stands in a field, by its pointer.
    pub fn entry(&self, pointer: &str) -> Option<&Entry> {
        self.entries.get(pointer)
    }

    /// The text that stands in a field.
    pub fn text(&self, pointer: &str) -> &str {
        match self.entry(pointer) {
            Some(Entry::Text(text)) => text,
            _ => "",
        }
    }

    /// The row of the list at `pointer` that stands for an entry of its value: rows without text are none.
    pub fn row_of(&self, pointer: &str, entry: usize) -> Option<usize> {
        let Some(Entry::Texts(rows)) = self.entry(pointer) else {
            return None;
        };
        let filled = rows.iter().enumerate().filter(|(_, row)| !row.is_empty());
        filled.map(|(row, _)| row).nth(entry)
    }

    /// Puts something into a field; an empty text takes it out, so that both look the same afterwards.
    pub fn set(&mut self, pointer: &str, entry: Entry) {
        match entry {
            Entry::Text(text) if text.is_empty() => self.entries.remove(pointer),
            Entry::Flag(None) | Entry::Tools(None) => self.entries.remove(pointer),
            Entry::Texts(rows) if rows.is_empty() => self.entries.remove(pointer),
            entry => self.entries.insert(pointer.to_owned(), entry),
        };
    }

    /// Adds a field that is hidden until then.
    pub fn add(&mut self, field: &Field, pointer: &str) {
        self.added.insert(pointer.to_owned());
        if field.content == Content::Switch && self.entry(pointer).is_none() {
            let begun = field.default.as_ref().and_then(Value::as_bool);
            self.set(pointer, Entry::Flag(Some(begun.unwrap_or(false))));
        }
    }

    /// Hides it again. What was typed comes back with it.
    pub fn remove(&mut self, pointer: &str) {
        self.added.remove(pointer);
    }

    /// Whether a field of the object at `base` is on the page.
    pub fn shown(&self, form: &Form, base: &str, field: &Field) -> Shown {
        let value_of = |other: &Field| self.chosen(form, base, other);
        let is_added = self.added.contains(&format!("{base}/{}", field.name));
        form.shown(field, &value_of, is_added)
    }

    /// What a condition looks at.
    fn chosen(&self, form: &Form, base: &str, field: &Field) -> Option<Value> {
        if field.hidden_until_added && !self.shown(form, base, field).is_shown() {
            return None;
        }
        match (&field.content, self.entry(&format!("{base}/{}", field.name))) {
            (Content::Choice(_), Some(Entry::Text(text))) => Some(Value::from(text.as_str())),
            (Content::Switch, Some(Entry::Flag(Some(on)))) => Some(Value::from(*on)),
            (Content::Switch, _) if field.required => Some(Value::from(false)),
            _ => None,
        }
    }

    /// The value that the state stands for, with what cannot be read of it.
    pub fn value(&self, form: &Form) -> (Value, Vec<Violation>) {
        let mut faults = Vec::new();
        let value = self.object(form, "", &mut faults);
        (value, faults)
    }

    /// The value, and everything that is wrong with it.
    pub fn check(&self, form: &Form) -> (Value, Vec<Violation>) {
        let (value, mut faults) = self.value(form);
        for found in form.check(&value) {
            // What cannot be read is left out of the value, and not missing.
            if faults.iter().all(|known| known.pointer != found.pointer) {
                faults.push(found);
            }
        }
        (value, faults)
    }

    fn object(&self, form: &Form, at: &str, faults: &mut Vec<Violation>) -> Value {
        let mut map = Map::new();
        for field in &form.fields {
            if !self.shown(form, at, field).is_shown() {
                continue;
            }
            let at = format!("{at}/{}", field.name);
            let value = match &field.content {
                // An object that may be left out is, while nothing in it was touched.
                Content::Object(inner) if field.required || self.holds_something(inner, &at) => {
                    Some(self.object(inner, &at, faults))
                }
                Content::Object(_) => None,
                _ => self.read(field, &at).unwrap_or_else(|unreadable| {
                    faults.push(unreadable);
                    None
                }),
            };
            if let Some(value) = value {
                map.insert(field.name.clone(), value);
            }
        }
        Value::Object(map)
    }

    /// Whether anything stands in the fields of an object that are on the page.
    fn holds_something(&self, form: &Form, at: &str) -> bool {
        form.fields.iter().any(|field| {
            let pointer = format!("{at}/{}", field.name);
            self.shown(form, at, field).is_shown()
                && match &field.content {
                    Content::Object(inner) => self.holds_something(inner, &pointer),
                    _ => self.entries.contains_key(&pointer),
                }
        })
    }

    /// The value of a field that holds no further fields.
    fn read(&self, field: &Field, at: &str) -> Result<Option<Value>, Violation> {
        Ok(match (&field.content, self.entry(at)) {
            (Content::Number { .. }, Some(Entry::Text(text))) if !text.trim().is_empty() => {
                let number = number(text.trim());
                Some(number.ok_or_else(|| fault(at, "wrong-type", "Enter a number, e.g. 0.5 or 20."))?)
            }
            (Content::Json(shape), Some(Entry::Text(text))) if !text.trim().is_empty() => {
                let value = serde_json::from_str(text).map_err(|error| {
                    let place = format!("line {}, column {}", error.line(), error.column());
                    fault(at, "bad-json", &format!("This isn't valid JSON. Check {place}."))
                })?;
                // Null is how JSON says that there is none.
                Some(value).filter(|value: &Value| !value.is_null() || *shape != JsonShape::Any)
            }
            (Content::Number { .. } | Content::Json(_), _) => None,
            (content, Some(Entry::Text(text))) => {
                // What may hold no spaces has none around it either.
                let is_word = matches!(content, Content::Text { unbroken: true, .. });
                let text = if is_word { text.trim() } else { text };
                Some(Value::from(text)).filter(|_| !text.is_empty())
            }
            (_, Some(Entry::Flag(Some(on)))) => Some(Value::from(*on)),
            (Content::Switch, _) => field.required.then(|| Value::from(false)),
            (_, Some(Entry::Tools(names))) => names.as_ref().map(|names| Value::from(names.as_slice())),
            (Content::Texts { .. }, Some(Entry::Texts(rows))) => {
                let rows: Vec<&str> = rows.iter().map(String::as_str).filter(|row| !row.is_empty()).collect();
                (field.required || !rows.is_empty()).then(|| Value::from(rows))
            }
            (Content::Texts { .. }, _) => field.required.then(|| Value::Array(Vec::new())),
            _ => None,
        })
    }
}

fn entry_of(content: &Content, value: &Value) -> Entry {
    let texts = || {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    match content {
        Content::Switch => Entry::Flag(value.as_bool()),
        Content::Texts { .. } => Entry::Texts(texts()),
        Content::ToolNames { .. } => Entry::Tools(value.is_array().then(texts)),
        Content::Json(_) => Entry::Text(serde_json::to_string_pretty(value).unwrap_or_default()),
        _ => Entry::Text(match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        }),
    }
}

/// A number as JSON writes it, with the exactness that it was typed with.
fn number(text: &str) -> Option<Value> {
    let whole = text
        .parse::<i64>()
        .map(Number::from)
        .or_else(|_| text.parse::<u64>().map(Number::from));
    let number = whole.ok().or_else(|| Number::from_f64(text.parse().ok()?));
    number.map(Value::Number)
}
