//! The dialogs of users.

mod add;
mod delete;
mod edit;
mod estate;
mod fields;
mod link;
mod new_owner;
mod owned;
mod record_dialog;
mod switch;

use contract::accounts::{Action, Resource, UserId};
use leptos::prelude::*;

use crate::{
    accounts::may,
    ui::{AddressedDialog, DialogAddress},
};

/// The keys of the address that open a dialog of users.
pub const DIALOG_KEYS: &[&str] = &["dialog", "edit", "link", "switch", "delete"];

/// What is done with an existing account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Edit,
    Link,
    Switch,
    Delete,
}

impl Kind {
    fn of(key: &str) -> Option<Self> {
        match key {
            "edit" => Some(Self::Edit),
            "link" => Some(Self::Link),
            "switch" => Some(Self::Switch),
            "delete" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// What a dialog did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Added or changed.
    Saved,
    Deleted(UserId),
}

/// Shows the dialog that the address asks for.
#[component]
pub fn UserDialogs(
    dialog: AddressedDialog,
    /// Something changed: fetch again, move the focus.
    on_done: Callback<Done>,
) -> impl IntoView {
    let on_close = dialog.close;
    let may_add = may(Resource::Users, Action::Create, None);
    move || {
        let address = dialog.current.get().filter(|_| may_add)?;
        if address == DialogAddress::add() {
            return Some(view! { <add::AddUserDialog on_close on_done /> }.into_any());
        }
        let (kind, id) = (Kind::of(&address.key)?, address.value.parse().ok()?);
        Some(view! { <record_dialog::UserDialog kind id on_close on_done /> }.into_any())
    }
}
