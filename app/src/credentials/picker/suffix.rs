//! What stands behind the text of the picker.

use leptos::prelude::*;

use super::effects::Driver;
use super::events::Event;
use super::{PickerHandle, messages};
use crate::ui::{Icon, IconButton, IconKind};

/// The owner, Clear, and the arrow.
#[component]
pub(super) fn Suffix(driver: Driver, handle: PickerHandle) -> impl IntoView {
    let owner = move || {
        let idle = handle.state.with(|state| !state.open && !state.unpicked());
        handle
            .selected()
            .filter(|_| idle)
            .and_then(|choice| choice.owner)
            .map(|owner| owner.name)
    };
    let filled = move || handle.selected_id().is_some() || handle.has_unpicked_text();
    let toggle = move |_| {
        handle.focus();
        let open = handle.state.with_untracked(|state| state.open);
        driver.send(if open { Event::Closed } else { Event::Opened });
    };
    view! {
        {move || owner().map(|owner| view! { <span class="picker-owner">{owner}</span> })}
        <Show when=filled>
            <IconButton
                icon=IconKind::Cross
                label=messages::clear()
                on_press=Callback::new(move |_| {
                    handle.clear();
                    handle.focus();
                })
            />
        </Show>
        // For the pointer only: the arrow keys do the same.
        <button
            type="button"
            class="icon-button"
            tabindex="-1"
            aria-label=messages::open()
            on:mousedown=|event| event.prevent_default()
            on:click=toggle
        >
            <Icon kind=IconKind::ChevronDown />
        </button>
    }
}
