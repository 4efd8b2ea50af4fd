//! Generated forms: one schema for the server's checks, the documentation and the form.

mod dto;
mod form;

pub use dto::FormSchema;
pub use form::{Choice, Condition, Content, Draft, Entry, Field, Form, JsonShape, Lines, Route, SchemaFault, Shown};
