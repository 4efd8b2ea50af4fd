//! The element that a secret is typed into.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use super::{ValueHandle, messages};
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

/// Edits whose result does not follow from the mask: the browser's history may hold clear text, its kill ring holds
/// bullets, and a transposition of bullets cannot be seen.
fn is_refused(input_type: &str) -> bool {
    input_type.starts_with("history") || matches!(input_type, "insertFromYank" | "insertTranspose")
}

fn set_up(handle: ValueHandle, node: leptos::web_sys::HtmlTextAreaElement) {
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
}

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
    handle.node.on_load(move |node| set_up(handle, node));
    let withhold = move |event: &leptos::web_sys::Event| {
        if !handle.shown.get_untracked() {
            event.prevent_default();
            said.set(messages::copy_needs_show());
        }
    };
    let on_beforeinput = move |event: ev::InputEvent| {
        if handle.shown.get_untracked() {
            return;
        }
        if is_refused(&event.input_type()) {
            event.prevent_default();
            said.set(messages::no_undo_while_hidden());
        } else {
            handle.begin_edit();
        }
    };
    let on_edit = move || {
        handle.read();
        changed.set_value(true);
        said.set("");
        if pasted.get_value() || !handle.offers.get_untracked().is_empty() {
            pasted.set_value(false);
            handle.look_for_offers();
        }
    };
    let on_input = move |event: ev::Event| {
        let refused = event
            .dyn_ref::<ev::InputEvent>()
            .is_some_and(|event| is_refused(&event.input_type()));
        if refused && !handle.shown.get_untracked() {
            handle.refresh();
        } else {
            on_edit();
        }
    };
    let on_blur = move || {
        // A field that is removed with the focus in it gets `blur` when its text is wiped already.
        if !handle.is_alive() {
            return;
        }
        handle.leave();
        // Offers and errors move what is below: a press on Show or Save comes first.
        after_press(move || {
            // The form may be closed by now.
            if changed.try_get_value() == Some(true) && handle.is_alive() {
                handle.look_for_offers();
                if let Some(on_check) = on_check {
                    on_check.run(());
                }
            }
        });
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        handle.settle_caret();
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
            placeholder=move || messages::hidden_lines(handle.lines.get())
            on:focus=move |_| handle.enter()
            on:blur=move |_| on_blur()
            on:paste=move |_| pasted.set_value(true)
            on:drop=move |_| pasted.set_value(true)
            on:copy=move |event| withhold(&event)
            on:cut=move |event| withhold(&event)
            on:dragstart=move |event| withhold(&event)
            on:beforeinput=on_beforeinput
            on:input=on_input
            on:compositionstart=move |_| handle.begin_composition()
            on:compositionend=move |_| {
                handle.end_composition();
                on_edit();
            }
            on:keydown=on_keydown
        ></textarea>
    }
}
