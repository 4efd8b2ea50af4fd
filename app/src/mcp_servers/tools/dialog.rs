//! The tools of a saved server, asked of it when the dialog opens.

use contract::mcp_servers::{McpServer, McpServerId, ToolList};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::ToolsList;
use crate::api::{ClientError, ReadClient};
use crate::credential_forms::error_words;
use crate::mcp_servers::connection::{ConnectionFacts, Facts};
use crate::mcp_servers::messages;
use crate::ui::{Button, Dialog, DialogBody, DialogSize, Icon, IconKind};

#[derive(Clone, Debug)]
enum Asking {
    /// No answer yet.
    Waiting,
    Tools(ToolList),
    Failed(ClientError),
}

/// Shows the tools of a server.
#[component]
pub fn ToolsDialog(
    id: McpServerId,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
) -> impl IntoView {
    let client = StoredValue::new(ReadClient::from_context());
    let server = RwSignal::new(None::<McpServer>);
    let asking = RwSignal::new(Asking::Waiting);
    let ask = move || {
        asking.set(Asking::Waiting);
        let client = client.get_value();
        spawn_local(async move {
            // Only for its names: where it fails, so does what follows, and that is said.
            if let Ok(found) = client.mcp_server(id).await {
                let _ = server.try_set(Some(found));
            }
            let answer = client.mcp_server_tools(id).await;
            // The dialog may be closed by now.
            let _ = asking.try_set(answer.map_or_else(Asking::Failed, Asking::Tools));
        });
    };
    Effect::new(ask);
    let title = Signal::derive(move || match server.get() {
        Some(server) => messages::tools(&server.name),
        None => messages::tools(messages::a_server()),
    });
    let status = move || match asking.get() {
        Asking::Waiting => Some(view! { <p class="progress">{messages::asking()}</p> }.into_any()),
        Asking::Tools(tools) if tools.items.is_empty() => Some(view! { <p>{messages::no_tools()}</p> }.into_any()),
        Asking::Tools(_) => None,
        Asking::Failed(error) => Some(
            view! {
                <div class="notice notice-danger">
                    <Icon kind=IconKind::Alert />
                    <p>{error_words(&error)}</p>
                </div>
            }
            .into_any(),
        ),
    };
    let tools = move || match asking.get() {
        Asking::Tools(tools) => Some(view! {
            <ConnectionFacts facts=Facts::of_tools(&tools) />
            <ToolsList tools=tools.items />
        }),
        Asking::Waiting | Asking::Failed(_) => None,
    };
    view! {
        <Dialog title size=DialogSize::Wide on_close>
            <DialogBody>
                <div role="status">{status}</div>
                <Show when=move || matches!(asking.get(), Asking::Failed(_))>
                    <div>
                        <Button on_press=Callback::new(move |_| ask())>{messages::retry()}</Button>
                    </div>
                </Show>
                {tools}
            </DialogBody>
        </Dialog>
    }
}
