//! The browser's words for the problem types of the API. An unknown type is worded by the server.

use contract::api::Problem;

use super::text;
use crate::api::ClientError;

/// A sentence for a problem that says what to do.
#[must_use]
pub fn words(problem: &Problem) -> String {
    let named = problem
        .credential
        .as_ref()
        .map_or(text::the_credential(), |credential| &credential.name);
    match problem.slug() {
        "unauthorized" => text::session_expired().to_owned(),
        "forbidden" => text::forbidden().to_owned(),
        "not-found" => text::not_found().to_owned(),
        "name-taken" => text::name_taken().to_owned(),
        "precondition-failed" => match &problem.changed_by {
            Some(user) => text::changed_by(user),
            None => text::changed_by_someone().to_owned(),
        },
        "host-not-allowed" => match &problem.host {
            Some(host) => text::host_not_allowed(named, host),
            None => problem.detail.clone(),
        },
        "credential-forbidden" => text::credential_forbidden(named),
        "value-not-sendable" => text::value_not_sendable(named),
        _ => problem.detail.clone(),
    }
}

/// A sentence for a read that failed.
#[must_use]
pub fn error_words(error: &ClientError) -> String {
    match error {
        ClientError::Offline => text::unreachable().to_owned(),
        ClientError::OtherPerson => text::other_person().to_owned(),
        ClientError::Unreadable => text::unreadable().to_owned(),
        ClientError::Problem(problem) => words(problem),
    }
}
