//! The frame around the table of a list.

use leptos::prelude::*;

use super::{ListHandle, ListState, Listing, Outcome, Pager, add_link::link, messages, pager::PageFacts};
use crate::ui::{Button, Icon, IconKind, LinkButton, computed, problem_text::error_words};

/// What an empty list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListWords {
    /// Nothing exists yet: the heading.
    pub first_use: &'static str,
    /// How to begin.
    pub how_to_begin: &'static str,
}

/// The frame of a list: skeleton while nothing is there, rows, or what there is to say instead; below,
/// the pager. Its children are the table.
#[component]
pub fn ListFrame<T>(
    /// The list.
    list: ListHandle,
    /// Its rows.
    listing: Listing<T>,
    /// What an empty list says.
    words: ListWords,
    /// The label of the link in a list in which nothing exists yet, for users who may add.
    #[prop(optional_no_strip)]
    begin: Option<&'static str>,
    /// The table.
    children: ChildrenFn,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let children = StoredValue::new(children);
    view! {
        <div class="list">
            <Transition fallback=Skeleton>
                <ListBody
                    list
                    listing
                    words
                    begin
                    table=ViewFn::from(move || children.with_value(|children| children()))
                />
            </Transition>
        </div>
    }
}

/// Built inside the transition, so that reading the rows there makes it wait for them.
#[component]
fn ListBody<T>(
    list: ListHandle,
    listing: Listing<T>,
    words: ListWords,
    begin: Option<&'static str>,
    table: ViewFn,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let failure = Signal::derive(move || listing.failure());
    // Decided once for each change of kind: rows that change stay where they are.
    let outcome = computed(move |_| {
        if listing.is_waiting() {
            return None;
        }
        let rows = listing.page().map(|page| page.items.len());
        let searching = list
            .state
            .with(|state| !state.search.is_empty() || !state.filters.is_empty());
        Some(Outcome::of(rows, listing.failure().as_ref(), searching))
    });
    let facts = Signal::derive(move || {
        listing
            .page()
            .map(|page| PageFacts {
                rows: page.items.len(),
                total: page.total,
                total_exact: page.total_exact,
                next: page.next_cursor,
                previous: page.previous_cursor,
            })
            .unwrap_or_default()
    });
    move || {
        Some(match outcome.get()? {
            Outcome::Rows => view! {
                <Show when=move || failure.get().is_some()>
                    <div class="notice notice-warn" role="status">
                        <Icon kind=IconKind::Alert />
                        <p>{messages::may_be_old()}</p>
                        <Button on_press=Callback::new(move |_| listing.refetch())>{messages::retry()}</Button>
                    </div>
                </Show>
                {table.run()}
                <Pager list facts />
            }
            .into_any(),
            Outcome::FirstUse => view! {
                <div class="empty">
                    <h2>{words.first_use}</h2>
                    <p>{words.how_to_begin}</p>
                    {begin.map(|words| link(words, None))}
                </div>
            }
            .into_any(),
            Outcome::NoMatch => view! {
                <div class="empty" role="status">
                    <h2>{move || list.state.with(no_match)}</h2>
                    <LinkButton href=Signal::derive(move || {
                        list.href(&list.state.get().unfiltered())
                    })>{move || messages::clear(list.state.with(|state| !state.filters.is_empty()))}</LinkButton>
                </div>
            }
            .into_any(),
            Outcome::Failed => view! {
                <div class="empty" role="alert">
                    <h2>{messages::could_not_be_loaded()}</h2>
                    <p>{move || failure.get().map(|failure| error_words(&failure))}</p>
                    <Button on_press=Callback::new(move |_| listing.refetch())>{messages::retry()}</Button>
                </div>
            }
            .into_any(),
            Outcome::Forbidden => view! {
                <div class="empty">
                    <h2>{messages::forbidden()}</h2>
                </div>
            }
            .into_any(),
        })
    }
}

/// Why there are no rows.
fn no_match(state: &ListState) -> String {
    if state.filters.is_empty() {
        messages::no_match(&state.search)
    } else {
        messages::no_match_of_filters().to_owned()
    }
}

/// Not written out below: see `inner_html_tests`.
const SKELETON_ROW: &str = "skeleton-row";

/// Grey rows; the style shows them only after 300 ms.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{messages::loading()}</span>
            {(0..6).map(|_| view! { <div class=SKELETON_ROW></div> }).collect_view()}
        </div>
    }
}
