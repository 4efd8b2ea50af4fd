//! The wire contract of generated forms.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A schema that a form can be generated from, as `GET /schemas` lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct FormSchema {
    /// Its stable name, e.g. `model_settings`.
    pub name: String,
    /// What the form is about.
    pub title: String,
    /// JSON Schema 2020-12 with `x-ui` hints.
    pub schema: Value,
}
