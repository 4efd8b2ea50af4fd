//! One row of the table of credentials.

use contract::accounts::{Action, Resource};
use contract::credentials::{Credential, CredentialId};
use leptos::prelude::*;

use super::credentials::row_link_id;
use crate::{
    accounts::may,
    credentials::messages,
    ui::{
        CopyButton, DialogAddress, IconButton, IconKind, Menu, MenuButton, MenuLink, Time, copy_text, created_short,
        list::Listing, shorten_middle, updated_short, use_dialog_links, use_toasts,
    },
};

/// Names of at most so many characters fit into two lines.
const NAME_FITS: usize = 44;

/// One row. It stays in place while the credential in it changes.
#[component]
pub fn CredentialRow(
    /// The credential as it first came.
    first: Credential,
    /// Where it comes from again.
    listing: Listing<Credential>,
) -> impl IntoView {
    let id = first.id;
    let owner_id = first.owner.id;
    let credential = Memo::new(move |before: Option<&Credential>| {
        let newest = listing.items().into_iter().find(|credential| credential.id == id);
        newest.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let name = Signal::derive(move || credential.with(|credential| credential.name.clone()));
    let owner = move || credential.with(|credential| credential.owner.name.clone());
    let created = Signal::derive(move || credential.with(|credential| credential.created_at));
    let updated = Signal::derive(move || credential.with(|credential| credential.updated_at));
    view! {
        <tr role="row">
            <td role="cell" class="cell-name">
                <a
                    id=row_link_id(id)
                    class="name-text"
                    href=format!("/credentials/{id}")
                    title=move || name.get()
                    aria-label=move || name.get()
                >
                    {move || shorten_middle(&name.get(), NAME_FITS)}
                </a>
                <span class="row-details">
                    <span class="detail-owner">{owner}</span>
                    <span class="detail-id">
                        <ShortId id name />
                    </span>
                    <span class="detail-created">{created_short()} " " <Time at=created /></span>
                    <span class="detail-updated">{updated_short()} " " <Time at=updated /></span>
                </span>
            </td>
            <td role="cell" class="cell-id" data-label=messages::column_id()>
                <ShortId id name />
            </td>
            <td role="cell" class="cell-owner" data-label=messages::column_owner()>
                {owner}
            </td>
            <td role="cell" data-label=messages::column_value()>
                <span class="mask" aria-hidden="true">
                    {messages::mask()}
                </span>
                <span class="visually-hidden">{messages::hidden_value()}</span>
            </td>
            <td role="cell" data-label=messages::column_used_by()>
                <UsedBy id count=Signal::derive(move || credential.with(|credential| credential.used_by)) />
            </td>
            <td role="cell" class="cell-time cell-created" data-label=messages::column_created()>
                <Time at=created />
            </td>
            <td role="cell" class="cell-time cell-updated" data-label=messages::column_updated()>
                <Time at=updated />
            </td>
            <td role="cell" class="cell-operations">
                <Operations
                    id
                    name
                    may_update=may(Resource::Credentials, Action::Update, Some(owner_id))
                    may_delete=may(Resource::Credentials, Action::Delete, Some(owner_id))
                />
            </td>
        </tr>
    }
}

/// The last eight digits of an id (the first ones are the same for a minute), and the whole of it on copy.
#[component]
fn ShortId(id: CredentialId, name: Signal<String>) -> impl IntoView {
    let full = id.to_string();
    let last = full.get(full.len() - 8..).unwrap_or_default().to_owned();
    view! {
        <span class="id">
            <span title=full.clone()>"\u{2026}" {last}</span>
            <CopyButton content=full label=Signal::derive(move || messages::copy_id(&name.get())) />
        </span>
    }
}

#[component]
fn UsedBy(id: CredentialId, count: Signal<i64>) -> impl IntoView {
    move || match count.get() {
        0 => view! { <span class="chip">{messages::used_by(0)}</span> }.into_any(),
        count => view! {
            <a class="chip chip-accent" href=format!("/credentials/{id}#references")>
                {messages::used_by(count)}
            </a>
        }
        .into_any(),
    }
}

/// What the person may do with this credential.
#[component]
fn Operations(id: CredentialId, name: Signal<String>, may_update: bool, may_delete: bool) -> impl IntoView {
    let links = use_dialog_links();
    let opens = move |key: &'static str| Signal::derive(move || links.run(DialogAddress::new(key, id)));
    let (edit, rename, delete) = (opens("edit"), opens("rename"), opens("delete"));
    let toasts = use_toasts();
    let copy = Callback::new(move |()| {
        copy_text(id.to_string(), move |done| toasts.say_copied(done));
    });
    view! {
        <span class="operations">
            {may_update
                .then(|| {
                    view! {
                        <IconButton
                            icon=IconKind::Pencil
                            label=Signal::derive(move || messages::edit(&name.get()))
                            href=edit
                        />
                    }
                })}
            {may_delete
                .then(|| {
                    view! {
                        <IconButton
                            icon=IconKind::Trash
                            label=Signal::derive(move || messages::delete(&name.get()))
                            href=delete
                            danger=true
                        />
                    }
                })} <Menu id=format!("menu-{id}") label=Signal::derive(move || messages::more(&name.get()))>
                <Show when=move || may_update>
                    <MenuLink href=rename>{messages::rename()}</MenuLink>
                </Show>
                <MenuButton on_press=copy>{messages::copy_id_short()}</MenuButton>
                <MenuLink href=format!("/credentials/{id}#references")>{messages::where_used()}</MenuLink>
            </Menu>
        </span>
    }
}
