//! The tools that a server offers.

mod dialog;
mod list;
mod schema;

pub use dialog::ToolsDialog;
pub(super) use list::ToolsList;
