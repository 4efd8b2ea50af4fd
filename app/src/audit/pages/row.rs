//! One event of the trail. It never changes.

use contract::audit::{AuditEvent, AuditRecord};
use contract::kinds::RecordKind;
use leptos::prelude::*;

use super::details::Details;
use crate::{
    audit::messages,
    ui::{Time, list::ListHandle},
};

/// One event. What it says besides unfolds under what was done.
#[component]
pub(super) fn AuditRow(
    event: AuditEvent,
    /// The list, which the details lead to parts of.
    list: ListHandle,
) -> impl IntoView {
    let outcome = match event.outcome.as_str() {
        "allowed" => "chip chip-accent",
        "refused" => "chip chip-danger",
        _ => "chip",
    };
    let who = messages::actor(&event.actor.kind, &event.actor.name);
    let what = messages::action(&event.action);
    let tries = event.details.clone().filter(|_| event.actor.kind == "anonymous");
    view! {
        <tr role="row">
            <td role="cell" class="audit-when" data-label=messages::column_when()>
                <Time at=event.at exact=true />
            </td>
            <td role="cell" class="audit-who" data-label=messages::column_who()>
                {who}
            </td>
            <td role="cell" class="cell-name audit-what">
                <details>
                    <summary>
                        {what}
                        {tries
                            .map(|tries| {
                                view! {
                                    " "
                                    <span class="muted">{tries}</span>
                                }
                            })}
                    </summary>
                    <Details event=event.clone() list />
                </details>
            </td>
            <td role="cell" class="audit-record" data-label=messages::column_record()>
                <Record record=event.target />
            </td>
            <td role="cell" class="audit-host" data-label=messages::column_host()>
                {event.host}
            </td>
            <td role="cell" class="audit-outcome" data-label=messages::column_outcome()>
                <span class=outcome>{messages::outcome(&event.outcome)}</span>
            </td>
        </tr>
    }
}

/// A record: a link where it has a page.
#[component]
pub(super) fn Record(record: AuditRecord) -> impl IntoView {
    let words = messages::record(&record.kind, record.name.as_deref());
    match page_of(&record) {
        Some(href) => view! { <a href=href>{words}</a> }.into_any(),
        None => words.into_any(),
    }
}

/// The page of a record. One that was deleted since says so there.
fn page_of(record: &AuditRecord) -> Option<String> {
    let id = record.id?;
    RecordKind::named(&record.kind).map(|kind| kind.href(&id.to_string()))
}

#[cfg(test)]
mod tests {
    use contract::audit::AuditRecord;

    use super::page_of;

    #[test]
    fn records_with_a_page_are_links() {
        let record = |kind: &str, id| AuditRecord {
            kind: kind.to_owned(),
            id,
            name: Some("x".to_owned()),
        };
        let id = uuid::Uuid::from_u128(7);
        assert_eq!(
            page_of(&record("credential", Some(id))),
            Some(format!("/credentials/{id}"))
        );
        assert_eq!(page_of(&record("user", Some(id))), Some(format!("/users?search={id}")));
        assert_eq!(
            page_of(&record("model_binding", Some(id))),
            Some(format!("/model-bindings?edit={id}"))
        );
        assert_eq!(page_of(&record("mcp_server", None)), None, "it was never saved");
        assert_eq!(page_of(&record("later", Some(id))), None);
    }
}
