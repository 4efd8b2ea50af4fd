//! The list of users.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::table::UserTable;
use crate::{
    accounts::{Action, Resource, UserId, may},
    help::HelpTopic,
    shell::{ADD_ID, PageHeader},
    ui::{
        ButtonKind, DialogAddress, LinkButton, focus_element, focus_when_painted, href_with_dialog,
        list::{ListFrame, ListSpec, ListWords, SearchBox, use_list, use_listing},
        use_addressed_dialog,
    },
    users::{
        User,
        dialogs::{DIALOG_KEYS, Done, UserDialogs},
        text,
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
    let query = use_query_map();
    let add_href = Signal::derive(move || href_with_dialog(&list.path(), &query.get(), Some(&DialogAddress::add())));
    let on_done = Callback::new(move |done: Done| {
        if let Done::Deleted(id) = done {
            focus_row(neighbour(&listing.shown_items(), id));
        }
        listing.refetch();
    });
    view! {
        <PageHeader title=text::users() about=text::about() help=HelpTopic::Users>
            {may_add
                .then(|| {
                    view! {
                        <SearchBox list label=text::search() />
                        <LinkButton href=add_href kind=ButtonKind::Primary id=ADD_ID>
                            {text::add()}
                        </LinkButton>
                    }
                })}
        </PageHeader>
        <ListFrame
            list
            listing
            words=ListWords {
                first_use: text::first_use().to_owned(),
                how_to_begin: text::how_to_begin().to_owned(),
            }
        >
            <UserTable list listing />
        </ListFrame>
        <UserDialogs dialog on_done />
    }
    .into_any()
}

/// The id of the link in a row that takes the focus.
pub(super) fn row_link_id(id: UserId) -> String {
    format!("row-{id}")
}

/// The row after one that leaves, or before it, or none.
fn neighbour(rows: &[User], leaving: UserId) -> Option<UserId> {
    let index = rows.iter().position(|row| row.id == leaving)?;
    let next = rows
        .get(index + 1)
        .or_else(|| index.checked_sub(1).and_then(|before| rows.get(before)));
    next.map(|row| row.id)
}

/// Moves the focus after the dialog has given it back to a control that is about to leave.
fn focus_row(id: Option<UserId>) {
    let target = id.map_or_else(|| ADD_ID.to_owned(), row_link_id);
    request_animation_frame(move || {
        focus_element(&target);
        focus_when_painted(target);
    });
}
