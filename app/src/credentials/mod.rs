//! Credentials: named secrets that are stored once and never shown again.

mod api;
mod dialogs;
mod dto;
mod pages;
pub mod picker;
mod text;

pub use dto::{
    CreateCredential, Credential, CredentialId, CredentialState, CredentialSummary, Reference, ReferrerKind,
    UpdateCredential, Use, UseActor, UseOutcome, UseReferrer,
};
pub use pages::{CredentialPage, CredentialsPage};
