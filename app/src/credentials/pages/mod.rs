//! The pages of credentials.

mod credential;
mod credentials;
mod facts;
mod references;
mod row;
mod section;
mod table;
mod uses;

pub use credential::CredentialPage;
pub use credentials::CredentialsPage;
