//! The example of `docs/forms.md`, which holds these lines as they are: a test compares them. The server's tests list
//! it, and the lints build it for the browser too; no site holds it.

#[cfg(test)]
mod tests;

// example: begin
use contract::schemas::Form;
use leptos::prelude::*;

use crate::schemas::{FormHandle, SchemaForm, WithSchema};

/// Tells another service what happened.
#[derive(Debug, serde::Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where events are sent.
    #[cfg_attr(feature = "ssr", schemars(url, extend("x-ui" = {"widget": "url", "title": "URL", "order": 1})))]
    pub url: String,
    /// Without one, the request is not signed.
    #[cfg_attr(feature = "ssr", schemars(extend("x-ui" = {"widget": "credential", "title": "Key", "order": 2})))]
    pub key: Option<contract::credentials::CredentialId>,
    /// Not about runs that succeeded.
    #[cfg_attr(feature = "ssr", schemars(extend("x-ui" = {"widget": "switch", "title": "Failures only", "order": 3})))]
    pub failures_only: bool,
}

/// Shows the form once its schema is there.
#[component]
fn WebhookForm(on_save: Callback<serde_json::Value>) -> impl IntoView {
    let view = Callback::new(move |mut forms: Vec<Form>| {
        let form = FormHandle::new(forms.remove(0), "webhook");
        let save = move |_| form.submit().into_iter().for_each(|value| on_save.run(value));
        view! {
            <SchemaForm form />
            <button type="button" on:click=save>
                "Save"
            </button>
        }
        .into_any()
    });
    view! { <WithSchema names=&["webhook"] view /> }
}
// example: end
