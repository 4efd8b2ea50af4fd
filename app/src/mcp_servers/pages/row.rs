//! One row of the list.

use contract::accounts::{Action, Resource};
use contract::mcp_servers::{McpServer, Transport};
use leptos::prelude::*;

use super::enabled_switch::EnabledSwitch;
use crate::accounts::may;
use crate::credential_forms::{CredentialCell, Record as _, RecordName};
use crate::mcp_servers::messages;
use crate::ui::list::Listing;
use crate::ui::{DialogAddress, IconButton, IconKind, Time, created_short, updated_short};

/// One server. It follows the list: what changes, changes in place, and the focus stays.
#[component]
pub(super) fn McpServerRow(
    server: McpServer,
    listing: Listing<McpServer>,
    to_dialog: Callback<DialogAddress, String>,
) -> impl IntoView {
    let id = server.id;
    let owner = Some(server.owner.id);
    let may_use = may(Resource::McpServers, Action::Use, owner);
    let may_update = may(server.resource(), Action::Update, owner);
    let may_delete = may(server.resource(), Action::Delete, owner);
    let server = Memo::new(move |last: Option<&McpServer>| {
        let now = listing.items().into_iter().find(|item| item.id == id);
        now.or_else(|| last.cloned()).unwrap_or_else(|| server.clone())
    });
    let name = Signal::derive(move || server.with(|server| server.name.clone()));
    let to = move |key: &'static str| Signal::derive(move || to_dialog.run(DialogAddress::new(key, id)));
    let label = move |words: fn(&str) -> String| Signal::derive(move || words(&name.get()));
    let place = move || server.with(|server| breakable(&place_of(server)));
    let full_place = move || server.with(place_of);
    let is_program = move || server.with(|server| server.transport == Transport::Stdio);
    let chip = move || {
        is_program().then(|| {
            view! {
                <span class="chip">{messages::program_stdio()}</span>
                " "
            }
        })
    };
    let created = Signal::derive(move || server.with(|server| server.created_at));
    let updated = Signal::derive(move || server.with(|server| server.updated_at));
    view! {
        <tr role="row">
            <td role="cell" class="cell-name">
                <RecordName id=McpServer::row_id(id) name href=may_update.then(|| to("edit")) />
                <span class="row-details">
                    <span class="mcp-details-url">{chip} <span class="mono">{place}</span></span>
                    <span class="detail-created">{created_short()} " " <Time at=created /></span>
                    <span class="detail-updated">{updated_short()} " " <Time at=updated /></span>
                </span>
            </td>
            <td role="cell" data-label=messages::column_enabled()>
                <EnabledSwitch server listing may_update />
            </td>
            <td role="cell" class="mcp-url mono" data-label=messages::column_url()>
                <span class="name-text" title=full_place>
                    {chip}
                    {place}
                </span>
            </td>
            <td role="cell" data-label=messages::column_credential()>
                {move || {
                    if is_program() {
                        let names = server.with(|server| server.env_names.join(", "));
                        view! { <span class="mcp-variables">{messages::program_given(&names)}</span> }.into_any()
                    } else {
                        let credential = server.with(|server| server.credential.clone());
                        view! { <CredentialCell credential /> }.into_any()
                    }
                }}
            </td>
            <td role="cell" class="cell-time cell-created" data-label=messages::column_created()>
                <Time at=created />
            </td>
            <td role="cell" class="cell-time cell-updated" data-label=messages::column_updated()>
                <Time at=updated />
            </td>
            <td role="cell" class="cell-operations">
                <span class="operations">
                    {may_use
                        .then(|| {
                            view! {
                                <IconButton icon=IconKind::Play label=label(messages::test) href=to("test") />
                                <IconButton icon=IconKind::Wrench label=label(messages::tools) href=to("tools") />
                            }
                        })}
                    {may_update
                        .then(|| {
                            view! { <IconButton icon=IconKind::Pencil label=label(messages::edit) href=to("edit") /> }
                        })}
                    {may_delete
                        .then(|| {
                            view! {
                                <IconButton
                                    icon=IconKind::Trash
                                    danger=true
                                    label=label(messages::delete)
                                    href=to("delete")
                                />
                            }
                        })}
                </span>
            </td>
        </tr>
    }
}

/// The address, or the program with its arguments.
fn place_of(server: &McpServer) -> String {
    let program = server.command.iter().chain(&server.args).map(String::as_str);
    server
        .url
        .clone()
        .unwrap_or_else(|| program.collect::<Vec<_>>().join(" "))
}

/// An address that breaks into lines where a reader would break it.
fn breakable(url: &str) -> impl IntoView + use<> {
    url.split_inclusive(['/', '.', '?', '&', '=', '-', '_', ':'])
        .map(|part| {
            view! {
                {part.to_owned()}
                <wbr />
            }
        })
        .collect_view()
}
