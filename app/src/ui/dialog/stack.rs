//! The open dialogs of the page, and the guard before typed text is lost.

use leptos::prelude::*;

/// One open dialog.
#[derive(Clone, Copy)]
pub(super) struct OpenDialog {
    pub(super) id: u64,
    pub(super) is_dirty: Option<Callback<(), bool>>,
    pub(super) asking: RwSignal<bool>,
}

impl OpenDialog {
    pub(super) fn dirty(&self) -> bool {
        self.is_dirty.is_some_and(|check| check.run(()))
    }
}

/// The open dialogs, the topmost last.
#[derive(Clone, Copy)]
pub struct Dialogs {
    open: RwSignal<Vec<OpenDialog>>,
    next: StoredValue<u64>,
}

impl std::fmt::Debug for Dialogs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dialogs")
    }
}

impl Dialogs {
    /// The topmost dialog's number; nothing where none is open.
    pub fn topmost(&self) -> Option<u64> {
        self.open.with(|open| open.last().map(|dialog| dialog.id))
    }

    /// Whether a dialog is open, asked once.
    pub fn any_open(&self) -> bool {
        self.open.with_untracked(|open| !open.is_empty())
    }

    /// Whether text typed into a dialog would be lost, asked once.
    pub fn any_dirty(&self) -> bool {
        // The checks run outside the borrow: they read other signals.
        let open = self.open.get_untracked();
        open.iter().any(OpenDialog::dirty)
    }

    /// Asks in the topmost dialog whether to discard what was typed.
    pub fn ask(&self) {
        if let Some(dialog) = self.open.with_untracked(|open| open.last().copied()) {
            dialog.asking.set(true);
        }
    }

    /// Forgets every dialog, so that nothing asks about typed text any more: the page is being left for good.
    pub fn abandon(&self) {
        self.open.set(Vec::new());
    }

    pub(super) fn enter(&self, is_dirty: Option<Callback<(), bool>>) -> OpenDialog {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let dialog = OpenDialog {
            id,
            is_dirty,
            asking: RwSignal::new(false),
        };
        self.open.update(|open| open.push(dialog));
        dialog
    }

    pub(super) fn leave(&self, id: u64) {
        if self.is_open(id) {
            self.open.update(|open| open.retain(|dialog| dialog.id != id));
        }
    }

    pub(super) fn is_open(&self, id: u64) -> bool {
        self.open
            .with_untracked(|open| open.iter().any(|dialog| dialog.id == id))
    }
}

/// Puts the stack into context and guards Back, links and the closing of the tab. Call it before the
/// router is made: its listeners must be the second ones.
pub fn provide_dialogs() {
    let dialogs = Dialogs {
        open: RwSignal::new(Vec::new()),
        next: StoredValue::new(1),
    };
    provide_context(dialogs);
    #[cfg(target_arch = "wasm32")]
    guard(dialogs);
}

/// The open dialogs of the page.
pub fn use_dialogs() -> Dialogs {
    use_context().unwrap_or_else(|| Dialogs {
        open: RwSignal::new(Vec::new()),
        next: StoredValue::new(1),
    })
}

#[cfg(target_arch = "wasm32")]
fn guard(dialogs: Dialogs) {
    use leptos::ev;
    use wasm_bindgen::{JsCast, JsValue};

    // Where the page is, for putting the address back.
    let address = StoredValue::new(window().location().href().unwrap_or_default());
    let popped = window_event_listener(ev::popstate, move |event| {
        if dialogs.any_dirty() {
            event.stop_immediate_propagation();
            if let Ok(history) = window().history() {
                // A refusal (too many entries) leaves the new address over the old page: the question still stands.
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address.get_value()));
            }
            dialogs.ask();
        }
    });
    let remember = window_event_listener(ev::focusin, move |_| {
        address.set_value(window().location().href().unwrap_or_default());
    });
    let clicked = window_event_listener(ev::click, move |event| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten());
        if let Some(link) = link
            && link.get_attribute("target").is_none()
            && dialogs.any_dirty()
        {
            event.prevent_default();
            dialogs.ask();
        }
    });
    let unloading = window_event_listener(ev::beforeunload, move |event| {
        if dialogs.any_dirty() {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        popped.remove();
        remember.remove();
        clicked.remove();
        unloading.remove();
    });
}
