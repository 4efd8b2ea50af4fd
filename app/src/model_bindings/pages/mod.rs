//! The pages of model bindings.

mod list;
mod row;

pub use list::ModelBindingsPage;
