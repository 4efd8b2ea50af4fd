//! Where the list stands, in browsers that cannot say it in CSS (anchor positioning).

use leptos::web_sys::HtmlElement;

/// Puts the list below the field, or above it where there is more room, through the object model: the page's
/// security policy forbids style attributes.
#[cfg(target_arch = "wasm32")]
pub(super) fn place(list: &HtmlElement, field: &HtmlElement) {
    if supports_anchors() {
        return;
    }
    let area = field.get_bounding_client_rect();
    let height = leptos::prelude::window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or_default();
    let style = list.style();
    let below = height - area.bottom();
    let (edge, unset, offset, room) = if below >= 240.0 || below >= area.top() {
        ("top", "bottom", area.bottom() + 6.0, below)
    } else {
        ("bottom", "top", height - area.top() + 6.0, area.top())
    };
    // Setting a valid property cannot fail.
    let _ = style.set_property(unset, "auto");
    let _ = style.set_property(edge, &format!("{offset}px"));
    let _ = style.set_property("left", &format!("{}px", area.left()));
    let _ = style.set_property("width", &format!("{}px", area.width()));
    let _ = style.set_property("max-height", &format!("{}px", (room - 14.0).max(120.0)));
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn place(_list: &HtmlElement, _field: &HtmlElement) {}

#[cfg(target_arch = "wasm32")]
fn supports_anchors() -> bool {
    web_sys::css::supports_with_value("anchor-scope", "--picker").unwrap_or(false)
}
