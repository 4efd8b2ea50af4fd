//! Moving the focus.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{ev, prelude::*};

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

/// Does something at once or, where a press of the mouse took the focus away, once that is over. What appears or goes
/// away at blur moves what is below it: between pressing and releasing, the button that is pressed would slip from under
/// the pointer, and hear nothing.
pub fn after_press(action: impl FnOnce() + 'static) {
    let pressed = document()
        .query_selector(":active")
        .is_ok_and(|pressed| pressed.is_some());
    if !pressed {
        action();
        return;
    }
    let action = Rc::new(Cell::new(Some(action)));
    let listener = Rc::new(Cell::new(None::<WindowListenerHandle>));
    let released = {
        let listener = listener.clone();
        move |_| {
            if let Some(listener) = listener.take() {
                listener.remove();
            }
            if let Some(action) = action.take() {
                // The click comes first.
                set_timeout(action, Duration::ZERO);
            }
        }
    };
    listener.set(Some(window_event_listener(ev::mouseup, released)));
}

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
