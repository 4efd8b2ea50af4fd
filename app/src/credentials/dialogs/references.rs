//! What refers to a credential, in a dialog.

use contract::credentials::Reference;
use leptos::prelude::*;

use crate::{credentials::messages, kinds, ui::Time};

/// How many references a dialog shows.
const SHOWN: usize = 10;

/// The first references, each with what happens to it; then counts of the others.
#[component]
pub fn ReferenceList(
    /// The references that came.
    #[prop(into)]
    items: Signal<Vec<Reference>>,
    /// How many there are in all.
    #[prop(into)]
    total: Signal<i64>,
    /// How many of them this person may not see.
    #[prop(into)]
    hidden: Signal<i64>,
) -> impl IntoView {
    let shown = move || items.get().into_iter().take(SHOWN).collect::<Vec<_>>();
    let more = move || {
        let shown = i64::try_from(items.with(Vec::len).min(SHOWN)).unwrap_or(0);
        (total.get() - hidden.get() - shown).max(0)
    };
    view! {
        <ul class="references">
            <For each=shown key=|item| (item.kind, item.id) let:item>
                <ReferenceItem item />
            </For>
            <Show when=move || more().is_positive()>
                <li class="muted">{move || messages::and_more(more())}</li>
            </Show>
            <Show when=move || hidden.get().is_positive()>
                <li class="muted">{move || messages::and_hidden(hidden.get())}</li>
            </Show>
        </ul>
    }
}

#[component]
fn ReferenceItem(item: Reference) -> impl IntoView {
    let name = match kinds::href(item.kind, item.id) {
        Some(href) => view! { <a href=href>{item.name}</a> }.into_any(),
        None => item.name.into_any(),
    };
    view! {
        <li>
            <span class="chip">{kinds::name(item.kind)}</span>
            <span class="references-name">{name}</span>
            <span class="muted">
                {match item.last_used_at {
                    Some(at) => {
                        view! {
                            {messages::last_used()}
                            " "
                            <Time at />
                        }
                            .into_any()
                    }
                    None => messages::never_used().into_any(),
                }}
            </span>
            <span class="references-fate">{messages::fate(item.kind)}</span>
        </li>
    }
}
