//! What the forms of users share.

use contract::accounts::Role;
use contract::names::parse_name;
use contract::problem::Problem;
use leptos::prelude::*;

use crate::{
    accounts::messages::role as role_words,
    ui::{Choice, ChoiceOption, FieldIds, FieldIssue, TextField, focus_when_painted},
    users::messages,
};

const NAME_ID: &str = "user-name";
const EMAIL_ID: &str = "user-email";

/// The errors of the two text fields.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    pub name: RwSignal<Option<String>>,
    pub email: RwSignal<Option<String>>,
}

/// What is wrong with a name, if anything.
fn name_fault(name: &str) -> Option<String> {
    parse_name(name).err().map(|fault| fault.detail().to_owned())
}

/// What is wrong with an address, as far as the browser can tell.
fn email_fault(email: &str) -> Option<String> {
    let fits = email
        .trim()
        .rsplit_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    (!fits).then(|| messages::email_fault().to_owned())
}

impl Faults {
    pub fn new() -> Self {
        Self {
            name: RwSignal::new(None),
            email: RwSignal::new(None),
        }
    }

    /// Checks everything before saving; the address only where there is a field for it.
    pub fn check(&self, name: &str, email: Option<&str>) -> bool {
        self.name.set(name_fault(name));
        self.email.set(email.and_then(email_fault));
        self.focus_first()
    }

    /// Puts the server's words to the fields.
    pub fn take_from(&self, problem: &Problem) {
        let of = |pointer| problem.field(pointer).map(|error| error.detail.clone());
        self.name.set(of("/name"));
        self.email.set(of("/email"));
        self.focus_first();
    }

    /// Moves the focus to the first bad field; tells whether there is none.
    fn focus_first(self) -> bool {
        let bad = if self.email.with_untracked(Option::is_some) {
            EMAIL_ID
        } else if self.name.with_untracked(Option::is_some) {
            NAME_ID
        } else {
            return true;
        };
        focus_when_painted(bad);
        false
    }

    /// For the summary on top.
    pub fn issues(&self) -> Signal<Vec<FieldIssue>> {
        let Self { name, email } = *self;
        Signal::derive(move || {
            let issue = |control: &str, label: &str, message: Option<String>| {
                message.map(|message| FieldIssue {
                    control: control.to_owned(),
                    label: label.to_owned(),
                    message,
                })
            };
            [
                issue(EMAIL_ID, messages::email(), email.get()),
                issue(NAME_ID, messages::name(), name.get()),
            ]
            .into_iter()
            .flatten()
            .collect()
        })
    }
}

#[component]
pub fn NameField(name: RwSignal<String>, faults: Faults, #[prop(optional)] autofocus: bool) -> impl IntoView {
    view! {
        <TextField
            ids=FieldIds::of(NAME_ID)
            label=messages::name()
            value=name
            help=messages::name_help()
            error=faults.name
            autofocus=autofocus
            on_check=Callback::new(move |()| faults.name.set(name_fault(&name.get_untracked())))
        />
    }
}

#[component]
pub fn EmailField(email: RwSignal<String>, faults: Faults) -> impl IntoView {
    view! {
        <TextField
            ids=FieldIds::of(EMAIL_ID)
            label=messages::email()
            kind="email"
            value=email
            help=messages::email_help()
            error=faults.email
            autofocus=true
            on_check=Callback::new(move |()| faults.email.set(email_fault(&email.get_untracked())))
        />
    }
}

#[component]
pub fn RoleChoice(role: RwSignal<&'static str>) -> impl IntoView {
    let options = [Role::Manager, Role::Viewer, Role::Administrator].map(|role| ChoiceOption {
        value: role.as_str(),
        words: role_words(role).to_owned(),
        means: messages::role_means(role).to_owned(),
    });
    view! { <Choice label=messages::role() name="role" options=options.to_vec() value=role /> }
}

pub fn chosen(role: RwSignal<&'static str>) -> Role {
    role.get_untracked().parse().unwrap_or(Role::Viewer)
}

#[cfg(test)]
mod tests {
    use super::email_fault;

    #[test]
    fn an_address_has_something_on_both_sides() {
        assert_eq!(email_fault(" ida@example.com "), None);
        for bad in ["", "ida", "@example.com", "ida@"] {
            assert!(email_fault(bad).is_some(), "{bad}");
        }
    }
}
