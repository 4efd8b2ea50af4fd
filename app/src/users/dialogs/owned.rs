//! What a user owns, in the question before the account is deleted.

use contract::api::NamedRecord;
use contract::credentials::ReferrerKind;
use contract::users::{Owned, OwnedCredential};
use leptos::prelude::*;

use crate::{kinds, users::messages};

/// How many references of one credential are named.
const NAMED: usize = 3;

/// How many there are besides those that are shown.
fn more(total: i64, shown: usize) -> i64 {
    total - i64::try_from(shown).unwrap_or(total)
}

/// The first records of each kind, then counts of the others.
#[component]
pub fn OwnedList(#[prop(into)] owned: Signal<Owned>) -> impl IntoView {
    let more_credentials = move || owned.with(|owned| more(owned.credentials_total, owned.credentials.len()));
    let others = move || {
        let of_kind = |(kind, records, total): (ReferrerKind, &Vec<NamedRecord>, i64)| named(kind, records, total);
        owned.with(|owned| owned.others().into_iter().map(of_kind).collect_view())
    };
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
                <li class="muted">{messages::credential()} ": " {move || messages::and_more(more_credentials())}</li>
            </Show>
            {others}
        </ul>
    }
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
            <span class="chip">{messages::credential()}</span>
            <span class="references-name">
                <a href=format!("/credentials/{id}")>{name}</a>
            </span>
            <span class="muted">{messages::used_by(used_by)}</span>
            {(named > 0)
                .then(|| {
                    let mut words = names.join(", ");
                    if used_by > named {
                        words = format!("{words}, {}", messages::and_more(used_by - named));
                    }
                    view! { <span class="references-fate">{words}</span> }
                })}
        </li>
    }
}

/// Records of a kind, then how many there are besides.
fn named(kind: ReferrerKind, records: &[NamedRecord], total: i64) -> AnyView {
    let besides = more(total, records.len());
    let kind_name = kinds::name(kind);
    let items = records.iter().map(|record| {
        let href = kinds::href(kind, record.id);
        view! {
            <li>
                <span class="chip">{kind_name}</span>
                <span class="references-name">
                    <a href=href>{record.name.clone()}</a>
                </span>
            </li>
        }
    });
    view! {
        {items.collect_view()}
        {besides.is_positive().then(|| view! { <li class="muted">{kind_name} ": " {messages::and_more(besides)}</li> })}
    }
    .into_any()
}
