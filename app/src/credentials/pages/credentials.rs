//! The list of credentials.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::table::CredentialTable;
use crate::{
    accounts::{Action, Resource, may},
    credentials::{
        Credential, CredentialId,
        dialogs::{CredentialDialogs, DIALOG_KEYS, Done},
        text,
    },
    help::HelpTopic,
    shell::{ADD_ID, PageHeader},
    ui::{
        ButtonKind, DialogAddress, LinkButton, focus_element, focus_when_painted, href_with_dialog,
        list::{ListFrame, ListSpec, ListWords, SearchBox, use_list, use_listing},
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
    let query = use_query_map();
    let add_href = Signal::derive(move || href_with_dialog(&list.path(), &query.get(), Some(&DialogAddress::add())));
    let on_done = Callback::new(move |done: Done| {
        if let Done::Deleted(id) = done {
            let next = neighbour(&listing.shown_items(), id);
            focus_row(next);
        }
        listing.refetch();
    });
    view! {
        <PageHeader title=text::credentials() about=text::about() help=HelpTopic::Credentials>
            <SearchBox list label=text::search() />
            {may_create
                .then(|| {
                    view! {
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
                first_use: text::first_use(),
                how_to_begin: text::how_to_begin(may_create),
            }
            begin=ViewFn::from(move || {
                may_create
                    .then(|| {
                        view! {
                            <LinkButton href=add_href kind=ButtonKind::Primary>
                                {text::add()}
                            </LinkButton>
                        }
                    })
            })
        >
            <CredentialTable list listing />
        </ListFrame>
        <CredentialDialogs dialog on_done />
    }
    .into_any()
}

/// The id of the link in a row that takes the focus.
pub(super) fn row_link_id(id: CredentialId) -> String {
    format!("row-{id}")
}

/// The row after one that leaves, or before it, or none.
fn neighbour(rows: &[Credential], leaving: CredentialId) -> Option<CredentialId> {
    let index = rows.iter().position(|row| row.id == leaving)?;
    let next = rows
        .get(index + 1)
        .or_else(|| index.checked_sub(1).and_then(|before| rows.get(before)));
    next.map(|row| row.id)
}

/// Moves the focus after the dialog has given it back to a control that is about to leave.
fn focus_row(id: Option<CredentialId>) {
    let target = id.map_or_else(|| ADD_ID.to_owned(), row_link_id);
    request_animation_frame(move || {
        focus_element(&target);
        focus_when_painted(target);
    });
}

#[cfg(test)]
mod tests {
    use super::neighbour;
    use crate::{
        accounts::{Owner, UserId},
        credentials::{Credential, CredentialId},
    };

    fn row(number: u128) -> Credential {
        Credential {
            id: CredentialId(uuid::Uuid::from_u128(number)),
            name: number.to_string(),
            owner: Owner {
                id: UserId(uuid::Uuid::nil()),
                name: String::new(),
            },
            version: 1,
            revision: 1,
            allowed_hosts: Vec::new(),
            used_by: 0,
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn after_deleting_the_next_row_takes_the_focus() {
        let rows = [row(1), row(2), row(3)];
        assert_eq!(neighbour(&rows, rows[0].id), Some(rows[1].id));
        assert_eq!(neighbour(&rows, rows[2].id), Some(rows[1].id));
        assert_eq!(neighbour(&rows[..1], rows[0].id), None);
        assert_eq!(neighbour(&rows[..1], rows[2].id), None);
    }
}
