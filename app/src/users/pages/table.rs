//! The table of users.

use contract::users::User;
use leptos::prelude::*;

use super::row::UserRow;
use crate::{
    ui::list::{ListHandle, Listing, SortBy, SortHeader},
    users::{text, text::column},
};

const SORTS: &[(&str, &str)] = &[
    ("name", column::NAME),
    ("last_seen_at", column::LAST_SEEN),
    ("created_at", column::CREATED),
];

/// The table of users. Its roles are explicit, since the narrow form takes the layout of a table away.
#[component]
pub fn UserTable(
    /// The list.
    list: ListHandle,
    /// Its rows.
    listing: Listing<User>,
) -> impl IntoView {
    view! {
        <SortBy list columns=SORTS />
        <table class="table users-table" role="table" aria-label=text::users()>
            <thead role="rowgroup">
                <tr role="row">
                    <SortHeader list field="name" label=column::NAME />
                    <th role="columnheader" scope="col" class="cell-email">
                        {column::EMAIL}
                    </th>
                    <th role="columnheader" scope="col">
                        {column::ROLE}
                    </th>
                    <th role="columnheader" scope="col">
                        {column::STATE}
                    </th>
                    <SortHeader list field="last_seen_at" label=column::LAST_SEEN class="cell-seen" />
                    <SortHeader list field="created_at" label=column::CREATED class="cell-created" />
                    <th role="columnheader" scope="col" class="cell-operations">
                        {column::OPERATIONS}
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || listing.items() key=|user| user.id let:first>
                    <UserRow first listing />
                </For>
            </tbody>
        </table>
    }
    .into_any()
}
