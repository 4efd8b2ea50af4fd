//! Credentials: named secrets that are stored once and never shown again.

mod api;
mod dialogs;
mod messages;
mod pages;
pub mod picker;

pub use pages::{CredentialPage, CredentialsPage};
