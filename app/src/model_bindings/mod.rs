//! Model bindings: which model of which provider, and which credential opens it.

mod api;
mod destination;
mod form;
mod messages;
mod pages;
mod record;
mod test_result;

pub use destination::leads_to;
pub use pages::ModelBindingsPage;
