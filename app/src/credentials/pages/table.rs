//! The table of credentials.

use contract::credentials::Credential;
use leptos::prelude::*;

use super::row::CredentialRow;
use crate::{
    credentials::text,
    locale::Label,
    ui::list::{ColumnHeader, ListHandle, Listing, SortBy, SortHeader},
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
                    <ColumnHeader label=text::column_id() class="cell-id" />
                    <SortHeader list field="owner" label=text::column_owner() class="cell-owner" />
                    <ColumnHeader label=text::column_value() />
                    <ColumnHeader label=text::column_used_by() />
                    <SortHeader list field="created_at" label=text::column_created() class="cell-created" />
                    <SortHeader list field="updated_at" label=text::column_updated() class="cell-updated" />
                    <ColumnHeader label=text::column_operations() class="cell-operations" />
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
