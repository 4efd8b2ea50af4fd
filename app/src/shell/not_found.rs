//! What an unknown address shows.

use leptos::prelude::*;

use super::messages;
use crate::page::PageHeader;
use crate::ui::LinkButton;

/// The page for an address at which there is nothing.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <main id="main" class="main main-alone" tabindex="-1">
            <PageHeader title=messages::not_found() about=messages::not_found_help() />
            <LinkButton href="/credentials">{messages::to_credentials()}</LinkButton>
        </main>
    }
}
