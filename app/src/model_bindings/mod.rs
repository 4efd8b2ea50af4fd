//! Model bindings: which model of which provider, and which credential opens it.

mod api;
mod deleting;
mod destination;
mod dto;
mod form;
mod pages;
mod provider;
mod rules;
#[cfg(feature = "ssr")]
mod schema;
mod test_dialog;
mod test_result;
mod text;

pub use destination::leads_to;
pub use dto::{ModelBinding, ModelBindingId, ModelBindingInput, ModelSettings, ModelTestResult};
pub use pages::ModelBindingsPage;
pub use provider::{KeyHeader, Provider, WireFormat};
pub use rules::settings_faults;
#[cfg(feature = "ssr")]
pub use schema::NewModelSettings;
