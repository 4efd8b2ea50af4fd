//! The question before typed text is lost, inside the dialog that holds the text.

use leptos::prelude::*;

use crate::ui::{Button, ButtonKind, messages, unique_id};

/// Covers the foot of a dialog with the question.
#[component]
pub fn DiscardQuestion(
    /// No: back to the form.
    on_keep: Callback<()>,
    /// Yes: close.
    on_discard: Callback<()>,
) -> impl IntoView {
    let id = unique_id("discard");
    let keep = NodeRef::<leptos::html::Button>::new();
    Effect::new(move || {
        if let Some(button) = keep.get() {
            // A button that was just rendered can take the focus.
            let _ = button.focus();
        }
    });
    view! {
        <div class="discard" role="alertdialog" aria-labelledby=id.clone()>
            <p id=id.clone()>{messages::discard_question()}</p>
            <div class="discard-buttons">
                <Button node_ref=keep on_press=Callback::new(move |_| on_keep.run(()))>
                    {messages::keep_editing()}
                </Button>
                <Button kind=ButtonKind::Danger on_press=Callback::new(move |_| on_discard.run(()))>
                    {messages::discard()}
                </Button>
            </div>
        </div>
    }
}
