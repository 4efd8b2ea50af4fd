//! Show and Clear.

use leptos::ev;
use leptos::html::Button;
use leptos::prelude::*;

use super::{ValueHandle, messages};

/// Show and Clear: one stop of the Tab key, arrows move between the two.
#[component]
pub(super) fn ValueTools(
    handle: ValueHandle,
    id: &'static str,
    label: Signal<String>,
    said: RwSignal<&'static str>,
) -> impl IntoView {
    let show = NodeRef::<Button>::new();
    let clear = NodeRef::<Button>::new();
    let on_keydown = move |event: ev::KeyboardEvent| {
        let target = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" | "End" => clear,
            "ArrowLeft" | "ArrowUp" | "Home" => show,
            _ => return,
        };
        if let Some(button) = target.get_untracked() {
            event.prevent_default();
            let _ = button.focus();
        }
    };
    let toggle = move |_| {
        handle.read();
        handle.shown.update(|shown| *shown = !*shown);
        handle.refresh();
    };
    view! {
        <div
            class="value-field-tools"
            role="toolbar"
            aria-label=move || messages::tools(&label.get())
            aria-controls=id
            on:keydown=on_keydown
        >
            <button
                node_ref=show
                type="button"
                class="value-field-tool"
                aria-label=move || messages::show(&label.get())
                aria-pressed=move || if handle.shown.get() { "true" } else { "false" }
                on:click=toggle
            >
                {messages::show_short()}
            </button>
            <Show when=move || !handle.is_empty()>
                <button
                    node_ref=clear
                    type="button"
                    class="value-field-tool"
                    tabindex="-1"
                    aria-label=move || messages::clear(&label.get())
                    on:click=move |_| {
                        handle.clear();
                        said.set(messages::cleared());
                        handle.focus();
                    }
                >
                    {messages::clear_short()}
                </button>
            </Show>
        </div>
    }
}
