//! A text, an address or a number on one line.

use contract::schemas::{Content, Entry};
use leptos::prelude::*;
use serde_json::Value;

use super::check_field::Leaving;
use super::field::FieldContext;
use crate::schemas::messages;
use crate::ui::FieldFrame;

#[component]
pub(super) fn OneLineField(context: FieldContext) -> impl IntoView {
    let (ids, error, form) = (context.ids(), context.error(), context.form);
    let (range, kind, mode) = match &context.field.content {
        Content::Number { whole, min, max } => {
            let mode = if *whole { "numeric" } else { "decimal" };
            // With a sign to type, the small keyboards for numbers would be in the way.
            let mode = if min.is_some_and(|min| min >= 0.0) {
                mode
            } else {
                "text"
            };
            (messages::range(*min, *max), "text", mode)
        }
        Content::Url => (None, "url", "url"),
        _ => (None, "text", "text"),
    };
    let help: Vec<String> = context.field.help.clone().into_iter().chain(range).collect();
    let help = (!help.is_empty()).then(|| help.join(" "));
    let usual = context.field.default.as_ref().map(|default| match default {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let pointer = StoredValue::new(context.pointer.clone());
    let typed = Memo::new(move |_| {
        form.draft
            .with(|draft| pointer.with_value(|pointer| draft.text(pointer).to_owned()))
    });
    let leaving = Leaving::of(&context);
    let described = {
        let (ids, has_help) = (ids.clone(), help.is_some());
        move || ids.described_by(has_help, error.get().is_some())
    };
    view! {
        <FieldFrame ids=ids.clone() label=context.field.title.clone() help error>
            <input
                class="field-input"
                class:field-number=matches!(context.field.content, Content::Number { .. })
                id=ids.control
                type=kind
                inputmode=mode
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder=usual
                aria-required=context.field.required.then_some("true")
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
                prop:value=typed
                on:input=move |event| {
                    leaving.changed();
                    pointer.with_value(|pointer| form.set(pointer, Entry::Text(event_target_value(&event))));
                }
                on:blur=move |_| {
                    let text = typed.try_get_untracked().unwrap_or_default();
                    if text.trim() != text {
                        pointer.with_value(|pointer| form.set(pointer, Entry::Text(text.trim().to_owned())));
                    }
                    leaving.left();
                }
            />
        </FieldFrame>
    }
}
