//! The way out of a page that cannot go on.

use leptos::prelude::*;

use super::messages;

/// Loads the page anew. It names a target: the guard of the dialogs leaves it to the browser then, which asks before
/// anything typed is lost, and loads the page after that.
pub fn reload_link() -> AnyView {
    view! {
        <a class="button" href="" rel="external" target="_self">
            {messages::reload()}
        </a>
    }
    .into_any()
}
