//! After somebody else saved the record: a way on that loses nothing.

use leptos::prelude::*;

use super::messages;
use crate::ui::{Button, Save};

/// Shown while the last save failed since the record was changed by somebody else.
#[component]
pub(crate) fn TakeOver(
    save: Save,
    /// Fetches what somebody else saved, and lays what was changed here over it.
    on_take_over: Callback<()>,
) -> impl IntoView {
    view! {
        <Show when=move || save.met_conflict()>
            <Button on_press=Callback::new(move |_| on_take_over.run(()))>{messages::take_over()}</Button>
        </Show>
    }
}
