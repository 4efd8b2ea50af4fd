//! The pages of credentials.

mod credential;
mod credentials;

pub use credential::CredentialPage;
pub use credentials::CredentialsPage;
