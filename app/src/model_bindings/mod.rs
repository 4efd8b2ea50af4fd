//! Model bindings: which model of which provider, and which credential opens it.

mod api;
mod deleting;
mod destination;
mod form;
mod pages;
mod test_dialog;
mod test_result;
mod text;

pub use destination::leads_to;
pub use pages::ModelBindingsPage;
