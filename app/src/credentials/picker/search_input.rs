//! The text field of the combobox.

use contract::names::looks_like_secret;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;
use zeroize::Zeroizing;

use super::PickerHandle;
use super::effects::Driver;
use super::events::{Event, Step};
use crate::ui::FieldIds;

/// Where the search is typed; it holds the focus while the list is open.
#[component]
pub(super) fn SearchInput(
    driver: Driver,
    handle: PickerHandle,
    ids: FieldIds,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let state = handle.state;
    let typed = move || {
        let Some(input) = handle.input.get_untracked() else {
            return;
        };
        let text = Zeroizing::new(input.value());
        if looks_like_secret(&text) {
            // It goes no further than this: not into the state, and out of the document.
            handle.paste.set_value(text);
            input.set_value("");
            driver.send(Event::SecretPasted);
        } else {
            driver.send(Event::Typed(text.to_string()));
        }
    };
    let active = {
        let control = ids.control.clone();
        move || state.with(|state| state.active.map(|row| format!("{control}-row-{row}")))
    };
    let described_by = {
        let ids = ids.clone();
        move || ids.described_by(true, error.get().is_some())
    };
    let list = format!("{}-list", ids.control);
    // Half of a composed word is no search; `compositionend` comes with the whole word.
    let on_input = move |event: ev::Event| {
        if !event.unchecked_ref::<web_sys::InputEvent>().is_composing() {
            typed();
        }
    };
    view! {
        <input
            node_ref=handle.input
            id=ids.control
            class="picker-input"
            type="text"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded=move || if state.with(|state| state.open) { "true" } else { "false" }
            aria-controls=list
            aria-activedescendant=active
            aria-invalid=move || error.get().is_some().then_some("true")
            aria-describedby=described_by
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            translate="no"
            data-1p-ignore="true"
            data-lpignore="true"
            data-bwignore="true"
            data-form-type="other"
            prop:value=move || state.with(|state| state.text.clone())
            on:focus=move |_| {
                driver.send(Event::Focused);
                if let Some(input) = handle.input.get_untracked() {
                    input.select();
                }
            }
            on:click=move |_| {
                if !state.with_untracked(|state| state.open) {
                    driver.send(Event::Opened);
                }
            }
            on:input=on_input
            on:compositionend=move |_| typed()
            on:keydown=move |event| on_key(driver, handle, &event)
        />
    }
}

fn on_key(driver: Driver, handle: PickerHandle, event: &ev::KeyboardEvent) {
    if event.is_composing() {
        return;
    }
    let open = handle.state.with_untracked(|state| state.open);
    let happened = match event.key().as_str() {
        "ArrowUp" if open && event.alt_key() => Event::Closed,
        "ArrowDown" => Event::Moved(Step::Next),
        "ArrowUp" => Event::Moved(Step::Previous),
        // With the list open, Enter never saves the form, and Escape never closes the dialog.
        "Enter" if open => Event::Entered,
        "Escape" if open => Event::Closed,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    driver.send(happened);
}
