//! What the author of a schema is told.

/// Why a schema is none that a form can be generated from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", if pointer.is_empty() { "The schema" } else { pointer })]
pub struct SchemaFault {
    /// JSON Pointer into the schema.
    pub pointer: String,
    /// A sentence that says what to change.
    pub detail: String,
}

impl SchemaFault {
    /// A fault at a place of the schema.
    pub(super) fn at(pointer: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.to_owned(),
            detail: detail.into(),
        }
    }
}
