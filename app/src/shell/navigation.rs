//! The sidebar. On a narrow screen it is a popover, which needs no script.

use contract::accounts::{Action, Resource};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;

use super::{account_area::AccountArea, text};
use crate::accounts::may;
use crate::ui::{Icon, IconKind};

const NAVIGATION_ID: &str = "navigation";

/// The bar on top of a narrow screen.
#[component]
pub fn TopBar() -> impl IntoView {
    view! {
        <header class="topbar">
            <button type="button" class="icon-button" aria-label=text::menu() popovertarget=NAVIGATION_ID>
                <Icon kind=IconKind::Menu size=18 />
            </button>
            <Brand />
        </header>
    }
    .into_any()
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/credentials">
            <Icon kind=IconKind::Vault size=22 />
            {text::product()}
        </a>
    }
    .into_any()
}

/// The sidebar.
#[component]
pub fn Navigation(
    /// Opens the list of shortcuts.
    on_shortcuts: Callback<()>,
) -> impl IntoView {
    let element = NodeRef::<html::Nav>::new();
    let path = use_location().pathname;
    Effect::new(move |first: Option<()>| {
        path.track();
        if first.is_some()
            && let Some(element) = element.get_untracked()
        {
            // Fails where it is not open, which is right then.
            let _ = element.hide_popover();
        }
    });
    view! {
        <nav node_ref=element id=NAVIGATION_ID class="side" popover="auto" aria-label=text::main_navigation()>
            <Brand />
            <h2 id="nav-integrations">{text::integrations()}</h2>
            <ul aria-labelledby="nav-integrations">
                <NavigationLink href="/credentials" icon=IconKind::Key words=text::credentials() />
                <NavigationLink href="/mcp-servers" icon=IconKind::Plug words=text::mcp_servers() />
            </ul>
            <h2 id="nav-ai">{text::ai()}</h2>
            <ul aria-labelledby="nav-ai">
                <NavigationLink href="/model-bindings" icon=IconKind::Model words=text::model_bindings() />
            </ul>
            {may(Resource::Users, Action::Read, None)
                .then(|| {
                    view! {
                        <h2 id="nav-administration">{text::administration()}</h2>
                        <ul aria-labelledby="nav-administration">
                            <NavigationLink href="/users" icon=IconKind::People words=text::users() />
                            <NavigationLink href="/audit" icon=IconKind::Record words=text::audit_trail() />
                        </ul>
                    }
                })}
            <ul class="side-help">
                <NavigationLink href="/help" icon=IconKind::Help words=text::help() />
            </ul>
            <AccountArea on_shortcuts />
        </nav>
    }
    .into_any()
}

#[component]
fn NavigationLink(href: &'static str, icon: IconKind, words: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || {
        path.with(|path| {
            if path == href {
                Some("page")
            } else {
                path.strip_prefix(href)
                    .is_some_and(|rest| rest.starts_with('/'))
                    .then_some("true")
            }
        })
    };
    view! {
        <li>
            <a href=href aria-current=current>
                <Icon kind=icon />
                {words}
            </a>
        </li>
    }
    .into_any()
}
