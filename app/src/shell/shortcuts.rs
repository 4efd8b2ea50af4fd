//! Single-key shortcuts: never in fields or dialogs, and with a switch that turns them off.

use leptos::{ev, prelude::*};

use super::messages;
use crate::ui::{
    Dialog, DialogBody,
    list::{ADD_ID, SEARCH_ID},
    use_dialogs,
};

#[cfg(target_arch = "wasm32")]
const STORE_KEY: &str = "shortcuts";
#[cfg(target_arch = "wasm32")]
const OFF: &str = "off";

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortcut {
    Search,
    Add,
    Help,
}

fn shortcut(key: &str) -> Option<Shortcut> {
    match key {
        "/" => Some(Shortcut::Search),
        "n" => Some(Shortcut::Add),
        "?" => Some(Shortcut::Help),
        _ => None,
    }
}

/// Listens for as long as the shell lives.
pub fn listen(open_help: Callback<()>) {
    let dialogs = use_dialogs();
    Effect::new(move || {
        let keys = window_event_listener(ev::keydown, move |event| {
            if event.default_prevented()
                || event.ctrl_key()
                || event.meta_key()
                || event.alt_key()
                || event.is_composing()
                || dialogs.any_open()
                || is_typing(&event)
                || !are_on()
            {
                return;
            }
            let Some(shortcut) = shortcut(&event.key()) else { return };
            event.prevent_default();
            match shortcut {
                Shortcut::Search => crate::ui::focus_element(SEARCH_ID),
                Shortcut::Add => press(ADD_ID),
                Shortcut::Help => open_help.run(()),
            }
        });
        on_cleanup(move || keys.remove());
    });
}

fn is_typing(event: &ev::KeyboardEvent) -> bool {
    use leptos::wasm_bindgen::JsCast;
    event
        .target()
        .and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok())
        .and_then(|element| {
            element
                .closest("input, textarea, select, [contenteditable], [role=menu], [popover]:popover-open:not([role=status])")
                .ok()
                .flatten()
        })
        .is_some()
}

fn press(id: &str) {
    use leptos::wasm_bindgen::JsCast;
    if let Some(element) = document().get_element_by_id(id)
        && let Ok(element) = element.dyn_into::<leptos::web_sys::HtmlElement>()
    {
        element.click();
    }
}

#[cfg(target_arch = "wasm32")]
fn store() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// On until somebody turned them off in this browser.
fn are_on() -> bool {
    #[cfg(target_arch = "wasm32")]
    return store()
        .and_then(|store| store.get_item(STORE_KEY).ok().flatten())
        .as_deref()
        != Some(OFF);
    #[cfg(not(target_arch = "wasm32"))]
    true
}

fn switch(on: bool) {
    #[cfg(target_arch = "wasm32")]
    if let Some(store) = store() {
        // A full or forbidden store keeps the shortcuts on.
        let _ = if on {
            store.remove_item(STORE_KEY)
        } else {
            store.set_item(STORE_KEY, OFF)
        };
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = on;
}

/// The list of shortcuts, and their switch.
#[component]
pub fn ShortcutsDialog(on_close: Callback<()>) -> impl IntoView {
    view! {
        <Dialog title=messages::shortcuts() on_close>
            <DialogBody>
                <dl class="shortcuts">
                    {messages::shortcut_list()
                        .map(|(key, words)| {
                            view! {
                                <div>
                                    <dt>
                                        <kbd>{key}</kbd>
                                    </dt>
                                    <dd>{words}</dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
                <p>
                    <a href="/help" rel="external">
                        {messages::all_help()}
                    </a>
                </p>
                <label class="check">
                    <input
                        type="checkbox"
                        checked=are_on()
                        on:change=move |event| switch(event_target_checked(&event))
                    />
                    <span>
                        {messages::use_shortcuts()} <span class="field-help">{messages::use_shortcuts_help()}</span>
                    </span>
                </label>
            </DialogBody>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_keys_do_something() {
        assert_eq!(shortcut("/"), Some(Shortcut::Search));
        assert_eq!(shortcut("n"), Some(Shortcut::Add));
        assert_eq!(shortcut("?"), Some(Shortcut::Help));
        assert_eq!(shortcut("N"), None);
        assert_eq!(shortcut("Enter"), None);
    }
}
