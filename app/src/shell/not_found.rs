//! What an unknown address shows.

use leptos::prelude::*;

use super::{PageHeader, text};
use crate::ui::LinkButton;

/// The page for an address at which there is nothing.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <main id="main" class="main main-alone" tabindex="-1">
            <PageHeader title=text::not_found() about=text::not_found_help() />
            <LinkButton href="/credentials">{text::to_credentials()}</LinkButton>
        </main>
    }
}
