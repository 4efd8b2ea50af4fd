//! The choice of a credential.

use leptos::prelude::*;

use super::field::Place;
use crate::credentials::picker::CredentialPicker;
use crate::schemas::text;

/// The credential picker, told where the value goes.
#[component]
pub(super) fn CredentialField(place: Place) -> impl IntoView {
    let (form, error) = (place.form, place.error());
    let Some(picker) = form.picker(&place.pointer) else {
        return ().into_any();
    };
    let none = place
        .field
        .help
        .clone()
        .unwrap_or_else(|| text::no_credential().to_owned());
    let pointer = place.pointer.clone();
    // Whatever was wrong with the choice, another one is another matter.
    Effect::new(move |before: Option<_>| {
        let chosen = picker.selected_id();
        if before.is_some() && !picker.has_unpicked_text() && !picker.awaits_choice() {
            form.set_fault(&pointer, None);
        }
        chosen
    });
    view! {
        <CredentialPicker
            handle=picker
            ids=place.ids()
            label=place.field.title.clone()
            host=Signal::derive(move || form.host())
            help=Signal::derive(move || text::sent_to(form.typed_host().as_deref()))
            none
            error
        />
    }
    .into_any()
}
