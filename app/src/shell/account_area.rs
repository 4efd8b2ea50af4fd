//! Who is signed in, the theme, the shortcuts, and the way out.

use leptos::prelude::*;

use super::{text, theme::ThemeSwitch};
use crate::{
    accounts::{tell_other_tabs, use_me},
    ui::{Icon, IconKind},
};

/// The foot of the sidebar.
#[component]
pub fn AccountArea(
    /// Opens the list of shortcuts.
    on_shortcuts: Callback<()>,
) -> impl IntoView {
    let me = use_me();
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
                <form method="post" action="/sign-out" on:submit=move |_| tell_other_tabs()>
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
