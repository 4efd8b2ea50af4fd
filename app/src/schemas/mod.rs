//! Generated forms: one schema for the server's checks, the documentation and the form.
//!
//! An author describes a form by a Rust type with hints, lists its schema with `GET /schemas`, and shows it with
//! [`SchemaForm`]. `docs/forms.md` has the whole example.

mod api;
// Known to the tests, and to the lints of both builds; never to a site.
#[cfg(any(test, clippy))]
#[cfg_attr(not(test), allow(dead_code, reason = "no page shows it"))]
mod example;
mod messages;
mod view;

pub use view::{FormHandle, SchemaForm, WithSchema};
