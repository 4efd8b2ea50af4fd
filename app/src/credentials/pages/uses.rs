//! The last uses of one credential, and the last echoes of its value.

use contract::api::Page;
use contract::credentials::{Use, UseOutcome, UseReferrer};
use leptos::prelude::*;

use super::section::SectionFailed;
use crate::{
    api::ClientError,
    credentials::messages,
    kinds,
    ui::{Time, list::ColumnHeader},
};

/// The table of uses, newest first.
#[component]
pub fn LastUses(
    /// What came, if anything did yet.
    found: Resource<Result<Page<Use>, ClientError>>,
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="uses">
            <h2 id="uses">{messages::recent_activity()}</h2>
            <Transition>
                {move || {
                    found
                        .get()
                        .map(|found| match found {
                            Ok(page) if page.items.is_empty() => {
                                view! { <p class="card-empty">{messages::no_uses()}</p> }.into_any()
                            }
                            Ok(page) => view! { <UseTable uses=page.items /> }.into_any(),
                            Err(error) => view! { <SectionFailed error on_retry /> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

#[component]
fn UseTable(uses: Vec<Use>) -> impl IntoView {
    let heads = [
        messages::detail_column_when(),
        messages::detail_column_who(),
        messages::detail_column_through(),
        messages::detail_column_host(),
        messages::detail_column_version(),
        messages::detail_column_outcome(),
    ];
    view! {
        <table class="table" role="table" aria-labelledby="uses">
            <thead role="rowgroup">
                <tr role="row">{heads.map(|head| view! { <ColumnHeader label=head /> }).collect_view()}</tr>
            </thead>
            <tbody role="rowgroup">{uses.into_iter().map(|used| view! { <UseRow used /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn UseRow(used: Use) -> impl IntoView {
    let class = match used.outcome {
        UseOutcome::Allowed => "chip chip-accent",
        UseOutcome::Refused => "chip chip-danger",
        UseOutcome::Echoed => "chip chip-warn",
        UseOutcome::Unknown => "chip",
    };
    let help = (used.outcome == UseOutcome::Echoed).then(messages::echoed_help);
    view! {
        <tr role="row">
            <td role="cell" class="cell-exact" data-label=messages::detail_column_when()>
                <Time at=used.at exact=true />
            </td>
            <td role="cell" data-label=messages::detail_column_who()>
                {used.actor.name}
            </td>
            <td role="cell" data-label=messages::detail_column_through()>
                {used.referrer.map(|referrer| view! { <Through referrer /> })}
            </td>
            <td role="cell" class="cell-host" data-label=messages::detail_column_host()>
                {used.host}
            </td>
            <td role="cell" data-label=messages::detail_column_version()>
                {used.version}
            </td>
            <td role="cell" data-label=messages::detail_column_outcome()>
                <span class=class>{messages::outcome(used.outcome)}</span>
                {used
                    .reason
                    .map(|reason| {
                        view! {
                            " "
                            <code>{reason}</code>
                        }
                    })}
                {help
                    .map(|help| {
                        view! {
                            " "
                            <small>{help}</small>
                        }
                    })}
            </td>
        </tr>
    }
}

/// The record that used it: a link where it is stored.
#[component]
fn Through(referrer: UseReferrer) -> impl IntoView {
    let href = referrer.id.and_then(|id| kinds::href(referrer.kind, id));
    let name = referrer
        .name
        .clone()
        .unwrap_or_else(|| messages::unsaved(referrer.kind));
    match href {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}
