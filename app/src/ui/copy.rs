//! Copying to the clipboard.

use leptos::prelude::*;

use super::{Icon, IconKind, use_toasts};

/// A button that copies a text that is no secret (an id, a request id) and says so.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    content: Signal<String>,
    /// What it does: "Copy the ID of `PROD_KEY`".
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        copy_text(content.get_untracked(), move |done| {
            toasts.say_copied(done);
            if done && copied.try_set(true).is_none() {
                set_timeout(
                    move || {
                        // The row may be gone by now.
                        let _ = copied.try_set(false);
                    },
                    std::time::Duration::from_secs(2),
                );
            }
        });
    };
    view! {
        <button type="button" class="icon-button icon-button-small" aria-label=label title=label on:click=copy>
            {move || {
                let kind = if copied.get() { IconKind::Check } else { IconKind::Copy };
                view! { <Icon kind size=14 /> }
            }}
        </button>
    }
}

/// Copies, then tells whether it worked.
pub fn copy_text(content: String, done: impl FnOnce(bool) + 'static) {
    #[cfg(target_arch = "wasm32")]
    leptos::task::spawn_local(async move {
        let promise = window().navigator().clipboard().write_text(&content);
        done(wasm_bindgen_futures::JsFuture::from(promise).await.is_ok());
    });
    #[cfg(not(target_arch = "wasm32"))]
    drop((content, done));
}
