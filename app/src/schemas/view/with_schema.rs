//! Fetches the schema that a form is made from.

use std::sync::Arc;

use contract::schemas::Form;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ReadClient;
use crate::schemas::messages;
use crate::ui::{Button, problem_text};

/// Shows something as soon as the schemas for it are there.
#[component]
pub fn WithSchema(
    /// Their names, as `GET /schemas` lists them.
    names: &'static [&'static str],
    /// What to show with their forms, in the same order.
    view: Callback<Vec<Form>, AnyView>,
) -> impl IntoView {
    let client = StoredValue::new(ReadClient::from_context());
    let forms = RwSignal::new(None::<Arc<Vec<Form>>>);
    let failure = RwSignal::new(None::<String>);
    let load = move || {
        failure.set(None);
        let client = client.get_value();
        spawn_local(async move {
            // The dialog may be closed when the answer comes.
            match client.forms(names).await {
                Ok(found) => drop(forms.try_set(Some(Arc::new(found)))),
                Err(error) => drop(failure.try_set(Some(problem_text::error_words(&error)))),
            }
        });
    };
    Effect::new(load);
    let status = move || failure.get().unwrap_or_else(|| messages::loading().to_owned());
    move || match forms.get() {
        Some(forms) => view.run(forms.as_ref().clone()),
        None => view! {
            <div class="schema-wait">
                <p role="status">{status}</p>
                <Show when=move || failure.with(Option::is_some)>
                    <Button on_press=Callback::new(move |_| load())>{messages::retry()}</Button>
                </Show>
            </div>
        }
        .into_any(),
    }
}
