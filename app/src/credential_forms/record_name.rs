//! The name of a record in its row.

use leptos::prelude::*;

use crate::ui::shorten_middle;

/// Names of at most so many characters fit into two lines.
const FITS: usize = 64;

/// The name, with all of it in reach where it is long; a link to the form for those who may change the record.
#[component]
pub fn RecordName(
    /// The id in the document: it takes the focus when the row before it leaves.
    id: String,
    name: Signal<String>,
    /// Where the form is.
    href: Option<Signal<String>>,
) -> impl IntoView {
    let short = move || shorten_middle(&name.get(), FITS);
    match href {
        Some(href) => view! {
            <a id=id class="name-text" href=href data-noscroll="" title=name aria-label=name>
                {short}
            </a>
        }
        .into_any(),
        None => view! {
            <span id=id class="name-text" title=name tabindex="-1">
                {short}
            </span>
        }
        .into_any(),
    }
}
