//! The table of credentials.

use contract::credentials::Credential;
use leptos::prelude::*;

use super::row::CredentialRow;
use crate::{
    credentials::text,
    locale::Label,
    ui::list::{ListHandle, Listing, SortBy, SortHeader},
};

const SORTS: &[(&str, Label)] = &[
    ("name", text::column_name),
    ("owner", text::column_owner),
    ("created_at", text::column_created),
    ("updated_at", text::column_updated),
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
                    <SortHeader list field="name" label=text::column_name() />
                    <th role="columnheader" scope="col" class="cell-id">
                        {text::column_id()}
                    </th>
                    <SortHeader list field="owner" label=text::column_owner() class="cell-owner" />
                    <th role="columnheader" scope="col">
                        {text::column_value()}
                    </th>
                    <th role="columnheader" scope="col">
                        {text::column_used_by()}
                    </th>
                    <SortHeader list field="created_at" label=text::column_created() class="cell-created" />
                    <SortHeader list field="updated_at" label=text::column_updated() class="cell-updated" />
                    <th role="columnheader" scope="col" class="cell-operations">
                        {text::column_operations()}
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
}
