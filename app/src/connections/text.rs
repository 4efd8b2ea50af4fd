//! The words about testing a connection, and about the destinations of a credential.

use contract::credentials::CredentialSummary;

use crate::destination::Destination;

/// Label of the consent to another destination.
#[must_use]
pub fn allow(destination: &Destination) -> String {
    format!("Allow {}", destination.words())
}

/// The warning above the consent.
#[must_use]
pub fn allow_help(credential: &str, destination: &Destination) -> String {
    format!(
        "{credential} isn't allowed for {} yet. Only allow destinations you trust with this value.",
        destination.origin() + destination.path()
    )
}

/// The refusal, for a user who cannot change the credential.
#[must_use]
pub fn ask_to_allow(destination: &Destination, credential: &str, owner: Option<&str>) -> String {
    let whom = owner.map_or_else(
        || "an administrator".to_owned(),
        |owner| format!("{owner} or an administrator"),
    );
    format!(
        "{}{} isn't on {credential}'s allowed destinations. Ask {whom} to add it, or choose another credential.",
        destination.origin(),
        destination.path()
    )
}

/// The refusal, at the field.
#[must_use]
pub fn not_allowed() -> &'static str {
    "This credential isn't allowed for this address. See below."
}

/// Nothing was tested, since the field above has to be corrected first.
#[must_use]
pub fn not_tested() -> &'static str {
    "Not tested: nothing was sent."
}

/// Ends a running test.
#[must_use]
pub fn cancel_test() -> &'static str {
    "Cancel test"
}

/// A test is running.
#[must_use]
pub fn testing(host: Option<&str>) -> String {
    match host {
        Some(host) => format!("Testing {host}…"),
        None => "Testing…".to_owned(),
    }
}

/// A test was cancelled.
#[must_use]
pub fn test_cancelled() -> &'static str {
    "Test cancelled. If the server was asked already, it was hung up on."
}

/// The result is about something else by now.
#[must_use]
pub fn outdated() -> &'static str {
    "Changed since this test."
}

/// It does not.
#[must_use]
pub fn not_connected() -> &'static str {
    "Not connected."
}

/// Tests again.
#[must_use]
pub fn test_again() -> &'static str {
    "Test again"
}

/// A duration.
#[must_use]
pub fn milliseconds(count: i64) -> String {
    format!("{count} ms")
}

/// The value could be read on the way.
#[must_use]
pub fn readable_on_the_way(host: &str) -> String {
    format!("The connection to {host} isn't encrypted: anyone on the network can read the value. Use https if you can.")
}

/// A server without a credential.
#[must_use]
pub fn no_credential() -> &'static str {
    "no credential"
}

/// A server whose credential is gone.
#[must_use]
pub fn credential_deleted() -> &'static str {
    "credential deleted"
}

/// More about a credential that is gone.
#[must_use]
pub fn credential_deleted_more(credential: &CredentialSummary) -> String {
    let name = credential.name.as_deref().unwrap_or("It");
    match &credential.deleted_by {
        Some(who) => format!("{name} was deleted by {who}. Choose another in Edit."),
        None => format!("{name} was deleted. Choose another in Edit."),
    }
}

/// A credential that this person may not see.
#[must_use]
pub fn credential_hidden() -> &'static str {
    "a credential you may not see"
}

/// Takes over what somebody else changed, and keeps the rest as typed.
#[must_use]
pub fn take_over() -> &'static str {
    "Load their changes, keep mine"
}

/// Title of the question before deleting.
#[must_use]
pub fn delete_question(name: &str) -> String {
    format!("Delete {name}?")
}

/// Said after deleting.
#[must_use]
pub fn deleted(name: &str) -> String {
    format!("{name} deleted.")
}

/// The button that deletes.
#[must_use]
pub fn delete_button() -> &'static str {
    "Delete"
}

/// A record is being fetched.
#[must_use]
pub fn loading() -> &'static str {
    "Loading…"
}

/// Tries again.
#[must_use]
pub fn retry() -> &'static str {
    "Retry"
}
