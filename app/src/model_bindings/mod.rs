//! Model bindings: which model of which provider, and which credential opens it.

mod dto;
mod provider;
#[cfg(feature = "ssr")]
mod schema;

pub use dto::{ModelBinding, ModelBindingId, ModelBindingInput, ModelSettings, ModelTestResult};
pub use provider::{KeyHeader, Provider, WireFormat};
