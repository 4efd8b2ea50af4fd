//! The switch of a row.

use contract::api::Patch;
use contract::mcp_servers::{McpServer, McpServerInput};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::WriteClient;
use crate::credential_forms::error_words;
use crate::mcp_servers::messages;
use crate::ui::list::Listing;
use crate::ui::use_toasts;

/// Not written out below: see `inner_html_tests`.
const TRACK: &str = "switch-track";

/// Switches a server on or off at once; what fails is said beside it, and the switch shows what is.
#[component]
pub(super) fn EnabledSwitch(server: Memo<McpServer>, listing: Listing<McpServer>, may_update: bool) -> impl IntoView {
    let toasts = use_toasts();
    let wanted = RwSignal::new(None::<bool>);
    let failure = RwSignal::new(None::<String>);
    let shown = move || wanted.get().unwrap_or_else(|| server.with(|server| server.enabled));
    // Once the list says so, too, there is nothing left to wait for.
    Effect::new(move || {
        server.track();
        wanted.set(None);
    });
    let toggle = move |_| {
        if wanted.get_untracked().is_some() {
            return;
        }
        let McpServer {
            id,
            revision,
            name,
            enabled,
            ..
        } = server.get_untracked();
        wanted.set(Some(!enabled));
        failure.set(None);
        spawn_local(async move {
            let input = McpServerInput {
                enabled: Patch::Set(!enabled),
                ..McpServerInput::default()
            };
            match WriteClient.update_mcp_server(id, revision, &input).await {
                Ok(_) => toasts.say(messages::switched(&name, !enabled)),
                Err(error) => {
                    // The row may be gone by now.
                    let _ = wanted.try_set(None);
                    let outdated = error.slug() == Some("precondition-failed");
                    let words = if outdated {
                        messages::switch_outdated().to_owned()
                    } else {
                        error_words(&error)
                    };
                    let _ = failure.try_set(Some(words));
                }
            }
            listing.refetch();
        });
    };
    if !may_update {
        let words = move || messages::on_or_off(server.with(|server| server.enabled));
        return view! { <span>{words}</span> }.into_any();
    }
    view! {
        <button
            type="button"
            class="switch"
            role="switch"
            aria-checked=move || if shown() { "true" } else { "false" }
            aria-busy=move || wanted.get().is_some().then_some("true")
            aria-label=move || messages::switch(&server.with(|server| server.name.clone()))
            on:click=toggle
        >
            <span class=TRACK aria-hidden="true"></span>
        </button>
        <span role="alert" class="switch-failure">
            {failure}
        </span>
    }
    .into_any()
}
