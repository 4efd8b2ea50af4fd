//! The model of a generated form: read from JSON Schema with `x-ui` hints, the same in browser and server.
//!
//! [`Form::parse`] reads a schema and refuses what it does not understand, so that an author sees it at once.
//! [`Form::check`] says what is wrong with a value, [`Draft`] is the state of the form on a page.

mod check;
mod condition;
mod consistency;
mod content;
mod draft;
mod fault;
mod keywords;
mod normalize;
mod option_source;
mod parse;
mod resolve;
mod rules;
#[cfg(test)]
mod tests;
mod ui_hints;

use serde_json::Value;

pub use condition::{Condition, Shown};
pub use content::{Choice, Content, JsonShape, Lines};
pub use draft::{Draft, Entry};
pub use fault::SchemaFault;
pub use option_source::Route;

/// A form, or a part of one: the fields of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// The fields, in the order in which they are shown.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The property's name.
    pub name: String,
    /// The label.
    pub title: String,
    /// What is said below it.
    pub help: Option<String>,
    /// Whether a value is needed wherever the field applies.
    pub required: bool,
    /// What it holds, and the rules for it.
    pub content: Content,
    /// What holds where there is no value.
    pub default: Option<Value>,
    /// When it applies; always, without one.
    pub show_when: Option<Condition>,
    /// Whether it is added from a menu where it is not shown by itself.
    pub hidden_until_added: bool,
}

impl Form {
    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that a JSON Pointer leads to, through nested objects. A pointer into a list, or into JSON, leads to
    /// the field that holds it.
    pub fn field_at(&self, pointer: &str) -> Option<(&Field, String)> {
        let mut form = self;
        let mut found = None;
        let mut at = String::new();
        for part in pointer.strip_prefix('/')?.split('/') {
            let field = form.field(part)?;
            at = format!("{at}/{part}");
            found = Some((field, at.clone()));
            match &field.content {
                Content::Object(inner) => form = inner,
                _ => break,
            }
        }
        found
    }
}
