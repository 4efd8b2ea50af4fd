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
        .map_or_else(|| "the credential".to_owned(), |credential| credential.name.clone());
    match problem.slug() {
        "unauthorized" => "You are not signed in any more. Sign in and try again.".to_owned(),
        "forbidden" => "Your role does not allow this. Ask an administrator.".to_owned(),
        "not-found" => "This no longer exists, or you may not see it.".to_owned(),
        "name-taken" => "This name is taken. Choose another name.".to_owned(),
        "precondition-failed" => match &problem.changed_by {
            Some(who) => format!("{who} changed this while you were editing. What you typed is kept."),
            None => "Somebody changed this while you were editing. What you typed is kept.".to_owned(),
        },
        "host-not-allowed" => match &problem.host {
            Some(host) => format!(
                "{host} isn't on the allowed destinations of {named}. Ask its owner or an administrator to add it."
            ),
            None => problem.detail.clone(),
        },
        "credential-forbidden" => {
            format!("You may not use {named}. Choose another credential, or ask whoever owns it.")
        }
        "value-not-sendable" => {
            format!("The value of {named} cannot be sent in a header: it has a line break. Edit the credential.")
        }
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
