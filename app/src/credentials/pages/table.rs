//! The table of credentials.

use contract::credentials::Credential;
use leptos::prelude::*;

use super::row::CredentialRow;
use crate::{
    credentials::messages,
    locale::Label,
    ui::list::{ColumnHeader, ListHandle, Listing, SortBy, SortHeader},
};

const SORTS: &[(&str, Label)] = &[
    ("name", messages::column_name),
    ("owner", messages::column_owner),
    ("created_at", messages::column_created),
    ("updated_at", messages::column_updated),
];

/// The table of credentials. Its roles are explicit, since the narrow form takes the layout of a table away.
#[component]
pub fn CredentialTable(list: ListHandle, listing: Listing<Credential>) -> impl IntoView {
    view! {
        <SortBy list columns=SORTS />
        <table class="table credentials-table" role="table" aria-label=messages::credentials()>
            <thead role="rowgroup">
                <tr role="row">
                    <SortHeader list field="name" label=messages::column_name() />
                    <ColumnHeader label=messages::column_id() class="cell-id" />
                    <SortHeader list field="owner" label=messages::column_owner() class="cell-owner" />
                    <ColumnHeader label=messages::column_value() />
                    <ColumnHeader label=messages::column_used_by() />
                    <SortHeader list field="created_at" label=messages::column_created() class="cell-created" />
                    <SortHeader list field="updated_at" label=messages::column_updated() class="cell-updated" />
                    <ColumnHeader label=messages::column_operations() class="cell-operations" />
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
