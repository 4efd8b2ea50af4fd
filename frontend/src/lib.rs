//! The WebAssembly entry point of Strongroom.

#![forbid(unsafe_code)]
// The types of views nest deeply.
#![recursion_limit = "512"]

use app::locale::Locale;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Brings the page that the server rendered to life.
///
/// # Errors
/// Where the code of the page cannot be fetched.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsValue> {
    // A release says no more than "unreachable": names of files and the code that formats messages cost bytes.
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    let html = leptos::prelude::document().document_element();
    if let Some(locale) = html.and_then(|html| Locale::from_tag(&html.get_attribute("lang")?)) {
        app::locale::set(locale);
    }
    let path = leptos::prelude::window().location().pathname()?;
    app::chunks::fetch_for(&path)
        .await
        .map_err(|_| JsValue::from_str("the code of this page could not be fetched"))?;
    leptos::mount::hydrate_body(app::App);
    Ok(())
}
