//! Moving the focus.

use leptos::prelude::*;

/// Focuses the element with an id, if there is one.
pub fn focus_element(id: &str) {
    #[cfg(target_arch = "wasm32")]
    {
        use wasm_bindgen::JsCast;
        if let Some(element) = document().get_element_by_id(id)
            && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
        {
            // An element that cannot take the focus leaves it where it is.
            let _ = element.focus();
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = id;
}

/// Focuses the element with an id after the next frame: for elements that the change just made will render.
pub fn focus_when_painted(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || focus_element(&id));
}

/// Does something once a press that took the focus away is over. What appears or goes away at blur moves what is below
/// it: between pressing and releasing, the button that is pressed would slip from under the pointer, and hear nothing.
pub fn after_press(action: impl FnOnce() + 'static) {
    set_timeout(action, PRESS);
}

/// Longer than people hold a button to click.
const PRESS: std::time::Duration = std::time::Duration::from_millis(200);

/// Focuses the control with `autofocus` in the topmost dialog, after the next frame: for dialogs whose content comes
/// after they opened, when the browser looks for that control no more. Whoever is typing by then keeps the focus.
pub fn focus_autofocus() {
    request_animation_frame(|| {
        #[cfg(target_arch = "wasm32")]
        {
            use wasm_bindgen::JsCast;
            let is_typing = document().active_element().is_some_and(|active| {
                active
                    .matches("dialog[open] :is(input, textarea, select)")
                    .unwrap_or(false)
            });
            if is_typing {
                return;
            }
            let control = document()
                .query_selector_all("dialog[open] [autofocus]")
                .ok()
                .and_then(|controls| controls.item(controls.length().checked_sub(1)?))
                .and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(control) = control {
                // An element that cannot take the focus leaves it where it is.
                let _ = control.focus();
            }
        }
    });
}

/// Scrolls as little as needed to show the element with an id, after the next frame.
pub fn scroll_into_sight(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        #[cfg(target_arch = "wasm32")]
        if let Some(element) = document().get_element_by_id(&id) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
        #[cfg(not(target_arch = "wasm32"))]
        drop(id);
    });
}
