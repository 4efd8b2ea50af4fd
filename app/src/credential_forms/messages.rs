//! Messages about connection tests and the allowed destinations of a credential.

use contract::credentials::CredentialSummary;

use crate::destination::Destination;

include!(concat!(env!("OUT_DIR"), "/messages/credential_forms.rs"));

pub fn allow(destination: &Destination) -> String {
    allow_destination(&destination.words())
}

/// The warning above [`allow`].
pub fn allow_help(credential: &str, destination: &Destination) -> String {
    destination_not_allowed(credential, &address(destination))
}

/// The refusal, for a user who cannot change the credential.
pub fn ask_to_allow(destination: &Destination, credential: &str, owner: Option<&str>) -> String {
    let destination = address(destination);
    match owner {
        Some(owner) => ask_owner(credential, &destination, owner),
        None => ask_administrator(credential, &destination),
    }
}

fn address(destination: &Destination) -> String {
    destination.origin() + destination.path()
}

pub fn testing(host: Option<&str>) -> String {
    host.map_or_else(|| testing_server().to_owned(), testing_host)
}

pub fn credential_deleted_more(credential: &CredentialSummary) -> String {
    let name = credential.name.as_deref().unwrap_or(nameless_credential());
    match &credential.deleted_by {
        Some(user) => deleted_credential_by(name, user),
        None => deleted_credential(name),
    }
}
