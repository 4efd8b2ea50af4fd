//! One of a few.

use contract::schemas::{Choice, Content, Entry};
use leptos::prelude::*;
use serde_json::Value;

use super::field::FieldContext;
use crate::schemas::messages;
use crate::ui::FieldFrame;

/// A list to choose from.
#[component]
pub(super) fn ChoiceField(context: FieldContext) -> impl IntoView {
    let Content::Choice(choices) = context.field.content.clone() else {
        return ().into_any();
    };
    let (ids, error, form, help) = (context.ids(), context.error(), context.form, context.field.help.clone());
    let default = context
        .field
        .default
        .as_ref()
        .and_then(Value::as_str)
        .map(str::to_owned);
    let none = match (&default, context.field.required) {
        (Some(_), _) => None,
        (None, true) => Some(messages::choose_one()),
        (None, false) => Some(messages::not_set()),
    };
    let pointer = StoredValue::new(context.pointer.clone());
    let chosen = Memo::new(move |_| {
        let chosen = form
            .draft
            .with(|draft| pointer.with_value(|pointer| draft.text(pointer).to_owned()));
        if chosen.is_empty() {
            default.clone().unwrap_or_default()
        } else {
            chosen
        }
    });
    let described = {
        let (ids, has_help) = (ids.clone(), help.is_some());
        move || ids.described_by(has_help, error.get().is_some())
    };
    let option = move |value: String, label: String| {
        let this = value.clone();
        view! {
            <option value=value prop:selected=move || chosen.with(|chosen| *chosen == this)>
                {label}
            </option>
        }
    };
    let options = choices
        .into_iter()
        .map(|Choice { value, label }| option(value, label))
        .collect_view();
    view! {
        <FieldFrame ids=ids.clone() label=context.field.title.clone() help error>
            <select
                class="field-input select"
                id=ids.control
                aria-required=context.field.required.then_some("true")
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
                on:change=move |event| {
                    pointer
                        .with_value(|pointer| {
                            form.set(pointer, Entry::Text(event_target_value(&event)));
                            form.check_field(pointer);
                        });
                }
            >
                {none.map(|words| option(String::new(), words.to_owned()))}
                {options}
            </select>
        </FieldFrame>
    }
    .into_any()
}
