//! The search box of a list.

use std::time::Duration;

use contract::names::looks_like_secret;
use leptos::{ev::SubmitEvent, leptos_dom::helpers::TimeoutHandle, prelude::*, web_sys::HtmlInputElement};

use super::{ListHandle, messages};
use crate::ui::{Icon, IconKind};

/// The id of the search box, for the shortcut.
pub const SEARCH_ID: &str = "search";
const WAIT: Duration = Duration::from_millis(200);

/// A search box, which empties itself where a secret is pasted. Typing waits 200 ms and never acts on an unfinished composition; Enter searches at once.
/// Before hydration it is a plain form.
#[component]
pub fn SearchBox(
    /// The list.
    list: ListHandle,
    /// What is searched: "Search by name".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let typed = RwSignal::new(list.state.get_untracked().search);
    // Back and Clear search change the address; the box follows, unless somebody is typing ahead of it.
    Effect::new(move || {
        let search = list.state.with(|state| state.search.clone());
        if search != typed.get_untracked().trim() && waiting.with_value(Option::is_none) {
            typed.set(search);
        }
    });
    // A dialog was opened while the search waited: the list follows once it is closed.
    let postponed = RwSignal::new(false);
    Effect::new(move || {
        if postponed.get() && !list.has_dialog() {
            postponed.set(false);
            list.search(&typed.get_untracked());
        }
    });
    let search_later = move || {
        stop();
        let handle = set_timeout_with_handle(
            move || {
                waiting.set_value(None);
                if untrack(|| list.has_dialog()) {
                    postponed.set(true);
                } else {
                    list.search(&typed.get_untracked());
                }
            },
            WAIT,
        );
        waiting.set_value(handle.ok());
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        stop();
        list.search(&typed.get_untracked());
    };
    let refused = RwSignal::new(false);
    let take = move |input: HtmlInputElement| {
        let secret = looks_like_secret(&input.value());
        refused.set(secret);
        if secret {
            // An id can be pasted here, so a secret can be, too: it goes no further than this.
            input.set_value("");
        }
        typed.set(input.value());
        !secret
    };
    let kept = move |pair: fn(&super::ListState) -> String| list.state.with(pair);
    view! {
        <form class="search" role="search" method="get" on:submit=on_submit>
            <Icon kind=IconKind::Search size=15 />
            <input
                id=SEARCH_ID
                type="search"
                name="search"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="search"
                maxlength="128"
                placeholder=label.clone()
                aria-label=label
                aria-keyshortcuts="/"
                value=list.state.get_untracked().search
                prop:value=typed
                on:input=move |event| {
                    if take(event_target(&event)) && !is_composing(&event) {
                        search_later();
                    }
                }
                on:compositionend=move |_| search_later()
            />
            <input type="hidden" name="sort" value=move || kept(|state| state.sort.clone()) />
            <input type="hidden" name="limit" value=move || kept(|state| state.limit.to_string()) />
            {move || {
                let set = list.state.with(|state| state.filters.clone());
                set.into_iter()
                    .map(|(name, content)| view! { <input type="hidden" name=name value=content /> })
                    .collect_view()
            }}
            <kbd aria-hidden="true">{"/"}</kbd>
            <span class="search-refused" role="status">
                {move || refused.get().then(messages::search_refused)}
            </span>
        </form>
    }
}

fn is_composing(event: &leptos::ev::Event) -> bool {
    use leptos::wasm_bindgen::JsCast;
    event
        .dyn_ref::<leptos::web_sys::InputEvent>()
        .is_some_and(leptos::web_sys::InputEvent::is_composing)
}
