//! The link to the dialog that adds a record.

use leptos::prelude::*;

use crate::ui::{ButtonKind, DialogAddress, LinkButton, use_dialog_links};

/// The id of the link in the head of the page: a shortcut presses it, and it takes the focus after the last row was deleted.
pub const ADD_ID: &str = "add";

/// The link in the head of the page.
#[component]
pub fn AddLink(
    /// Its label.
    words: &'static str,
) -> impl IntoView {
    link(words, Some(ADD_ID))
}

/// The link, in an empty list without an id.
pub(super) fn link(words: &'static str, id: Option<&'static str>) -> AnyView {
    let to_dialog = use_dialog_links();
    let href = Signal::derive(move || to_dialog.run(DialogAddress::add()));
    view! {
        <LinkButton id kind=ButtonKind::Primary href>
            {words}
        </LinkButton>
    }
    .into_any()
}
