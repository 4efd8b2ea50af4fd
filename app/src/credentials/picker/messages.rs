//! Messages of the picker and of its dialog that creates a credential.

use chrono::{DateTime, Datelike as _, Utc};
use contract::credentials::{CredentialState, CredentialSummary};

use super::state::{Content, State, Waiting};
use crate::credentials::messages::value_help_add;
use crate::destination::Destination;

include!(concat!(env!("OUT_DIR"), "/messages/picker.rs"));

pub fn chosen(choice: &CredentialSummary) -> String {
    match (choice.state, &choice.name) {
        (CredentialState::Hidden, _) | (_, None) => hidden_choice().to_owned(),
        (_, Some(name)) => name.clone(),
    }
}

pub fn deleted(choice: &CredentialSummary) -> String {
    let name = chosen(choice);
    match (&choice.deleted_by, choice.deleted_at.map(date)) {
        (Some(user), Some(day)) => deleted_choice_by_on(&day, &name, user),
        (Some(user), None) => deleted_choice_by(&name, user),
        (None, Some(day)) => deleted_choice_on(&day, &name),
        (None, None) => deleted_choice(&name),
    }
}

fn date(moment: DateTime<Utc>) -> String {
    day(moment.day(), moment.month(), moment.year())
}

/// The fault of typed text that names no credential.
pub fn unpicked(text: &str) -> String {
    unknown_name(text.trim())
}

pub fn create(name: &str) -> String {
    if name.is_empty() {
        create_new().to_owned()
    } else {
        create_named(name)
    }
}

/// The sentence beside the rows of the open list; announced, too.
pub fn status(state: &State) -> String {
    match (&state.content, state.waiting) {
        (_, Waiting::Long) => searching().to_owned(),
        (Content::Nothing, _) => String::new(),
        (
            Content::Found {
                search,
                items,
                more,
                exact,
            },
            _,
        ) => found(search, items.len(), *more, *exact),
        (Content::Failed, _) => failed().to_owned(),
        (Content::Forbidden, _) => forbidden().to_owned(),
        (Content::Secret, _) if state.may_create => secret_create().to_owned(),
        (Content::Secret, _) => secret_ask().to_owned(),
    }
}

/// The number of rows, announced only.
pub fn count(state: &State) -> String {
    match &state.content {
        Content::Found { items, .. } if state.waiting != Waiting::Long => rows(items.len()),
        _ => String::new(),
    }
}

fn found(search: &str, shown: usize, remaining: i64, exact: bool) -> String {
    match (shown, remaining) {
        (0, _) if search.is_empty() => none_yet().to_owned(),
        (0, _) => no_match(search),
        (_, ..=0) => String::new(),
        (_, remaining) if exact => more(remaining),
        (_, remaining) => more_than(remaining),
    }
}

/// Announced when the form around the picker is left without saving.
pub fn created_stays(names: &[String]) -> String {
    match names {
        [name] => created_stays_one(name),
        names => created_stays_many(&names.join(", ")),
    }
}

pub fn value_help(destination: Option<&Destination>) -> String {
    match destination {
        Some(destination) => value_help_known(&destination.words(), value_help_add()),
        None => value_help_unknown(value_help_add()),
    }
}

pub fn after_saving(credential: &str, destination: &Destination) -> String {
    after_saving_to(credential, &destination.words())
}

pub fn allow_whole_host(destination: &Destination) -> String {
    allow_host(&destination.whole_host().words())
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use contract::credentials::{CredentialId, CredentialState, CredentialSummary};
    use uuid::Uuid;

    use super::{deleted, found};

    #[test]
    fn the_rest_of_a_list_is_said_and_an_empty_one_says_why() {
        assert_eq!(found("", 25, 214, true), "214 more – keep typing");
        assert_eq!(found("", 25, 9975, false), "More than 9975 more – keep typing");
        assert_eq!(found("", 3, 0, true), "");
        assert_eq!(found("", 0, 0, true), "No credentials yet.");
        assert_eq!(found("foo", 0, 0, true), "No results for “foo”.");
    }

    #[test]
    fn a_deleted_choice_says_who_and_when() {
        let choice = CredentialSummary {
            id: CredentialId(Uuid::nil()),
            state: CredentialState::Deleted,
            name: Some("CRM".to_owned()),
            owner: None,
            deleted_by: Some("admin".to_owned()),
            deleted_at: Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, 0).single(),
        };
        assert_eq!(deleted(&choice), "admin deleted CRM on 2 Mar 2026. Choose another.");
    }
}
