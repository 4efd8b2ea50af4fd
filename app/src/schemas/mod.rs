//! Generated forms: one schema for the server's checks, the documentation and the form.
//!
//! An author describes a form by a Rust type with hints, lists its schema with `GET /schemas`, and shows it with
//! [`SchemaForm`]. `docs/forms.md` has the whole example.

mod api;
mod dto;
mod form;
mod text;
mod view;

pub use dto::FormSchema;
pub use form::{Choice, Condition, Content, Draft, Entry, Field, Form, JsonShape, Lines, Route, SchemaFault, Shown};
pub use view::{FormHandle, SchemaForm, WithSchema};
