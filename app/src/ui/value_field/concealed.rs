//! The element that a secret is typed into.

use leptos::ev;
use leptos::prelude::*;

use super::{ValueHandle, text};
use crate::ui::after_press;

/// Keeps the browser, password managers, spelling and translation services away from the text.
const LEAVE_ALONE: &[(&str, &str)] = &[
    ("autocomplete", "off"),
    ("autocapitalize", "off"),
    ("autocorrect", "off"),
    ("spellcheck", "false"),
    ("translate", "no"),
    ("writingsuggestions", "false"),
    ("data-1p-ignore", "true"),
    ("data-op-ignore", "true"),
    ("data-lpignore", "true"),
    ("data-bwignore", "true"),
    ("data-protonpass-ignore", "true"),
    ("data-form-type", "other"),
];

/// The element that is typed into.
#[component]
pub(super) fn ConcealedText(
    handle: ValueHandle,
    id: &'static str,
    described_by: Signal<Option<String>>,
    error: Signal<Option<String>>,
    said: RwSignal<&'static str>,
    on_check: Option<Callback<()>>,
    on_submit: Option<Callback<()>>,
) -> impl IntoView {
    let pasted = StoredValue::new(false);
    let changed = StoredValue::new(false);
    handle.node.on_load(move |node: leptos::web_sys::HtmlTextAreaElement| {
        for (name, content) in LEAVE_ALONE {
            // All of them are valid names, so none is refused.
            let _ = node.set_attribute(name, content);
        }
        handle.refresh();
        if handle.wants_focus() {
            // The element is in the document only after this turn.
            request_animation_frame(move || {
                let _ = node.focus();
            });
        }
    });
    let withhold = move |event: &leptos::web_sys::Event| {
        if !handle.shown.get_untracked() {
            event.prevent_default();
            said.set(text::copy_needs_show());
        }
    };
    let on_input = move |_| {
        handle.read();
        changed.set_value(true);
        said.set("");
        if pasted.get_value() || !handle.offers.get_untracked().is_empty() {
            pasted.set_value(false);
            handle.look_for_offers();
        }
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing() {
            event.prevent_default();
            if let Some(submit) = on_submit {
                submit.run(());
            }
        }
    };
    view! {
        <textarea
            node_ref=handle.node
            id=id
            class="field-input value-field-text"
            class:concealed=move || !handle.shown.get()
            rows="3"
            dir="ltr"
            aria-required="true"
            aria-invalid=move || error.get().is_some().then_some("true")
            aria-describedby=described_by
            placeholder=move || text::hidden_lines(handle.lines.get())
            on:focus=move |_| {
                handle.focused.set(true);
                handle.refresh();
            }
            on:blur=move |_| {
                // A field that is taken away with the focus in it hears of that when its text is wiped already.
                if handle.is_alive() {
                    handle.read();
                    handle.focused.set(false);
                    handle.refresh();
                    handle.look_for_offers();
                    if let Some(on_check) = on_check.filter(|_| changed.try_get_value() == Some(true)) {
                        after_press(move || {
                            // The form may be gone by now.
                            if changed.try_get_value().is_some() && handle.is_alive() {
                                on_check.run(());
                            }
                        });
                    }
                }
            }
            on:paste=move |_| pasted.set_value(true)
            on:drop=move |_| pasted.set_value(true)
            on:copy=move |event| withhold(&event)
            on:cut=move |event| withhold(&event)
            on:dragstart=move |event| withhold(&event)
            on:input=on_input
            on:keydown=on_keydown
        ></textarea>
    }
    .into_any()
}
