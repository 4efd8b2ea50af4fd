//! A dialog that opens and closes with the address.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{DialogAddress, href_with_dialog};

/// The dialog that the address asks for, and how to close it.
#[derive(Clone, Copy, Debug)]
pub struct AddressedDialog {
    /// What to show. Always nothing before hydration: a dialog needs a living page.
    pub current: Signal<Option<DialogAddress>>,
    /// Closes it and takes it out of the address.
    pub close: Callback<()>,
}

impl AddressedDialog {
    /// Whether the dialog of a key is open.
    pub fn is(&self, key: &str) -> bool {
        self.current
            .with(|current| current.as_ref().is_some_and(|dialog| dialog.is(key)))
    }

    /// The content of a key's pair, while its dialog is open.
    pub fn value_of(&self, key: &str) -> Option<String> {
        self.current.with(|current| {
            current
                .as_ref()
                .filter(|dialog| dialog.is(key))
                .map(|dialog| dialog.value.clone())
        })
    }
}

/// The addresses of the dialogs of this page: everything else in the address stays. Tracked.
pub fn use_dialog_links() -> Callback<DialogAddress, String> {
    let location = use_location();
    let (query, path) = (location.query, location.pathname);
    Callback::new(move |address: DialogAddress| {
        query.with(|query| href_with_dialog(&path.get(), query, Some(&address)))
    })
}

/// Watches the address for the dialogs of a page.
pub fn use_addressed_dialog(keys: &'static [&'static str]) -> AddressedDialog {
    let location = use_location();
    let navigate = use_navigate();
    let (query, path) = (location.query, location.pathname);
    let current = RwSignal::new(None::<DialogAddress>);
    // Whether the entry before this one in the history is the same page without the dialog.
    let opened_here = StoredValue::new(false);

    Effect::new(move |seen: Option<()>| {
        let asked = query.with(|query| DialogAddress::find(query, keys));
        if asked != current.get_untracked() {
            opened_here.set_value(seen.is_some() && current.with_untracked(Option::is_none));
            current.set(asked);
        }
    });

    let close = Callback::new(move |()| {
        current.set(None);
        if opened_here.get_value()
            && let Ok(history) = window().history()
            && history.back().is_ok()
        {
            return;
        }
        let href = href_with_dialog(&path.get_untracked(), &query.get_untracked(), None);
        navigate(
            &href,
            NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    });
    AddressedDialog {
        current: current.into(),
        close,
    }
}
