//! The list of MCP servers.

use contract::accounts::{Action, Resource};
use contract::mcp_servers::{McpServer, McpServerId};
use leptos::prelude::*;

use super::row::McpServerRow;
use crate::accounts::may;
use crate::credential_forms::{DeleteDialog, test_dialog};
use crate::help::HelpTopic;
use crate::locale::Label;
use crate::mcp_servers::form::{FormOf, McpServerDialog};
use crate::mcp_servers::messages;
use crate::mcp_servers::tools::ToolsDialog;
use crate::page::PageHeader;
use crate::ui::list::{
    AddLink, ColumnHeader, ListFrame, ListSpec, ListWords, Listing, SearchBox, SortBy, SortHeader, use_list,
    use_listing,
};
use crate::ui::{AddressedDialog, DialogAddress, use_addressed_dialog, use_dialog_links};

const SPEC: ListSpec = ListSpec {
    sorts: &["name", "created_at", "updated_at"],
    default_sort: "name",
};
const SORTS: &[(&str, Label)] = &[
    ("name", messages::column_name),
    ("created_at", messages::column_created),
    ("updated_at", messages::column_updated),
];
const DIALOGS: &[&str] = &["dialog", "edit", "test", "tools", "delete"];

/// The list of MCP servers.
#[component]
pub fn McpServersPage() -> impl IntoView {
    let list = use_list(SPEC);
    let listing = use_listing(list, |client, query| async move { client.mcp_servers(&query).await });
    let dialog = use_addressed_dialog(DIALOGS);
    let may_add = may(Resource::McpServers, Action::Create, None);
    let to_dialog = use_dialog_links();
    let words = ListWords {
        first_use: messages::first_use(),
        how_to_begin: messages::how_to_begin(),
    };
    view! {
        <PageHeader title=messages::mcp_servers() about=messages::about() help=HelpTopic::McpServers>
            <SearchBox list label=messages::search() />
            {may_add.then(|| view! { <AddLink words=messages::add() /> })}
        </PageHeader>
        <ListFrame list listing words begin=may_add.then(messages::add)>
            <SortBy list columns=SORTS />
            <table class="table mcp-table" role="table" aria-label=messages::mcp_servers()>
                <thead role="rowgroup">
                    <tr role="row">
                        <SortHeader list field="name" label=messages::column_name() />
                        <ColumnHeader label=messages::column_enabled() />
                        <ColumnHeader label=messages::column_url() class="mcp-url" />
                        <ColumnHeader label=messages::column_credential() />
                        <SortHeader list field="created_at" label=messages::column_created() class="cell-created" />
                        <SortHeader list field="updated_at" label=messages::column_updated() class="cell-updated" />
                        <ColumnHeader label=messages::column_operations() class="cell-operations" />
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For
                        each=move || listing.items()
                        key=|server| server.id
                        children=move |server| view! { <McpServerRow server listing to_dialog /> }
                    />
                </tbody>
            </table>
        </ListFrame>
        <Dialogs dialog listing may_add />
    }
}

/// The dialog that the address asks for.
#[component]
fn Dialogs(dialog: AddressedDialog, listing: Listing<McpServer>, may_add: bool) -> impl IntoView {
    let on_close = dialog.close;
    let on_saved = Callback::new(move |_| listing.refetch());
    move || {
        let address = dialog.current.get()?;
        if address == DialogAddress::add() {
            return may_add.then(|| view! { <McpServerDialog of=FormOf::New on_saved on_close /> }.into_any());
        }
        // An address with something else than an id leads to no dialog.
        let id = address.value.parse::<McpServerId>().ok()?;
        Some(match address.key.as_str() {
            "edit" => view! { <McpServerDialog of=FormOf::Saved(id) on_saved on_close /> }.into_any(),
            "test" => test_dialog::<McpServer>(id, on_close),
            "tools" => view! { <ToolsDialog id on_close /> }.into_any(),
            "delete" => view! { <DeleteDialog id listing on_close /> }.into_any(),
            _ => return None,
        })
    }
}
