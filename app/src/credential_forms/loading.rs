//! The body of a dialog whose record is not there yet.

use leptos::prelude::*;

use super::messages;
use crate::ui::{Button, DialogBody};

/// Says that the record is being fetched or why that failed, and fetches again.
#[component]
pub(crate) fn LoadingBody(
    /// Why the record could not be fetched.
    failure: Signal<Option<String>>,
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <DialogBody>
            <div role="status">{move || failure.get().unwrap_or_else(|| messages::loading().to_owned())}</div>
            <Show when=move || failure.with(Option::is_some)>
                <Button on_press=Callback::new(move |_| on_retry.run(()))>{messages::retry()}</Button>
            </Show>
        </DialogBody>
    }
}
