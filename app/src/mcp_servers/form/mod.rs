//! The form for an MCP server: add and edit, with a test before saving.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "a form is a handful of handles, copied into the closures of its view"
)]

mod dialog;
mod draft;
mod fields;
mod model;
mod program;
mod program_fields;
mod saving;
mod testing;
mod transport;

pub use dialog::{FormOf, McpServerDialog};
