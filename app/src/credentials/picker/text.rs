//! The words of the picker and of creating a credential from it.

use chrono::{DateTime, Datelike as _, Utc};

use super::state::{Content, State, Waiting};
use crate::credentials::text::value_help_add;
use crate::credentials::{CredentialState, CredentialSummary};

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
        "“{}” is not chosen yet. Pick a credential from the list, or empty the field.",
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
        (_, more) if exact => format!("Type to narrow: {more} more"),
        (_, more) => format!("Type to narrow: more than {more} more"),
    }
}

/// Said after creating from the picker.
#[must_use]
pub fn created(name: &str) -> String {
    format!("{name} created and selected.")
}

/// Said when the form around the picker is left without saving.
#[must_use]
pub fn created_stays(names: &[String]) -> String {
    match names {
        [name] => format!("The credential {name} stays, although nothing uses it yet."),
        names => format!(
            "The credentials {} stay, although nothing uses them yet.",
            names.join(", ")
        ),
    }
}

/// Said when the address changed under a choice.
#[must_use]
pub fn cleared_for_host(name: &str, before: &str, now: &str) -> String {
    format!("{name} was chosen for {before}. The address is now {now}: choose the credential for it.")
}

/// Said after taking back a choice that was cleared.
#[must_use]
pub fn restored(name: &str) -> String {
    format!("{name} is selected again.")
}

/// Confirms that nothing is to be chosen.
#[must_use]
pub fn none_needed() -> &'static str {
    "Use none"
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

/// Help of the value: what happens to it, and where it may be sent.
#[must_use]
pub fn value_help(host: Option<&str>) -> String {
    let goes_to = match host {
        Some(host) => format!("{host}, once this form is saved"),
        None => "the host of this form's address, once that is saved".to_owned(),
    };
    format!(
        "{} It will be allowed to go to {goes_to}, and nowhere else.",
        value_help_add()
    )
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use uuid::Uuid;

    use super::{deleted, found};
    use crate::credentials::{CredentialId, CredentialState, CredentialSummary};

    #[test]
    fn the_rest_of_a_list_is_said_and_an_empty_one_says_why() {
        assert_eq!(found("", 25, 214, true), "Type to narrow: 214 more");
        assert_eq!(found("", 25, 9975, false), "Type to narrow: more than 9975 more");
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
