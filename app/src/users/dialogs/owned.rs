//! What a user owns, in the question before the account is deleted.

use leptos::prelude::*;

use crate::{
    api::NamedRecord,
    users::{Owned, OwnedCredential, text},
};

/// How many references of one credential are named.
const NAMED: usize = 3;

/// The first records of each kind, then counts of the others.
#[component]
pub fn OwnedList(
    /// What is owned.
    #[prop(into)]
    owned: Signal<Owned>,
) -> impl IntoView {
    let more = |total: i64, shown: usize| total - i64::try_from(shown).unwrap_or(total);
    let more_credentials = move || owned.with(|owned| more(owned.credentials_total, owned.credentials.len()));
    let more_servers = move || owned.with(|owned| more(owned.mcp_servers_total, owned.mcp_servers.len()));
    view! {
        <ul class="references">
            <For
                each=move || owned.with(|owned| owned.credentials.clone())
                key=|credential| (credential.id, credential.used_by)
                let:credential
            >
                <CredentialItem credential />
            </For>
            <Show when=move || more_credentials().is_positive()>
                <li class="muted">{text::credential()} ": " {move || text::and_more(more_credentials())}</li>
            </Show>
            <For each=move || owned.with(|owned| owned.mcp_servers.clone()) key=|server| server.id let:server>
                <ServerItem server />
            </For>
            <Show when=move || more_servers().is_positive()>
                <li class="muted">{text::mcp_server()} ": " {move || text::and_more(more_servers())}</li>
            </Show>
        </ul>
    }
    .into_any()
}

#[component]
fn CredentialItem(credential: OwnedCredential) -> impl IntoView {
    let OwnedCredential {
        id,
        name,
        references,
        used_by,
    } = credential;
    let names: Vec<String> = references
        .into_iter()
        .take(NAMED)
        .map(|reference| reference.name)
        .collect();
    let named = i64::try_from(names.len()).unwrap_or(used_by);
    view! {
        <li>
            <span class="chip">{text::credential()}</span>
            <span class="references-name">
                <a href=format!("/credentials/{id}")>{name}</a>
            </span>
            <span class="muted">{text::used_by(used_by)}</span>
            {(named > 0)
                .then(|| {
                    let mut words = names.join(", ");
                    if used_by > named {
                        words = format!("{words}, {}", text::and_more(used_by - named));
                    }
                    view! { <span class="references-fate">{words}</span> }
                })}
        </li>
    }
    .into_any()
}

#[component]
fn ServerItem(server: NamedRecord) -> impl IntoView {
    view! {
        <li>
            <span class="chip">{text::mcp_server()}</span>
            <span class="references-name">
                <a href=format!("/mcp-servers?edit={}", server.id)>{server.name}</a>
            </span>
        </li>
    }
    .into_any()
}
