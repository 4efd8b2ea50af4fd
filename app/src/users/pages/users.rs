//! The list of users.

use contract::accounts::{Action, Resource, UserId};
use leptos::prelude::*;

use super::table::UserTable;
use crate::{
    accounts::may,
    help::HelpTopic,
    page::PageHeader,
    ui::{
        list::{AddLink, ListFrame, ListSpec, ListWords, SearchBox, focus_beside, use_list, use_listing},
        use_addressed_dialog,
    },
    users::{
        dialogs::{DIALOG_KEYS, Done, UserDialogs},
        messages,
    },
};

const SPEC: ListSpec = ListSpec {
    sorts: &["name", "last_seen_at", "created_at"],
    default_sort: "name",
};

/// The list of users, with its dialogs.
#[component]
pub fn UsersPage() -> impl IntoView {
    let list = use_list(SPEC);
    let listing = use_listing(list, |client, query| async move { client.users(&query).await });
    let dialog = use_addressed_dialog(DIALOG_KEYS);
    let may_add = may(Resource::Users, Action::Create, None);
    let on_done = Callback::new(move |done: Done| {
        if let Done::Deleted(id) = done {
            let rows: Vec<_> = listing.shown_items().iter().map(|row| row_link_id(row.id)).collect();
            focus_beside(&rows, &row_link_id(id));
        }
        listing.refetch();
    });
    view! {
        <PageHeader title=messages::users() about=messages::about() help=HelpTopic::Users>
            {may_add
                .then(|| {
                    view! {
                        <SearchBox list label=messages::search() />
                        <AddLink words=messages::add() />
                    }
                })}
        </PageHeader>
        <ListFrame
            list
            listing
            words=ListWords {
                first_use: messages::first_use(),
                how_to_begin: messages::how_to_begin(),
            }
        >
            <UserTable list listing />
        </ListFrame>
        <UserDialogs dialog on_done />
    }
}

/// The id of the link in a row that takes the focus.
pub(super) fn row_link_id(id: UserId) -> String {
    format!("row-{id}")
}
