//! On or off.

use contract::schemas::Entry;
use leptos::prelude::*;
use serde_json::Value;

use super::field::FieldContext;
use crate::schemas::messages;
use crate::ui::{FieldFrame, Icon, IconKind};

/// A switch; where "not said" is an answer of its own, a choice of three.
#[component]
pub(super) fn SwitchField(context: FieldContext) -> impl IntoView {
    let field = &context.field;
    let default = field.default.as_ref().and_then(Value::as_bool);
    let two = field.required || default.is_some() || (field.hidden_until_added && field.show_when.is_none());
    let (form, pointer) = (context.form, StoredValue::new(context.pointer.clone()));
    let answer = Memo::new(move |_| match pointer.with_value(|pointer| form.entry(pointer)) {
        Some(Entry::Flag(answer)) => answer,
        _ => None,
    });
    let set = move |answer: Option<bool>| {
        pointer.with_value(|pointer| {
            form.set(pointer, Entry::Flag(answer));
            form.check_field(pointer);
        });
    };
    if !two {
        return three(&context, answer, Callback::new(set));
    }
    let (ids, error, help) = (context.ids(), context.error(), context.field.help.clone());
    let described = {
        let (ids, has_help) = (ids.clone(), help.is_some());
        move || ids.described_by(has_help, error.get().is_some())
    };
    view! {
        <div class="field" class:field-bad=move || error.get().is_some()>
            <label class="check">
                <input
                    type="checkbox"
                    role="switch"
                    id=ids.control
                    aria-describedby=described
                    prop:checked=move || answer.get().or(default).unwrap_or(false)
                    on:change=move |event| set(Some(event_target_checked(&event)))
                />
                <span>{context.field.title.clone()}</span>
            </label>
            <p class="field-error" id=ids.error hidden=move || error.get().is_none()>
                <Icon kind=IconKind::Alert size=14 />
                <span>{error}</span>
            </p>
            {help
                .map(|help| {
                    view! {
                        <p class="field-help" id=ids.help>
                            {help}
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}

fn three(context: &FieldContext, answer: Memo<Option<bool>>, set: Callback<Option<bool>>) -> AnyView {
    let (ids, error, help) = (context.ids(), context.error(), context.field.help.clone());
    let described = {
        let (ids, has_help) = (ids.clone(), help.is_some());
        move || ids.described_by(has_help, error.get().is_some())
    };
    let option = move |this: Option<bool>, value: &'static str, words: &'static str| {
        view! {
            <option value=value prop:selected=move || answer.get() == this>
                {words}
            </option>
        }
    };
    view! {
        <FieldFrame ids=ids.clone() label=context.field.title.clone() help error>
            <select
                class="field-input select"
                id=ids.control
                aria-describedby=described
                on:change=move |event| {
                    set.run(
                        match event_target_value(&event).as_str() {
                            "yes" => Some(true),
                            "no" => Some(false),
                            _ => None,
                        },
                    );
                }
            >
                {option(None, "", messages::not_set())}
                {option(Some(true), "yes", messages::yes())}
                {option(Some(false), "no", messages::no())}
            </select>
        </FieldFrame>
    }
    .into_any()
}
