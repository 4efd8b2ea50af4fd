//! The question before an MCP server is deleted.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::failure::{Subject, error_words};
use super::{McpServer, McpServerId, Transport, text};
use crate::api::{ClientError, ReadClient, WriteClient};
use crate::ui::{
    Button, ButtonKind, Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, GeneralError, Look, Save,
    focus_autofocus, use_toasts,
};

/// Asks, and deletes.
#[component]
pub fn DeleteMcpServerDialog(
    /// Which server.
    id: McpServerId,
    /// The server as the list has it, where it does.
    known: Option<McpServer>,
    /// It is gone.
    on_deleted: Callback<McpServerId>,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
) -> impl IntoView {
    let is_known = known.is_some();
    let server = RwSignal::new(known);
    let failure = RwSignal::new(None::<ClientError>);
    let client = StoredValue::new(ReadClient::from_context());
    let load = Callback::new(move |()| {
        let client = client.get_value();
        failure.set(None);
        spawn_local(async move {
            // The dialog may be closed when the answer comes.
            match client.mcp_server(id).await {
                Ok(found) => {
                    let first = server.try_get_untracked().is_some_and(|server| server.is_none());
                    if server.try_set(Some(found)).is_none() && first {
                        focus_autofocus();
                    }
                }
                Err(error) => drop(failure.try_set(Some(error))),
            }
        });
    });
    Effect::new(move || {
        if !is_known {
            load.run(());
        }
    });
    let title = Signal::derive(move || match server.get() {
        Some(server) => text::delete_question(&server.name),
        None => text::delete_question(text::a_server()),
    });
    let ready = Memo::new(move |_| server.with(Option::is_some));
    let status = move || match failure.get() {
        Some(error) => error_words(&error, &Subject::default()),
        None => text::loading().to_owned(),
    };
    view! {
        <Dialog title on_close>
            <Show
                when=move || ready.get()
                fallback=move || {
                    view! {
                        <DialogBody>
                            <p role="status">{status}</p>
                            <Show when=move || failure.with(Option::is_some)>
                                <Button on_press=Callback::new(move |_| load.run(()))>{text::retry()}</Button>
                            </Show>
                        </DialogBody>
                    }
                }
            >
                <DeleteForm server on_deleted load/>
            </Show>
        </Dialog>
    }
    .into_any()
}

#[component]
fn DeleteForm(
    server: RwSignal<Option<McpServer>>,
    on_deleted: Callback<McpServerId>,
    load: Callback<()>,
) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let save = Save::new();
    let client = StoredValue::new(ReadClient::from_context());
    let means = move || {
        let server = server.get();
        if server
            .as_ref()
            .is_some_and(|server| server.transport == Transport::Stdio)
        {
            return text::program::delete_means().to_owned();
        }
        let credential = server
            .and_then(|server| server.credential)
            .and_then(|credential| credential.name);
        text::delete_means(credential.as_deref())
    };
    let submit = Callback::new(move |()| {
        let Some(McpServer { id, revision, name, .. }) = server.get_untracked() else {
            return;
        };
        save.run(
            move || async move { WriteClient.delete_mcp_server(id, revision).await },
            move || {
                let client = client.get_value();
                async move {
                    match client.mcp_server(id).await {
                        Ok(_) => Ok(Look::NotSaved),
                        Err(error) if error.slug() == Some("not-found") => Ok(Look::Saved(())),
                        Err(error) => Err(error),
                    }
                }
            },
            move |()| {
                dialog.close();
                toasts.say(text::deleted(&name));
                on_deleted.run(id);
            },
            move || {
                // Somebody changed it: the next press is about what it is now, and the words above say so.
                if save
                    .problem()
                    .is_some_and(|problem| problem.slug() == "precondition-failed")
                {
                    load.run(());
                }
            },
        );
    });
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <p>{means}</p>
            </DialogBody>
            <GeneralError state=save.state()/>
            <DialogFooter save=text::delete_button() kind=ButtonKind::Danger busy=save.busy() focus_cancel=true/>
        </DialogForm>
    }
    .into_any()
}
