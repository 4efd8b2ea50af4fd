//! The form for an MCP server: add and edit, with a test before saving.
#![allow(
    clippy::large_types_passed_by_value,
    reason = "a form is a handful of handles, copied into the closures of its view"
)]

mod allow_host;
mod dialog;
mod draft;
mod fields;
mod model;
mod program;
mod program_fields;
mod saving;
mod test_panel;
mod test_run;
mod testing;
mod transport;

pub use dialog::{FormOf, McpServerDialog};
pub(super) use test_panel::headline_of;
pub(super) use test_run::Outcome;
