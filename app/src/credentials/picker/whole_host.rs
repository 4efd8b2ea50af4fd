//! The choice to allow every path of a host.

use leptos::prelude::*;

use super::messages;
use crate::destination::Destination;

/// The checkbox; not shown for a destination that has no path.
#[component]
pub(crate) fn WholeHost(
    /// Where the value will be sent.
    destination: Destination,
    #[prop(into)] whole: Signal<bool>,
    /// Called with another choice.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    (!destination.path().is_empty()).then(|| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || whole.get()
                    on:change=move |event| on_change.run(event_target_checked(&event))
                />
                <span>{messages::allow_whole_host(&destination)}</span>
            </label>
        }
    })
}
