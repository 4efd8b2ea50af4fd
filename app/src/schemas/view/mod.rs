//! The renderer of generated forms.

mod add_menu;
mod check_field;
mod choice_field;
mod credential_field;
mod field;
mod fields;
mod handle;
mod lines_field;
mod mcp_server_field;
mod problems;
mod schema_form;
mod switch_field;
mod text_field;
mod texts_field;
mod tool_names_field;
mod with_schema;

pub use handle::FormHandle;
pub use schema_form::SchemaForm;
pub use with_schema::WithSchema;
