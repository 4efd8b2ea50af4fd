//! The dialogs of credentials.

mod add;
mod conflict;
mod delete;
mod edit;
mod form;
mod hosts;
mod reconcile;
mod record_dialog;
mod references;
mod route;

use contract::accounts::{Action, Resource};
use contract::credentials::{Credential, CredentialId};
use leptos::prelude::*;

use crate::{
    accounts::may,
    ui::{AddressedDialog, chunk, lazily},
};
use route::DialogRoute;

pub use add::AddForm;

/// The keys of the address that open a dialog of credentials.
pub const DIALOG_KEYS: &[&str] = &["dialog", "edit", "rename", "delete", "hosts"];

/// What a dialog did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Added or changed; this is how it stands.
    Saved(Box<Credential>),
    Deleted(CredentialId),
}

/// Shows the dialog that the address asks for.
#[component]
pub fn CredentialDialogs(
    dialog: AddressedDialog,
    /// Something changed: fetch again, move the focus.
    on_done: Callback<Done>,
) -> impl IntoView {
    let asked = Memo::new(move |_| {
        dialog
            .current
            .with(|address| address.as_ref().and_then(DialogRoute::read))
    });
    let on_close = dialog.close;
    let may_create = may(Resource::Credentials, Action::Create, None);
    move || match asked.get()? {
        // The page offers no way here to whoever may not; an address alone leads nowhere.
        DialogRoute::Add if !may_create => None,
        asked => Some(lazily(dialog_at(asked, on_close, on_done))),
    }
}

chunk! {
    /// The dialog that was asked for.
    async fn dialog_at(asked: DialogRoute, on_close: Callback<()>, on_done: Callback<Done>) in dialogs {
        match asked {
            DialogRoute::Add => view! { <add::AddCredentialDialog on_close on_done /> }.into_any(),
            DialogRoute::Of(kind, id) => view! { <record_dialog::CredentialDialog kind id on_close on_done /> }.into_any(),
        }
    }
}
