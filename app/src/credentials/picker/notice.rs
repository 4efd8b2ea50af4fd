//! What the picker says of the choice.

use leptos::prelude::*;

use super::handle::{Notice, PickerHandle};
use super::messages;

/// What just happened to the choice, announced.
#[component]
pub(super) fn NoticeLine(handle: PickerHandle, has_error: Signal<bool>) -> impl IntoView {
    let words = move || match handle.notice.get()? {
        Notice::Said(words) => Some(view! { <span>{words}</span> }.into_any()),
        Notice::Warning(words) => Some(view! { <span class="picker-warning">{words}</span> }.into_any()),
        Notice::Cleared {
            choice,
            before,
            now,
            is_unlinked,
        } => Some(
            view! {
                // The error of the field says the same.
                {(!has_error.get()).then(|| view! { <span>{messages::cleared_for_host(&before, &now)} " "</span> })}
                <button type="button" class="link-button" on:click=move |_| handle.undo(choice.clone(), is_unlinked)>
                    {messages::undo()}
                </button>
                " "
                <button type="button" class="link-button" on:click=move |_| handle.clear()>
                    {messages::none_needed()}
                </button>
            }
            .into_any(),
        ),
    };
    view! {
        <p class="picker-notice" role="status">
            {words}
        </p>
    }
}
