//! The form of the example in `docs/forms.md`, which shows these lines: a test compares them. No site holds it.

#[cfg(test)]
mod tests;

// example: begin
use leptos::prelude::*;

use crate::schemas::{FormHandle, SchemaForm, WithSchema};

/// Shows the form after its schema is loaded.
#[component]
fn WebhookForm(on_save: Callback<serde_json::Value>) -> impl IntoView {
    let view = Callback::new(move |mut forms: Vec<contract::schemas::Form>| {
        let form = FormHandle::new(forms.remove(0), "webhook");
        let save = move |_| form.submit().into_iter().for_each(|value| on_save.run(value));
        let button = view! { <input type="button" value="Save" on:click=save /> };
        (view! { <SchemaForm form /> }, button).into_any()
    });
    view! { <WithSchema names=&["webhook"] view /> }
}
// example: end
