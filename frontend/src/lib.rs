//! The WebAssembly entry point of Strongroom.

// The types of views nest deeply.
#![recursion_limit = "512"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the page that the server rendered to life.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(app::App);
}
