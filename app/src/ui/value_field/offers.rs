//! What a paste brought along, each with a button that takes it away.

use leptos::prelude::*;

use super::ValueHandle;
use super::messages;

/// The offers for the present text; nothing where there are none.
#[component]
pub fn PasteOffers(
    /// The field's text.
    handle: ValueHandle,
    /// Where the outcome is announced.
    said: RwSignal<&'static str>,
    /// Gets the name that stood before `=`.
    on_name_found: Option<Callback<String>>,
) -> impl IntoView {
    let row = move |offer| {
        let take = move |_| {
            let name = handle.take_offer(offer);
            said.set(messages::offer_taken(offer));
            handle.focus();
            if let (Some(name), Some(found)) = (name, on_name_found) {
                found.run(name);
            }
        };
        view! {
            <li>
                <span>{messages::offer(offer)}</span>
                <button type="button" class="value-field-offer" on:click=take>
                    {messages::take_offer(offer)}
                </button>
            </li>
        }
    };
    view! {
        // The region is there before the offers, so that they are announced.
        <div class="value-field-offers" role="status">
            <Show when=move || !handle.offers.get().is_empty()>
                <ul>
                    <For each=move || handle.offers.get() key=|offer| *offer children=row />
                </ul>
            </Show>
        </div>
    }
}
