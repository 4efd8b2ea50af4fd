//! The filters of the trail. They live in the address, and without scripts they are a plain form.

use contract::audit::AuditEvent;
use leptos::{ev::SubmitEvent, prelude::*};

use super::moments;
use crate::{
    audit::messages,
    locale::Label,
    ui::{
        Icon, IconKind,
        list::{FilterSpec, ListHandle, Listing},
        use_hydrated,
    },
};

fn as_it_is(content: &str) -> Option<String> {
    (!content.is_empty()).then(|| content.to_owned())
}

fn moment(content: &str) -> Option<String> {
    moments::parse(content).map(moments::write)
}

fn full_id(content: &str) -> Option<String> {
    uuid::Uuid::try_parse(content).ok().map(|id| id.to_string())
}

fn id_or_kind(content: &str) -> Option<String> {
    let is_kind = content.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    full_id(content).or_else(|| is_kind.then(|| content.to_owned()))
}

const fn same(name: &'static str, read: fn(&str) -> Option<String>) -> FilterSpec {
    FilterSpec { name, api: name, read }
}

/// The filters: in the address `from` counts rows, so the moments have other names there.
pub(super) const FILTERS: &[FilterSpec] = &[
    same("action", as_it_is),
    same("outcome", as_it_is),
    same("host", as_it_is),
    FilterSpec {
        name: "since",
        api: "from",
        read: moment,
    },
    FilterSpec {
        name: "until",
        api: "to",
        read: moment,
    },
    same("actor", id_or_kind),
    same("target", full_id),
];

/// The controls of the filters.
#[component]
pub(super) fn Filters(
    list: ListHandle,
    /// Its rows, which know the names of ids.
    listing: Listing<AuditEvent>,
) -> impl IntoView {
    let any = move || {
        list.state
            .with(|state| !state.filters.is_empty() || !state.search.is_empty())
    };
    let clear = move || list.href(&list.state.get().unfiltered());
    let kept = move || {
        list.state.with(|state| {
            let search = ("search", state.search.clone());
            let limit = ("limit", state.limit.to_string());
            [search, limit]
                .into_iter()
                .chain(["actor", "target"].map(|name| (name, state.filter(name))))
                .filter(|(_, content)| !content.is_empty())
                .map(|(name, content)| view! { <input type="hidden" name=name value=content /> })
                .collect_view()
        })
    };
    view! {
        <form
            class="filters"
            method="get"
            aria-label=messages::filter_filters()
            on:submit=|event: SubmitEvent| event.prevent_default()
        >
            <Choice list name="action" label=messages::filter_action() known=messages::ACTIONS />
            <Choice list name="outcome" label=messages::filter_outcome() known=messages::OUTCOMES />
            <label class="filter">
                <span>{messages::filter_host()}</span>
                <input
                    class="field-input"
                    type="text"
                    name="host"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="300"
                    value=list.state.get_untracked().filter("host")
                    prop:value=move || list.state.with(|state| state.filter("host"))
                    on:change=move |event| set(list, "host", &event_target_value(&event))
                />
            </label>
            <Moment list name="since" label=messages::filter_since() />
            <Moment list name="until" label=messages::filter_until() />
            {kept}
            <button type="submit" class="button no-life">
                {messages::filter_apply()}
            </button>
            <Show when=any>
                <a class="button button-quiet" href=clear data-noscroll="">
                    {messages::filter_clear()}
                </a>
            </Show>
        </form>
        <Narrowed list listing />
    }
}

/// Goes to the list with another filter.
fn set(list: ListHandle, name: &'static str, content: &str) {
    let state = list.state.get_untracked();
    if state.filter(name) != content.trim() {
        list.go(&state.filtered(name, content), false);
    }
}

/// A choice among what this release knows, and what the address says beyond that.
#[component]
fn Choice(
    list: ListHandle,
    name: &'static str,
    label: &'static str,
    known: &'static [(&'static str, Label)],
) -> impl IntoView {
    let current = Memo::new(move |_| list.state.with(|state| state.filter(name)));
    let option = move |value: String, words: String| {
        let this = value.clone();
        let chosen = move || current.with(|current| *current == this);
        view! {
            <option value=value selected=chosen.clone() prop:selected=chosen>
                {words}
            </option>
        }
    };
    let options = known
        .iter()
        .map(|(value, words)| option((*value).to_owned(), words().to_owned()))
        .collect_view();
    let unknown = move || {
        let current = current.get();
        let missing = !current.is_empty() && known.iter().all(|(value, _)| *value != current);
        missing.then(|| option(current.clone(), current))
    };
    view! {
        <label class="filter">
            <span>{label}</span>
            <select class="select" name=name on:change=move |event| set(list, name, &event_target_value(&event))>
                {option(String::new(), messages::filter_any().to_owned())}
                {options}
                {unknown}
            </select>
        </label>
    }
}

/// A moment, in the reader's own time.
#[component]
fn Moment(list: ListHandle, name: &'static str, label: &'static str) -> impl IntoView {
    let lives = use_hydrated();
    let content = move || list.state.with(|state| state.filter(name));
    let enter = move |event| {
        let entered = event_target_value(&event);
        let moment = moments::from_field(&entered).map(moments::write);
        // One that is not finished yet has no content either, and says so itself.
        set(list, name, &moment.unwrap_or_default());
    };
    view! {
        <label class="filter">
            <span>{label} <span class="no-life muted">" " {messages::filter_in_utc()}</span></span>
            <input
                class="field-input"
                type="datetime-local"
                name=name
                value=moments::to_field(&untrack(content), false)
                prop:value=move || moments::to_field(&content(), lives.get())
                on:change=enter
            />
        </label>
    }
}

/// What the list is narrowed to beyond the fields, each with its way back.
#[component]
fn Narrowed(list: ListHandle, listing: Listing<AuditEvent>) -> impl IntoView {
    let chips = move || {
        let state = list.state.get();
        // The rows that are shown know the names; without one the last digits must do.
        let items = listing.items();
        let last = |id: &str| id.get(id.len().saturating_sub(8)..).unwrap_or(id).to_owned();
        let actor = Some(state.filter("actor")).filter(|id| !id.is_empty()).map(|id| {
            let found = items.iter().map(|event| &event.actor);
            let found = found.filter(|actor| actor.id.is_some_and(|known| known.to_string() == id));
            let name = found.map(|actor| actor.name.clone()).next();
            let is_id = full_id(&id).is_some();
            messages::only_by(&name.unwrap_or_else(|| if is_id { last(&id) } else { messages::actor(&id, &id) }))
        });
        let target = Some(state.filter("target")).filter(|id| !id.is_empty()).map(|id| {
            let found = items.iter().map(|event| &event.target);
            let found = found.filter(|record| record.id.is_some_and(|known| known.to_string() == id));
            let name = found
                .map(|record| messages::record(&record.kind, record.name.as_deref()))
                .next();
            messages::only_about(&name.unwrap_or_else(|| last(&id)))
        });
        [("actor", actor), ("target", target)]
            .into_iter()
            .filter_map(|(name, words)| Some((name, words?)))
            .map(|(name, words)| {
                let href = list.href(&state.clone().filtered(name, ""));
                let remove = messages::remove(&words);
                view! {
                    <li>
                        <a class="chip chip-accent" href=href data-noscroll="" aria-label=remove>
                            {words}
                            <Icon kind=IconKind::Cross size=12 />
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <Transition>
            <ul class="narrowed">{chips}</ul>
        </Transition>
    }
}
