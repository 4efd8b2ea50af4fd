//! Dialogs without a form.

use std::time::Duration;

use leptos::prelude::*;

use super::{Dialog, DialogBody};

/// A dialog that says one thing.
#[component]
pub fn MessageDialog(
    /// Its title.
    title: &'static str,
    /// The message.
    #[prop(into)]
    words: String,
    /// Closed.
    on_close: Callback<()>,
) -> impl IntoView {
    let words = StoredValue::new(words);
    view! {
        <Dialog title on_close>
            <DialogBody>
                <p>{words.get_value()}</p>
            </DialogBody>
        </Dialog>
    }
}

/// The same while something is fetched; shown after 300 ms, so that a fast response shows no dialog before the right one.
#[component]
pub fn LoadingDialog(
    /// Its title and message.
    words: &'static str,
    /// Closed.
    on_close: Callback<()>,
) -> impl IntoView {
    let slow = RwSignal::new(false);
    set_timeout(
        move || {
            // The dialog may be closed by now.
            let _ = slow.try_set(true);
        },
        Duration::from_millis(300),
    );
    view! {
        <Show when=move || slow.get()>
            <MessageDialog title=words words on_close />
        </Show>
    }
}
