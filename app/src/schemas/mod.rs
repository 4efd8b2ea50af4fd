//! Generated forms: one schema for the server's checks, the documentation and the form.

mod dto;

pub use dto::FormSchema;
