//! The table of users.

use contract::users::User;
use leptos::prelude::*;

use super::row::UserRow;
use crate::{
    locale::Label,
    ui::list::{ColumnHeader, ListHandle, Listing, SortBy, SortHeader},
    users::messages,
};

const SORTS: &[(&str, Label)] = &[
    ("name", messages::column_name),
    ("last_seen_at", messages::column_last_seen),
    ("created_at", messages::column_created),
];

/// The table of users. Its roles are explicit, since the narrow form takes the layout of a table away.
#[component]
pub fn UserTable(list: ListHandle, listing: Listing<User>) -> impl IntoView {
    view! {
        <SortBy list columns=SORTS />
        <table class="table users-table" role="table" aria-label=messages::users()>
            <thead role="rowgroup">
                <tr role="row">
                    <SortHeader list field="name" label=messages::column_name() />
                    <ColumnHeader label=messages::column_email() class="cell-email" />
                    <ColumnHeader label=messages::column_role() />
                    <ColumnHeader label=messages::column_state() />
                    <SortHeader list field="last_seen_at" label=messages::column_last_seen() class="cell-seen" />
                    <SortHeader list field="created_at" label=messages::column_created() class="cell-created" />
                    <ColumnHeader label=messages::column_operations() class="cell-operations" />
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || listing.items() key=|user| user.id let:first>
                    <UserRow first listing />
                </For>
            </tbody>
        </table>
    }
}
