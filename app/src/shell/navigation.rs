//! The sidebar. On a narrow screen it is a popover, which needs no script.

use contract::accounts::{Action, Resource};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;

use super::{account_area::AccountArea, messages};
use crate::accounts::may;
use crate::page::product;
use crate::page_table::page_table;
use crate::ui::{Icon, IconKind};

const NAVIGATION_ID: &str = "navigation";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Integrations,
    Ai,
    Administration,
}

/// A link to a page.
struct Entry {
    section: Section,
    href: &'static str,
    icon: IconKind,
    words: fn() -> &'static str,
}

macro_rules! entries {
    (
        signed_out $alone:tt
        signed_in {
            $($name:ident($path:tt, $area:ident::$view:ident $(in $chunk:ident)? $(, link $section:ident $icon:ident)?))*
        }
        topics $topics:tt
    ) => {
        const ENTRIES: &[Entry] = &[$($(Entry {
            section: Section::$section,
            href: $path,
            icon: IconKind::$icon,
            words: messages::$name,
        },)?)*];
    };
}
page_table!(entries);

/// The bar on top of a narrow screen.
#[component]
pub fn TopBar() -> impl IntoView {
    view! {
        <header class="topbar">
            <button type="button" class="icon-button" aria-label=messages::menu() popovertarget=NAVIGATION_ID>
                <Icon kind=IconKind::Menu size=18 />
            </button>
            <Brand />
        </header>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/credentials">
            <Icon kind=IconKind::Vault size=22 />
            {product()}
        </a>
    }
}

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
        <nav node_ref=element id=NAVIGATION_ID class="side" popover="auto" aria-label=messages::main_navigation()>
            <Brand />
            {section("nav-integrations", messages::integrations(), Section::Integrations)}
            {section("nav-ai", messages::ai(), Section::Ai)}
            {may(Resource::Users, Action::Read, None)
                .then(|| section("nav-administration", messages::administration(), Section::Administration))}
            <ul class="side-help">
                <NavigationLink href="/help" icon=IconKind::Help words=messages::help() />
            </ul>
            <AccountArea on_shortcuts />
        </nav>
    }
}

/// A heading and the pages below it.
fn section(id: &'static str, heading: &'static str, section: Section) -> AnyView {
    let links = ENTRIES
        .iter()
        .filter(|entry| entry.section == section)
        .map(|entry| view! { <NavigationLink href=entry.href icon=entry.icon words=(entry.words)() /> })
        .collect_view();
    view! {
        <h2 id=id>{heading}</h2>
        <ul aria-labelledby=id>{links}</ul>
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
}
