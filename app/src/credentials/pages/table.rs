//! The table of credentials.

use contract::credentials::Credential;
use leptos::prelude::*;

use super::row::CredentialRow;
use crate::{
    credentials::{text, text::column},
    ui::list::{ListHandle, Listing, SortBy, SortHeader},
};

const SORTS: &[(&str, &str)] = &[
    ("name", column::NAME),
    ("owner", column::OWNER),
    ("created_at", column::CREATED),
    ("updated_at", column::UPDATED),
];

/// The table of credentials. Its roles are explicit, since the narrow form takes the layout of a table away.
#[component]
pub fn CredentialTable(
    /// The list.
    list: ListHandle,
    /// Its rows.
    listing: Listing<Credential>,
) -> impl IntoView {
    view! {
        <SortBy list columns=SORTS />
        <table class="table credentials-table" role="table" aria-label=text::credentials()>
            <thead role="rowgroup">
                <tr role="row">
                    <SortHeader list field="name" label=column::NAME />
                    <th role="columnheader" scope="col" class="cell-id">
                        {column::ID}
                    </th>
                    <SortHeader list field="owner" label=column::OWNER class="cell-owner" />
                    <th role="columnheader" scope="col">
                        {column::VALUE}
                    </th>
                    <th role="columnheader" scope="col">
                        {column::USED_BY}
                    </th>
                    <SortHeader list field="created_at" label=column::CREATED class="cell-created" />
                    <SortHeader list field="updated_at" label=column::UPDATED class="cell-updated" />
                    <th role="columnheader" scope="col" class="cell-operations">
                        {column::OPERATIONS}
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || listing.items() key=|credential| credential.id let:first>
                    <CredentialRow first listing />
                </For>
            </tbody>
        </table>
    }
    .into_any()
}
