//! What is computed from something that is fetched.

use leptos::prelude::*;

/// Computed from something that is fetched, and from what it was before. In the browser this is a memo. The server draws
/// a page once, on several threads: a fetch that ends while a memo that has read it is still being computed is missed by
/// the memo for good, and the page would be drawn without what came. There, it is computed whenever it is asked for.
pub fn computed<T>(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Signal<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    if cfg!(feature = "ssr") {
        Signal::derive(move || compute(None))
    } else {
        Memo::new(compute).into()
    }
}
