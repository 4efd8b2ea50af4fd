//! Tokens that come in the fragment of an address.

#[cfg(target_arch = "wasm32")]
use leptos::prelude::*;

/// Moves the token from the address bar into its field, so that it is in no history and no screenshot. The focus
/// goes to the field after it.
pub(super) fn take_token_from_address(field: &'static str, then: &'static str) {
    #[cfg(target_arch = "wasm32")]
    {
        use wasm_bindgen::{JsCast, JsValue};
        let location = window().location();
        let hash = location.hash().unwrap_or_default();
        let field = document()
            .get_element_by_id(field)
            .and_then(|element| element.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let (Some(token), Some(field)) = (hash.strip_prefix('#').filter(|token| !token.is_empty()), field) {
            field.set_value(token);
            let bare = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            if let Ok(history) = window().history() {
                // Fails only after a hundred changes within seconds.
                let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&bare));
            }
            crate::ui::focus_element(then);
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (field, then);
}
