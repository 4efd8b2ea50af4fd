//! The form for a model binding: add and edit, with a test before saving. Its settings are a generated form.

mod dialog;
mod fields;
mod model;
mod saving;

pub use dialog::{FormOf, ModelBindingDialog};
