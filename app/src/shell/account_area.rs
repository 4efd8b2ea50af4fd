//! Who is signed in, the theme, the shortcuts, and the way out.

use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys::HtmlFormElement};
use leptos_router::hooks::use_location;

use super::{messages, theme::ThemeSwitch};
use crate::{
    accounts::{messages::role, own_name, tell_other_tabs, use_me},
    api::WriteClient,
    ui::{Icon, IconKind},
};

/// Ends the session first, so that the other tabs find it ended when they hear of it. When that fails, the
/// browser sends the plain form.
fn sign_out(event: SubmitEvent) {
    event.prevent_default();
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    spawn_local(async move {
        let ended = match WriteClient.sign_out().await {
            Ok(()) => true,
            Err(error) => error.is_unauthorized(),
        };
        if ended {
            tell_other_tabs();
            // Fails only while the page is being left already.
            let _ = window().location().assign("/sign-in");
        } else if let Some(form) = form {
            let _ = form.submit();
        }
    });
}

const MENU_ID: &str = "account-menu";

/// The foot of the sidebar: a button with one's name, and what it opens. Button and popover are tied by the
/// browser, so that signing out works without the module.
#[component]
pub fn AccountArea(
    /// Opens the list of shortcuts.
    on_shortcuts: Callback<()>,
) -> impl IntoView {
    let me = use_me();
    if me.is_none() {
        // The help is open to everybody.
        return view! {
            <section class="account" aria-label=messages::account()>
                <a class="button" href="/sign-in" rel="external">
                    {messages::sign_in()}
                </a>
            </section>
        }
        .into_any();
    }
    let name = own_name();
    let initial = move || {
        let first = name.with(|name| name.chars().next());
        first.map(|first| first.to_uppercase().to_string()).unwrap_or_default()
    };
    let role = me.as_ref().map(|me| role(me.role)).unwrap_or_default();
    let email = me.map(|me| me.email).unwrap_or_default();
    let open = RwSignal::new(false);
    let menu = NodeRef::<html::Div>::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            // Fails where it is not open, which is right then.
            let _ = menu.hide_popover();
        }
    };
    let path = use_location().pathname;
    Effect::new(move |first: Option<()>| {
        path.track();
        if first.is_some() {
            close();
        }
    });
    view! {
        <section class="account" aria-label=messages::account()>
            <button
                type="button"
                class="account-button"
                aria-label=move || messages::account_menu(&name.get())
                aria-expanded=move || if open.get() { "true" } else { "false" }
                popovertarget=MENU_ID
            >
                <span class="avatar" aria-hidden="true">
                    {initial}
                </span>
                <span class="account-words">
                    <span class="account-name">{move || name.get()}</span>
                    <span class="account-role">{role}</span>
                </span>
                <Icon kind=IconKind::ChevronUp />
            </button>
            <div
                node_ref=menu
                id=MENU_ID
                class="account-menu"
                popover="auto"
                on:toggle=move |_| {
                    let now_open = menu
                        .get_untracked()
                        .is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false));
                    open.set(now_open);
                }
            >
                <p class="account-who">
                    <span class="account-name">{move || name.get()}</span>
                    <span class="account-email">{email}</span>
                </p>
                <a class="account-item" href="/account">
                    <Icon kind=IconKind::Person />
                    {messages::own_account()}
                </a>
                <a class="account-item" href="/help" rel="external">
                    <Icon kind=IconKind::Help />
                    {messages::help()}
                </a>
                <button
                    type="button"
                    class="account-item needs-life"
                    on:click=move |_| {
                        close();
                        on_shortcuts.run(());
                    }
                >
                    <Icon kind=IconKind::Keyboard />
                    {messages::shortcuts()}
                </button>
                <div class="account-theme">
                    <span aria-hidden="true">{messages::theme()}</span>
                    <ThemeSwitch />
                </div>
                <form method="post" action="/sign-out" on:submit=sign_out>
                    <button type="submit" class="account-item">
                        <Icon kind=IconKind::Leave />
                        {messages::sign_out()}
                    </button>
                </form>
            </div>
        </section>
    }
    .into_any()
}
