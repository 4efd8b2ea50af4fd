//! The audit trail.

use contract::audit::AuditEvent;
use leptos::prelude::*;

use super::{
    filters::{FILTERS, Filters},
    row::AuditRow,
};
use crate::{
    audit::{api::export_href, messages},
    help::HelpTopic,
    page::PageHeader,
    ui::list::{ListFrame, ListHandle, ListSpec, ListWords, Listing, SearchBox, use_filtered_list, use_listing},
};

/// One order: that of the chain, newest first.
const SPEC: ListSpec = ListSpec {
    sorts: &["seq"],
    default_sort: "-seq",
};

/// The list of events, with its filters.
#[component]
pub fn AuditPage() -> impl IntoView {
    let list = use_filtered_list(SPEC, FILTERS);
    let listing = use_listing(list, |client, query| async move { client.audit_events(&query).await });
    view! {
        <PageHeader title=messages::audit_trail() about=messages::about() help=HelpTopic::Audit>
            <SearchBox list label=messages::search() />
            <a
                class="button"
                href=move || export_href(&list.query())
                rel="external"
                download=""
                title=messages::export_help()
            >
                {messages::export()}
            </a>
        </PageHeader>
        <Filters list listing />
        <ListFrame
            list
            listing
            words=ListWords {
                first_use: messages::first_use(),
                how_to_begin: messages::how_to_begin(),
            }
        >
            <AuditTable list listing />
        </ListFrame>
    }
}

/// The table. Its roles are explicit, since the narrow form takes the layout of a table away.
#[component]
fn AuditTable(list: ListHandle, listing: Listing<AuditEvent>) -> impl IntoView {
    let heads = [
        (messages::column_when(), "audit-when"),
        (messages::column_who(), "audit-who"),
        (messages::column_action(), "audit-what"),
        (messages::column_record(), "audit-record"),
        (messages::column_host(), "audit-host"),
        (messages::column_outcome(), "audit-outcome"),
    ];
    view! {
        <table class="table audit-table" role="table" aria-label=messages::audit_trail()>
            <thead role="rowgroup">
                <tr role="row">
                    {heads
                        .map(|(words, class)| {
                            view! {
                                <th role="columnheader" scope="col" class=class>
                                    {words}
                                </th>
                            }
                        })
                        .collect_view()}
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || listing.items() key=|event| event.seq let:event>
                    <AuditRow event list />
                </For>
            </tbody>
        </table>
    }
}
