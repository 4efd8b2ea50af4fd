//! One row of the table of users.

use chrono::{DateTime, Utc};
use contract::accounts::UserId;
use contract::users::{User, UserState};
use leptos::prelude::*;

use super::users::row_link_id;
use crate::{
    accounts::{messages::role as role_words, use_me},
    ui::{
        DialogAddress, IconButton, IconKind, Menu, MenuLink, Time, created_short, list::Listing, shorten_middle,
        use_dialog_links,
    },
    users::messages,
};

/// Names of at most so many characters fit into two lines.
const NAME_FITS: usize = 44;

/// One row. It stays in place while the user in it changes.
#[component]
pub fn UserRow(
    /// The user as they first came.
    first: User,
    /// Where they come from again.
    listing: Listing<User>,
) -> impl IntoView {
    let id = first.id;
    let is_own = use_me().is_some_and(|me| me.id == id);
    let user = Memo::new(move |before: Option<&User>| {
        let newest = listing.items().into_iter().find(|user| user.id == id);
        newest.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let name = Signal::derive(move || user.with(|user| user.name.clone()));
    let email = move || user.with(|user| user.email.clone());
    let created = Signal::derive(move || user.with(|user| user.created_at));
    let seen = Signal::derive(move || user.with(|user| user.last_seen_at));
    let links = use_dialog_links();
    let opens = Callback::new(move |key: &'static str| links.run(DialogAddress::new(key, id)));
    view! {
        <tr role="row">
            <td role="cell" class="cell-name">
                <a
                    id=row_link_id(id)
                    class="name-text"
                    href=Signal::derive(move || opens.run("edit"))
                    data-noscroll=""
                    title=move || name.get()
                    aria-label=move || name.get()
                >
                    {move || shorten_middle(&name.get(), NAME_FITS)}
                </a>
                {is_own
                    .then(|| {
                        view! {
                            " "
                            <span class="chip">{messages::you()}</span>
                        }
                    })}
                <span class="row-details">
                    <span class="detail-email">{email}</span>
                    <span class="detail-seen">{messages::seen_short()} " " <Seen at=seen /></span>
                    <span class="detail-created">{created_short()} " " <Time at=created /></span>
                </span>
            </td>
            <td role="cell" class="cell-email" data-label=messages::column_email()>
                {email}
            </td>
            <td role="cell" data-label=messages::column_role()>
                {move || role_words(user.with(|user| user.role))}
            </td>
            <td role="cell" data-label=messages::column_state()>
                <State user />
            </td>
            <td role="cell" class="cell-time cell-seen" data-label=messages::column_last_seen()>
                <Seen at=seen />
            </td>
            <td role="cell" class="cell-time cell-created" data-label=messages::column_created()>
                <Time at=created />
            </td>
            <td role="cell" class="cell-operations">
                <Operations id name user is_own opens />
            </td>
        </tr>
    }
}

#[component]
fn State(user: Memo<User>) -> impl IntoView {
    let class = move || match user.with(|user| user.state) {
        UserState::Active => "chip chip-accent",
        UserState::Invited => "chip chip-warn",
        UserState::Disabled | UserState::Unknown => "chip",
    };
    let words = move || {
        user.with(|user| {
            // Where the page was rendered, and in the browser, alike: a link ends with its day.
            #[expect(clippy::disallowed_methods, reason = "times are worded by the clock of the reader")]
            let good = user.link_expires_at.is_some_and(|until| until > Utc::now());
            messages::state(user.state, good)
        })
    };
    view! { <span class=class>{words}</span> }
}

#[component]
fn Seen(at: Signal<Option<DateTime<Utc>>>) -> impl IntoView {
    let ever = Memo::new(move |_| at.with(Option::is_some));
    move || {
        if ever.get() {
            let at = Signal::derive(move || at.get().unwrap_or_default());
            view! { <Time at /> }.into_any()
        } else {
            messages::never().into_any()
        }
    }
}

/// What an administrator may do with this account; with their own less.
#[component]
fn Operations(
    id: UserId,
    name: Signal<String>,
    user: Memo<User>,
    is_own: bool,
    opens: Callback<&'static str, String>,
) -> impl IntoView {
    let href = move |key| Signal::derive(move || opens.run(key));
    let state = move || user.with(|user| user.state);
    view! {
        <span class="operations">
            <IconButton
                icon=IconKind::Pencil
                label=Signal::derive(move || messages::edit(&name.get()))
                href=href("edit")
            />
            {(!is_own)
                .then(|| {
                    view! {
                        <IconButton
                            icon=IconKind::Trash
                            label=Signal::derive(move || messages::delete(&name.get()))
                            href=href("delete")
                            danger=true
                        />
                    }
                })}
            <Menu id=format!("menu-{id}") label=Signal::derive(move || messages::more(&name.get()))>
                <Show
                    when=move || !is_own
                    fallback=|| view! { <MenuLink href="/account">{messages::own_account()}</MenuLink> }
                >
                    <Show when=move || state() != UserState::Disabled>
                        <MenuLink href=href("link")>{messages::new_link()}</MenuLink>
                    </Show>
                    <MenuLink href=href(
                        "switch",
                    )>
                        {move || if state() == UserState::Disabled { messages::enable() } else { messages::disable() }}
                    </MenuLink>
                </Show>
            </Menu>
        </span>
    }
}
