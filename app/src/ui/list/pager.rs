//! The foot of a list: which rows, how many on a page, and the ways to the other pages.

use leptos::{either::Either, prelude::*};

use super::{ListHandle, ListState, messages, state::LIMITS};

/// What the pager needs of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Rows on the page.
    pub rows: usize,
    /// Rows in all.
    pub total: i64,
    /// Whether the total is the end of counting.
    pub total_exact: bool,
    /// The cursor of the page after.
    pub next: Option<String>,
    /// The cursor of the page before.
    pub previous: Option<String>,
}

/// The foot of a list. The ways to other pages are links, so they work before hydration.
#[component]
pub fn Pager(
    /// The list.
    list: ListHandle,
    /// The page.
    #[prop(into)]
    facts: Signal<PageFacts>,
) -> impl IntoView {
    let range = move || {
        let facts = facts.get();
        // Without a page before it, this is the first one, whatever the address says.
        let from = if facts.previous.is_some() {
            list.state.with(|state| state.from)
        } else {
            1
        };
        messages::range(from, facts.rows, facts.total, facts.total_exact)
    };
    let turn = move |cursor: Option<String>, forward: bool| {
        cursor.map(|cursor| list.href(&list.state.get().turned(&cursor, forward)))
    };
    let back = Signal::derive(move || {
        let facts = facts.get();
        // The second page leads to a bare first one: its link has no cursor that could go stale.
        let first = list
            .state
            .with(|state| state.from <= i64::from(state.limit) + 1)
            .then(|| ListState::clone(&list.state.get()).limited(list.state.with(|state| state.limit)));
        match (facts.previous, first) {
            (Some(_), Some(first)) => Some(list.href(&first)),
            (cursor, _) => turn(cursor, false),
        }
    });
    let forward = Signal::derive(move || turn(facts.get().next, true));
    let sizes = LIMITS
        .map(|limit| {
            view! {
                <option value=limit.to_string() selected=move || list.state.with(|state| state.limit == limit)>
                    {limit}
                </option>
            }
        })
        .collect_view();
    view! {
        <nav class="pager" aria-label=messages::pages()>
            <span class="pager-range" role="status">
                {range}
            </span>
            <label class="pager-size">
                <span>{messages::rows()}</span>
                <select
                    class="select"
                    on:change=move |event| {
                        if let Ok(limit) = event_target_value(&event).parse() {
                            list.go(&list.state.get_untracked().limited(limit), false);
                        }
                    }
                >
                    {sizes}
                </select>
            </label>
            <PagerLink href=back words=messages::previous() />
            <PagerLink href=forward words=messages::next() />
        </nav>
    }
}

/// A way to another page, or the same words without one.
#[component]
fn PagerLink(href: Signal<Option<String>>, words: &'static str) -> impl IntoView {
    move || match href.get() {
        Some(href) => Either::Left(view! {
            <a class="button button-small" href=href>
                {words}
            </a>
        }),
        None => Either::Right(view! {
            <span class="button button-small is-off" aria-disabled="true">
                {words}
            </span>
        }),
    }
}
