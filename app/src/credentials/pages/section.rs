//! A part of the credential's page that is fetched on its own.

use leptos::prelude::*;

use crate::{
    api::ClientError,
    credentials::messages,
    ui::{Button, problem_text::error_words},
};

/// Says that a part could not be fetched; the rest of the page stays.
#[component]
pub fn SectionFailed(error: ClientError, on_retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="empty" role="alert">
            <p>{messages::could_not_be_loaded()} " " {error_words(&error)}</p>
            <Button on_press=Callback::new(move |_| on_retry.run(()))>{messages::retry()}</Button>
        </div>
    }
}
