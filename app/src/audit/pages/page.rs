//! The audit trail.

use contract::audit::AuditEvent;
use leptos::prelude::*;

use super::{
    filters::{FILTERS, Filters},
    row::AuditRow,
};
use crate::{
    audit::{api::export_href, text},
    help::HelpTopic,
    shell::PageHeader,
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
        <PageHeader title=text::audit_trail() about=text::about() help=HelpTopic::Audit>
            <SearchBox list label=text::search() />
            <a
                class="button"
                href=move || export_href(&list.query())
                rel="external"
                download=""
                title=text::export_help()
            >
                {text::export()}
            </a>
        </PageHeader>
        <Filters list listing />
        <ListFrame
            list
            listing
            words=ListWords {
                first_use: text::first_use(),
                how_to_begin: text::how_to_begin(),
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
        (text::column_when(), "audit-when"),
        (text::column_who(), "audit-who"),
        (text::column_action(), "audit-what"),
        (text::column_record(), "audit-record"),
        (text::column_host(), "audit-host"),
        (text::column_outcome(), "audit-outcome"),
    ];
    view! {
        <table class="table audit-table" role="table" aria-label=text::audit_trail()>
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
