//! The form inside a dialog.

use leptos::{ev::SubmitEvent, prelude::*};

use super::DialogHandle;
use crate::ui::{Button, ButtonKind, messages};

/// A form that the page sends itself. It says `method=post`, so that a browser that gets to send it
/// puts nothing into the address.
#[component]
pub fn DialogForm(
    /// Enter or Save.
    on_submit: Callback<()>,
    /// [`DialogBody`] and [`DialogFooter`].
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_submit.run(());
    };
    view! {
        <form class="dialog-form" method="post" novalidate autocomplete="off" on:submit=submit>
            {children()}
        </form>
    }
}

/// The part of a dialog that scrolls.
#[component]
pub fn DialogBody(
    /// Fields.
    children: Children,
) -> impl IntoView {
    view! { <div class="dialog-body">{children()}</div> }
}

/// The foot of a form: what went wrong as a whole, then Cancel and Save.
#[component]
pub fn DialogFooter(
    /// The word on the button that submits.
    #[prop(default = Signal::derive(|| messages::save().to_owned()), into)]
    save: Signal<String>,
    /// How much that button stands out.
    #[prop(default = ButtonKind::Primary)]
    kind: ButtonKind,
    /// Whether it is being saved.
    #[prop(into)]
    busy: Signal<bool>,
    /// Whether the focus begins on Cancel: for what cannot be undone.
    #[prop(optional)]
    focus_cancel: bool,
    /// Buttons that stand before Cancel, at the other end: Test.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    view! {
        <footer class="dialog-footer">
            <div class="dialog-footer-start">{children.map(|children| children())}</div>
            <Button autofocus=focus_cancel on_press=Callback::new(move |_| dialog.request_close())>
                {messages::cancel()}
            </Button>
            <Button kind submit=true busy>
                {save}
            </Button>
        </footer>
    }
}
