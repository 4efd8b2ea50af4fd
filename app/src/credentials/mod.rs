//! Credentials: named secrets that are stored once and never shown again.

mod api;
mod dialogs;
mod pages;
pub mod picker;
mod text;

pub use pages::{CredentialPage, CredentialsPage};
