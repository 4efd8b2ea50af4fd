//! The words of the picker and of creating a credential from it.

use chrono::{DateTime, Datelike as _, Utc};
use contract::credentials::{CredentialState, CredentialSummary};

use super::state::{Content, State, Waiting};
use crate::credentials::text::value_help_add;
use crate::destination::Destination;

/// What the field shows for a choice.
#[must_use]
pub fn chosen(choice: &CredentialSummary) -> String {
    match (choice.state, &choice.name) {
        (CredentialState::Hidden, _) | (_, None) => "A credential you may not see".to_owned(),
        (_, Some(name)) => name.clone(),
    }
}

/// A chosen credential that is gone.
#[must_use]
pub fn deleted(choice: &CredentialSummary) -> String {
    let mut words = format!("Deleted: {}", chosen(choice));
    if let Some(who) = &choice.deleted_by {
        words.push_str(", by ");
        words.push_str(who);
    }
    if let Some(when) = choice.deleted_at {
        words.push_str(" on ");
        words.push_str(&day(when));
    }
    words.push_str(". Choose another.");
    words
}

/// A day, as `2 Mar 2026`.
fn day(when: DateTime<Utc>) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = MONTHS[when.month0() as usize];
    format!("{} {month} {}", when.day(), when.year())
}

/// Text that stands for nothing.
#[must_use]
pub fn unpicked(text: &str) -> String {
    format!(
        "No credential named “{}”. Choose one from the list or clear the field.",
        text.trim()
    )
}

/// The button that empties the field.
#[must_use]
pub fn clear() -> &'static str {
    "Clear credential"
}

/// The button that opens the list.
#[must_use]
pub fn open() -> &'static str {
    "Show credentials"
}

/// The name of the list.
#[must_use]
pub fn list() -> &'static str {
    "Credentials"
}

/// The row that creates a credential.
#[must_use]
pub fn create(name: &str) -> String {
    if name.is_empty() {
        "Create credential…".to_owned()
    } else {
        format!("Create credential “{name}”…")
    }
}

/// The row that creates a credential from what was pasted.
#[must_use]
pub fn create_from_paste() -> &'static str {
    "Create credential from what you pasted…"
}

/// The row that asks again.
#[must_use]
pub fn retry() -> &'static str {
    "Retry"
}

/// The sentence in the open list, beside its rows; announced, too.
#[must_use]
pub fn status(state: &State) -> String {
    match (&state.content, state.waiting) {
        (_, Waiting::Long) => "Searching…".to_owned(),
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
        (Content::Failed, _) => "Could not be loaded.".to_owned(),
        (Content::Forbidden, _) => "You may not list credentials. Ask an administrator.".to_owned(),
        (Content::Secret, _) if state.may_create => {
            "This looks like a secret, so it was not searched for. Create a credential and select it.".to_owned()
        }
        (Content::Secret, _) => {
            "This looks like a secret, so it was not searched for. Ask somebody who may create credentials.".to_owned()
        }
    }
}

/// Announced only: how many rows there are.
#[must_use]
pub fn count(state: &State) -> String {
    match &state.content {
        Content::Found { items, .. } if state.waiting != Waiting::Long => match items.len() {
            0 => String::new(),
            1 => "1 credential.".to_owned(),
            count => format!("{count} credentials."),
        },
        _ => String::new(),
    }
}

fn found(search: &str, shown: usize, more: i64, exact: bool) -> String {
    match (shown, more) {
        (0, _) if search.is_empty() => "There are no credentials yet.".to_owned(),
        (0, _) => format!("No credential matches “{search}”."),
        (_, ..=0) => String::new(),
        (_, more) if exact => format!("{more} more – keep typing"),
        (_, more) => format!("More than {more} more – keep typing"),
    }
}

/// Said after creating from the picker.
#[must_use]
pub fn created(name: &str) -> String {
    format!("Created {name}.")
}

/// Said when the form around the picker is left without saving.
#[must_use]
pub fn created_stays(names: &[String]) -> String {
    match names {
        [name] => format!("{name} was created and is still in Credentials."),
        names => format!("{} were created and are still in Credentials.", names.join(", ")),
    }
}

/// Announced after a change of the host or the provider has cleared the choice.
#[must_use]
pub fn cleared_for_host(before: &str, now: &str) -> String {
    format!("You changed {before} to {now}. Choose the credential again to confirm.")
}

/// Said after taking back a choice that was cleared.
#[must_use]
pub fn restored(name: &str) -> String {
    format!("{name} is selected again.")
}

/// Confirms that nothing is to be chosen.
#[must_use]
pub fn none_needed() -> &'static str {
    "Continue without a credential"
}

/// Takes back.
#[must_use]
pub fn undo() -> &'static str {
    "Undo"
}

/// Said after the field was emptied.
#[must_use]
pub fn cleared() -> &'static str {
    "No credential is selected."
}

/// A fresh value that cannot be sent as a header.
#[must_use]
pub fn created_not_sendable(name: &str) -> String {
    format!(
        "{name} has line breaks or control characters inside, so it cannot be sent as a header. Edit its value, or choose another credential."
    )
}

/// Title of the creation form.
#[must_use]
pub fn create_title() -> &'static str {
    "Create credential"
}

/// Help of the value, with the destination that saving the form allows.
#[must_use]
pub fn value_help(destination: Option<&Destination>) -> String {
    match destination {
        Some(destination) => format!("{} {}", value_help_add(), after_saving("it", destination)),
        None => format!(
            "{} After you save, it can be sent only to this form's address.",
            value_help_add()
        ),
    }
}

/// The destination that saving the form allows.
#[must_use]
pub fn after_saving(credential: &str, destination: &Destination) -> String {
    format!(
        "After you save, {credential} can be sent only to {}.",
        destination.words()
    )
}

/// The choice to allow every path of a host.
#[must_use]
pub fn allow_whole_host(destination: &Destination) -> String {
    format!("Allow {}", destination.whole_host().words())
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
        assert_eq!(found("", 0, 0, true), "There are no credentials yet.");
        assert_eq!(found("foo", 0, 0, true), "No credential matches “foo”.");
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
        assert_eq!(
            deleted(&choice),
            "Deleted: CRM, by admin on 2 Mar 2026. Choose another."
        );
    }
}
