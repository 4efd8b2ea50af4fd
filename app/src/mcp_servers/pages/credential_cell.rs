//! The credential of a row.

use leptos::prelude::*;

use crate::credentials::CredentialState;
use crate::mcp_servers::{McpServer, Transport, text};

/// A link to the credential, or why there is none; of a program, the variables that it is given.
#[component]
pub(super) fn CredentialCell(server: Memo<McpServer>) -> impl IntoView {
    move || {
        if server.with(|server| server.transport == Transport::Stdio) {
            let names = server.with(|server| server.env_names.join(", "));
            return view! { <span class="mcp-variables">{text::program::given(&names)}</span> }.into_any();
        }
        let Some(credential) = server.with(|server| server.credential.clone()) else {
            return view! { <span class="chip">{text::no_credential()}</span> }.into_any();
        };
        match (credential.state, &credential.name) {
            (CredentialState::Live, Some(name)) => {
                let href = format!("/credentials/{}", credential.id);
                view! { <a class="mcp-credential" href=href>{name.clone()}</a> }.into_any()
            }
            (CredentialState::Deleted, _) => view! {
                <span class="chip chip-danger">{text::credential_deleted()}</span>
                <span class="row-more">{text::credential_deleted_more(&credential)}</span>
            }
            .into_any(),
            (CredentialState::Hidden | CredentialState::Live, _) => {
                view! { <span class="muted">{text::credential_hidden()}</span> }.into_any()
            }
        }
    }
}
