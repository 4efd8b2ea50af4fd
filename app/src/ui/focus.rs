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
