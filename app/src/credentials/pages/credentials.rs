//! The list of credentials.

use contract::accounts::{Action, Resource};
use contract::credentials::CredentialId;
use leptos::prelude::*;

use super::table::CredentialTable;
use crate::{
    accounts::may,
    credentials::{
        dialogs::{CredentialDialogs, DIALOG_KEYS, Done},
        messages,
    },
    help::HelpTopic,
    page::PageHeader,
    ui::{
        list::{AddLink, ListFrame, ListSpec, ListWords, SearchBox, focus_beside, use_list, use_listing},
        use_addressed_dialog,
    },
};

const SPEC: ListSpec = ListSpec {
    sorts: &["name", "owner", "created_at", "updated_at"],
    default_sort: "name",
};

/// The list of credentials, with its dialogs.
#[component]
pub fn CredentialsPage() -> impl IntoView {
    let list = use_list(SPEC);
    let listing = use_listing(list, |client, query| async move { client.credentials(&query).await });
    let dialog = use_addressed_dialog(DIALOG_KEYS);
    let may_create = may(Resource::Credentials, Action::Create, None);
    let on_done = Callback::new(move |done: Done| {
        if let Done::Deleted(id) = done {
            let rows: Vec<_> = listing.shown_items().iter().map(|row| row_link_id(row.id)).collect();
            focus_beside(&rows, &row_link_id(id));
        }
        listing.refetch();
    });
    view! {
        <PageHeader title=messages::credentials() about=messages::about() help=HelpTopic::Credentials>
            <SearchBox list label=messages::search() />
            {may_create.then(|| view! { <AddLink words=messages::add() /> })}
        </PageHeader>
        <ListFrame
            list
            listing
            words=ListWords {
                first_use: messages::first_use(),
                how_to_begin: messages::how_to_begin(may_create),
            }
            begin=may_create.then(messages::add)
        >
            <CredentialTable list listing />
        </ListFrame>
        <CredentialDialogs dialog on_done />
    }
}

/// The id of the link in a row that takes the focus.
pub(super) fn row_link_id(id: CredentialId) -> String {
    format!("row-{id}")
}
