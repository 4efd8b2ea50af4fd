//! What refers to one credential.

use contract::api::Page;
use contract::credentials::Reference;
use leptos::prelude::*;

use super::section::SectionFailed;
use crate::{
    api::ClientError,
    credentials::messages,
    kinds,
    ui::{Time, list::ColumnHeader},
};

/// The table of references.
#[component]
pub fn References(
    /// What came, if anything did yet.
    found: Resource<Result<Page<Reference>, ClientError>>,
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="references">
            <h2 id="references" tabindex="-1">
                {messages::where_used()}
            </h2>
            <Transition>
                {move || {
                    found
                        .get()
                        .map(|found| match found {
                            Ok(page) if page.total == 0 => {
                                view! { <p class="card-empty">{messages::no_references()}</p> }.into_any()
                            }
                            Ok(page) => view! { <ReferenceTable page /> }.into_any(),
                            Err(error) => view! { <SectionFailed error on_retry /> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

#[component]
fn ReferenceTable(page: Page<Reference>) -> impl IntoView {
    let hidden = page.hidden;
    let rows = page
        .items
        .into_iter()
        .map(|item| {
            let name = match kinds::href(item.kind, item.id) {
                Some(href) => view! { <a href=href>{item.name}</a> }.into_any(),
                None => item.name.into_any(),
            };
            let last_used = match item.last_used_at {
                Some(at) => view! { <Time at /> }.into_any(),
                None => messages::never_used().into_any(),
            };
            view! {
                <tr role="row">
                    <td role="cell" class="cell-name">
                        {name}
                    </td>
                    <td role="cell" data-label=messages::detail_column_kind()>
                        {kinds::name(item.kind)}
                    </td>
                    <td role="cell" class="cell-time" data-label=messages::detail_column_attached()>
                        <Time at=item.attached_at />
                    </td>
                    <td role="cell" class="cell-time" data-label=messages::detail_column_last_used()>
                        {last_used}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table" role="table" aria-labelledby="references">
            <thead role="rowgroup">
                <tr role="row">
                    {[
                        messages::detail_column_name(),
                        messages::detail_column_kind(),
                        messages::detail_column_attached(),
                        messages::detail_column_last_used(),
                    ]
                        .map(|head| view! { <ColumnHeader label=head /> })
                        .collect_view()}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
        {hidden.is_positive().then(|| view! { <p class="card-empty">{messages::and_hidden(hidden)}</p> })}
    }
}
