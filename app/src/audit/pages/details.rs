//! What an event says besides its columns, and ways to others like it.

use contract::audit::AuditEvent;
use leptos::prelude::*;

use super::row::Record;
use crate::{
    audit::messages,
    ui::{CopyButton, list::ListHandle},
};

/// The facts of an event.
#[component]
pub(super) fn Details(event: AuditEvent, list: ListHandle) -> impl IntoView {
    let who = messages::actor(&event.actor.kind, &event.actor.name);
    let by = event.actor.id.map_or(event.actor.kind, |id| id.to_string());
    let about = event.target.id.map(|id| {
        let name = messages::record(&event.target.kind, event.target.name.as_deref());
        (id, name)
    });
    let version = event.credential_version.filter(|version| *version > 0);
    let narrow = move |name: &'static str, content: String, words: String| {
        let href = move || list.href(&list.state.get().unfiltered().filtered(name, &content));
        view! {
            <li>
                <a href=href data-noscroll="">
                    {words}
                </a>
            </li>
        }
    };
    view! {
        <dl class="audit-facts">
            <Fact label=messages::column_number()>{event.seq}</Fact>
            {event
                .target
                .id
                .map(|id| {
                    view! {
                        <Fact label=messages::column_record_id()>
                            <code>{id.to_string()}</code>
                        </Fact>
                    }
                })}
            {event
                .referrer
                .map(|record| {
                    view! {
                        <Fact label=messages::column_through()>
                            <Record record />
                        </Fact>
                    }
                })}
            {version.map(|version| view! { <Fact label=messages::column_version()>{version}</Fact> })}
            {event.host.clone().map(|host| view! { <Fact label=messages::column_host()>{host}</Fact> })}
            {event
                .address
                .map(|address| {
                    view! {
                        <Fact label=messages::column_address()>
                            <code>{address}</code>
                        </Fact>
                    }
                })}
            {event
                .reason
                .map(|reason| {
                    view! {
                        <Fact label=messages::column_reason()>
                            <code>{reason}</code>
                        </Fact>
                    }
                })}
            {event.details.map(|details| view! { <Fact label=messages::column_details()>{details}</Fact> })}
            {event
                .request_id
                .map(|id| {
                    view! {
                        <Fact label=messages::column_request()>
                            <span class="request-id">
                                <code>{id.clone()}</code>
                                <CopyButton content=id label=messages::copy_request() />
                            </span>
                        </Fact>
                    }
                })}
        </dl>
        <ul class="audit-ways">
            {narrow("actor", by, messages::all_by(&who))}
            {about.map(|(id, name)| narrow("target", id.to_string(), messages::all_about(&name)))}
            {event.host.map(|host| narrow("host", host.clone(), messages::all_at(&host)))}
        </ul>
    }
}

#[component]
fn Fact(label: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
