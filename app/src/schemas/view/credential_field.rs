//! The choice of a credential.

use leptos::prelude::*;

use super::field::FieldContext;
use crate::credentials::picker::CredentialPicker;
use crate::schemas::messages;

/// The credential picker, told where the value goes.
#[component]
pub(super) fn CredentialField(context: FieldContext) -> impl IntoView {
    let (form, error) = (context.form, context.error());
    let Some(picker) = form.picker(&context.pointer) else {
        return ().into_any();
    };
    let none = context
        .field
        .help
        .clone()
        .unwrap_or_else(|| messages::no_credential().to_owned());
    let pointer = context.pointer.clone();
    // A fault is of one choice. The effect follows the choice alone: the focus and the open list belong to the picker, too.
    Effect::new(move |before: Option<_>| {
        let chosen = (
            picker.selected_id(),
            picker.awaits_choice() || picker.has_unpicked_text(),
        );
        if before.is_some_and(|before| before != chosen) && !chosen.1 {
            form.set_fault(&pointer, None);
        }
        chosen
    });
    view! {
        <CredentialPicker
            handle=picker
            ids=context.ids()
            label=context.field.title.clone()
            destination=Signal::derive(move || form.destination())
            help=Signal::derive(move || messages::sent_to(form.typed_destination().map(|to| to.host()).as_deref()))
            none
            error
        />
    }
    .into_any()
}
