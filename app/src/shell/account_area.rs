//! Who is signed in, the theme, the shortcuts, and the way out.

use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys::HtmlFormElement};

use super::{text, theme::ThemeSwitch};
use crate::{
    accounts::{tell_other_tabs, use_me},
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

/// The foot of the sidebar.
#[component]
pub fn AccountArea(
    /// Opens the list of shortcuts.
    on_shortcuts: Callback<()>,
) -> impl IntoView {
    let me = use_me();
    if me.is_none() {
        // The help is open to everybody.
        return view! {
            <section class="account" aria-label=text::account()>
                <a class="button" href="/sign-in" rel="external">
                    {text::sign_in()}
                </a>
            </section>
        }
        .into_any();
    }
    let name = me.as_ref().map(|me| me.name.clone()).unwrap_or_default();
    let initial = name
        .chars()
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let role = me.as_ref().map(|me| text::role(me.role)).unwrap_or_default();
    view! {
        <section class="account" aria-label=text::account()>
            <div class="account-who">
                <span class="avatar" aria-hidden="true">
                    {initial}
                </span>
                <span class="account-words">
                    <span class="account-name" title=name.clone()>
                        {name.clone()}
                    </span>
                    <span class="account-role">{role}</span>
                </span>
            </div>
            <div class="account-tools">
                <ThemeSwitch />
                <button
                    type="button"
                    class="icon-button needs-life"
                    aria-label=text::shortcuts()
                    title=text::shortcuts()
                    on:click=move |_| on_shortcuts.run(())
                >
                    <span aria-hidden="true">{"?"}</span>
                </button>
                <form method="post" action="/sign-out" on:submit=sign_out>
                    <button
                        type="submit"
                        class="icon-button"
                        aria-label=text::sign_out()
                        title=text::sign_out()
                    >
                        <Icon kind=IconKind::Leave />
                    </button>
                </form>
            </div>
        </section>
    }
    .into_any()
}
