//! The dialog around the form.

use contract::accounts::Action;
use contract::mcp_servers::{McpServer, McpServerId};
use leptos::prelude::*;

use super::fields::FormFields;
use super::model::Form;
use crate::accounts::use_me;
use crate::api::ReadClient;
use crate::credential_forms::{LoadingBody, error_words};
use crate::mcp_servers::messages;
use crate::ui::{Dialog, focus_autofocus, use_toasts};

/// What the form is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOf {
    New,
    Saved(McpServerId),
}

/// Adds or edits an MCP server.
#[component]
pub fn McpServerDialog(
    of: FormOf,
    /// It was saved.
    on_saved: Callback<McpServer>,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
) -> impl IntoView {
    let form = Form::new();
    let toasts = use_toasts();
    let failure = RwSignal::new(None::<String>);
    let me = StoredValue::new(use_me());
    let client = StoredValue::new(ReadClient::from_context());
    let load = move || {
        failure.set(None);
        if let FormOf::Saved(id) = of {
            let client = client.get_value();
            leptos::task::spawn_local(async move {
                // A list may be old: what is edited is what the server has now.
                match client.mcp_server(id).await {
                    Ok(server) => {
                        let may_change = me
                            .try_get_value()
                            .flatten()
                            .is_some_and(|me| me.may(server.resource(), Action::Update, Some(server.owner.id)));
                        if may_change {
                            form.load(server);
                            focus_autofocus();
                        } else {
                            // The dialog may be closed by now.
                            let _ = failure.try_set(Some(messages::not_yours().to_owned()));
                        }
                    }
                    Err(error) => {
                        let _ = failure.try_set(Some(error_words(&error)));
                    }
                }
            });
        }
    };
    Effect::new(load);
    let on_retry = Callback::new(move |()| load());
    form.program.ask(client.get_value());

    let title = Signal::derive(move || match (of, form.before.get()) {
        (FormOf::New, _) => messages::add().to_owned(),
        (FormOf::Saved(_), Some(server)) => messages::edit(&server.name),
        (FormOf::Saved(_), None) => messages::edit(messages::a_server()),
    });
    let ready = Memo::new(move |_| of == FormOf::New || form.before.with(Option::is_some));
    let saved = Callback::new(move |server: McpServer| {
        toasts.say(match of {
            FormOf::New => messages::added(&server.name),
            FormOf::Saved(_) => messages::saved(&server.name),
        });
        on_saved.run(server);
    });
    view! {
        <Dialog title is_dirty=Callback::new(move |()| ready.get_untracked() && form.is_dirty()) on_close>
            <Show when=move || ready.get() fallback=move || view! { <LoadingBody failure=failure.into() on_retry /> }>
                <FormFields form on_saved=saved />
            </Show>
        </Dialog>
    }
}
