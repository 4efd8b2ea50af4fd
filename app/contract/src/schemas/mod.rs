//! The wire contract of generated forms.

#[cfg(feature = "schema")]
pub mod example;
mod form;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use form::{Choice, Condition, Content, Draft, Entry, Field, Form, JsonShape, Lines, Route, SchemaFault, Shown};

/// The schema of a form, as listed by `GET /schemas`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormSchema {
    /// Its stable name, e.g. `model_settings`.
    pub name: String,
    /// The title of the form.
    pub title: String,
    /// JSON Schema 2020-12 with `x-ui` hints.
    pub schema: Value,
}
