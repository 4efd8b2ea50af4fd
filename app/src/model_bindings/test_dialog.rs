//! Testing a saved binding from its row.

use contract::model_bindings::{ModelBinding, ModelBindingId, ModelTestResult};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::test_result::Answered;
use super::text;
use crate::api::{ReadClient, WriteClient};
use crate::connections::{Headline, HeadlineLine, Outcome, test_again, testing};
use crate::ui::{Button, Dialog, DialogBody};

/// Tests a saved binding as it is, at once, and shows how that ended.
#[component]
pub fn TestDialog(
    /// Which binding.
    id: ModelBindingId,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
) -> impl IntoView {
    let client = StoredValue::new(ReadClient::from_context());
    let binding = RwSignal::new(None::<ModelBinding>);
    let outcome = RwSignal::new(None::<Outcome<ModelTestResult>>);
    let test = move || {
        outcome.set(None);
        let client = client.get_value();
        spawn_local(async move {
            // Only for its names: where it fails, so does the test, and that is said.
            if let Ok(found) = client.model_binding(id).await {
                let _ = binding.try_set(Some(found));
            }
            let answer = WriteClient.test_saved_model_binding(id).await;
            // The dialog may be closed by now.
            let _ = outcome.try_set(Some(Outcome::of(answer)));
        });
    };
    Effect::new(test);
    let title = Signal::derive(move || match binding.get() {
        Some(binding) => text::test(&binding.name),
        None => text::test(text::a_binding()),
    });
    let headline = move || {
        let headline = match outcome.get() {
            None => Headline::Waiting(testing(binding.get().map(|binding| binding.host).as_deref())),
            Some(outcome) => Headline::of(&outcome, |_| text::works().to_owned()),
        };
        view! { <HeadlineLine headline /> }
    };
    let details = move || match outcome.get() {
        Some(Outcome::Connected(result)) => Some(view! { <Answered result /> }),
        _ => None,
    };
    view! {
        <Dialog title on_close>
            <DialogBody>
                <div role="status">{headline}</div>
                {details}
                <Show when=move || outcome.with(Option::is_some)>
                    <div>
                        <Button on_press=Callback::new(move |_| test())>{test_again()}</Button>
                    </div>
                </Show>
            </DialogBody>
        </Dialog>
    }
}
