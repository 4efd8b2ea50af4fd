//! The form for an MCP server: add and edit, with a test before saving.

mod address;
mod allow_host;
mod dialog;
mod draft;
mod fields;
mod model;
mod test_panel;
mod test_run;

pub(super) use address::host_of;
pub use dialog::{FormOf, McpServerDialog};
pub(super) use test_panel::headline_of;
pub(super) use test_run::Outcome;
