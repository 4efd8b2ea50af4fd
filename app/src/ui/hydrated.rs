//! Whether the page is alive.

use leptos::prelude::*;

/// A newtype, so that the context cannot be mistaken for another flag.
#[derive(Clone, Copy, Debug)]
struct Hydrated(RwSignal<bool>);

/// Puts the flag into context. Call it once, in the root component.
pub fn provide_hydrated() {
    let hydrated = RwSignal::new(false);
    provide_context(Hydrated(hydrated));
    Effect::new(move || {
        hydrated.set(true);
        if let Some(root) = document().document_element() {
            // Browser tests, and styles that need a living page, wait for this mark. It cannot fail: the name is valid.
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
}

/// False on the server and until the first effects have run in the browser; true from then on. Read it
/// for whatever only the browser can know, so that both sides render the same first.
pub fn use_hydrated() -> Signal<bool> {
    use_context::<Hydrated>().map_or_else(|| Signal::from(false), |hydrated| hydrated.0.into())
}
