//! Messages about what succeeded. Failures stay where they happened.

use std::time::Duration;

use leptos::{html, prelude::*};

use super::{IconButton, IconKind, messages, use_dialogs};

const SHOWN_FOR: Duration = Duration::from_secs(8);
const AT_MOST: usize = 3;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Toast {
    id: u64,
    words: String,
}

/// The messages on the screen.
#[derive(Clone, Copy, Debug)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
    /// While the pointer is on them, none leaves.
    hovered: RwSignal<bool>,
    /// While the focus is in them, none leaves.
    focused: RwSignal<bool>,
}

impl Toasts {
    /// Shows and announces a success.
    pub fn say(&self, words: impl Into<String>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let toast = Toast {
            id,
            words: words.into(),
        };
        self.shown.update(|shown| {
            shown.push(toast);
            if shown.len() > AT_MOST {
                shown.remove(0);
            }
        });
        self.leave_later(id);
    }

    /// Says whether copying worked.
    pub fn say_copied(&self, done: bool) {
        self.say(if done {
            messages::copied()
        } else {
            messages::copy_failed()
        });
    }

    fn leave_later(self, id: u64) {
        set_timeout(
            move || match (self.hovered.try_get_untracked(), self.focused.try_get_untracked()) {
                (Some(false), Some(false)) => self.dismiss(id),
                (Some(_), Some(_)) => self.leave_later(id),
                _ => {}
            },
            SHOWN_FOR,
        );
    }

    fn dismiss(self, id: u64) {
        self.shown.update(|shown| shown.retain(|toast| toast.id != id));
        if self.shown.with_untracked(Vec::is_empty) {
            // The region shrinks from under the pointer, and no event tells so.
            self.hovered.set(false);
        }
    }
}

/// Puts the messages into context. Once, in the root component.
pub fn provide_toasts() {
    provide_context(Toasts {
        shown: RwSignal::new(Vec::new()),
        next: StoredValue::new(1),
        hovered: RwSignal::new(false),
        focused: RwSignal::new(false),
    });
}

/// The messages of the page.
pub fn use_toasts() -> Toasts {
    use_context().unwrap_or_else(|| {
        provide_toasts();
        expect_context()
    })
}

/// Where messages appear and are announced: once in the shell, and once in each dialog, since a modal
/// dialog silences everything outside it.
#[component]
pub fn ToastRegion(
    /// The dialog that it stands in; none for the shell.
    #[prop(optional, into)]
    dialog: Option<u64>,
) -> impl IntoView {
    let toasts = use_toasts();
    let dialogs = use_dialogs();
    let mine = move || {
        if dialogs.topmost() == dialog {
            toasts.shown.get()
        } else {
            Vec::new()
        }
    };
    let region = NodeRef::<html::Div>::new();
    Effect::new(move || {
        // The shell's region goes into the top layer; a dialog is there already.
        if dialog.is_none()
            && let Some(region) = region.get()
        {
            let _ = region.set_attribute("popover", "manual");
            let _ = region.show_popover();
        }
    });
    let dismiss = move |id| {
        // The pressed button is removed with the focus in it, and no event says so.
        toasts.focused.set(false);
        toasts.dismiss(id);
    };
    view! {
        <div
            node_ref=region
            class="toasts"
            role="status"
            aria-label=messages::messages()
            on:mouseenter=move |_| toasts.hovered.set(true)
            on:mouseleave=move |_| toasts.hovered.set(false)
            on:focusin=move |_| toasts.focused.set(true)
            on:focusout=move |_| toasts.focused.set(false)
        >
            <For each=mine key=|toast| toast.id let:toast>
                <div class="toast">
                    <p>{toast.words}</p>
                    <IconButton
                        icon=IconKind::Cross
                        label=messages::dismiss()
                        on_press=Callback::new(move |_| dismiss(toast.id))
                    />
                </div>
            </For>
        </div>
    }
}
