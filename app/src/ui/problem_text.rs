//! The browser's words for the problem types of the API. An unknown type is worded by the server.

use contract::problem::Problem;

use super::messages;
use crate::api::ClientError;

/// A sentence for a problem that says what to do.
pub fn words(problem: &Problem) -> String {
    let named = problem
        .credential
        .as_ref()
        .map_or(messages::the_credential(), |credential| &credential.name);
    match problem.slug() {
        "unauthorized" => messages::session_expired().to_owned(),
        "forbidden" => messages::forbidden().to_owned(),
        "not-found" => messages::not_found().to_owned(),
        "name-taken" => messages::name_taken().to_owned(),
        "precondition-failed" => match &problem.changed_by {
            Some(user) => messages::changed_by(user),
            None => messages::changed_by_someone().to_owned(),
        },
        "host-not-allowed" => match &problem.host {
            Some(host) => messages::host_not_allowed(named, host),
            None => problem.detail.clone(),
        },
        "credential-forbidden" => messages::credential_forbidden(named),
        "value-not-sendable" => messages::value_not_sendable(named),
        _ => problem.detail.clone(),
    }
}

/// A sentence for a read that failed.
pub fn error_words(error: &ClientError) -> String {
    match error {
        ClientError::Offline => messages::unreachable().to_owned(),
        ClientError::OtherPerson => messages::other_person().to_owned(),
        ClientError::Unreadable => messages::unreadable().to_owned(),
        ClientError::Problem(problem) => words(problem),
    }
}
