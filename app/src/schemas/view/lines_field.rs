//! A text of several lines, or JSON.

use contract::schemas::{Content, Entry};
use leptos::prelude::*;

use super::check_field::Leaving;
use super::field::FieldContext;
use crate::ui::FieldFrame;

#[component]
pub(super) fn LinesField(context: FieldContext) -> impl IntoView {
    let (ids, error, form) = (context.ids(), context.error(), context.form);
    let is_json = matches!(context.field.content, Content::Json(_));
    let help = context.field.help.clone();
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
            <textarea
                class="field-input field-lines"
                class:mono=is_json
                id=ids.control
                rows=if is_json { "6" } else { "4" }
                autocomplete="off"
                spellcheck=if is_json { "false" } else { "true" }
                aria-required=context.field.required.then_some("true")
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
                prop:value=typed
                on:input=move |event| {
                    leaving.changed();
                    pointer.with_value(|pointer| form.set(pointer, Entry::Text(event_target_value(&event))));
                }
                on:blur=move |_| leaving.left()
            ></textarea>
        </FieldFrame>
    }
}
