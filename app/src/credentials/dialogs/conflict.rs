//! After a conflict: what was typed stays, and the newer state of the record is taken over on request.

use contract::credentials::Credential;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::ReadClient,
    credentials::messages,
    ui::{Button, Save},
};

/// A button below the error of a conflict; nothing for other errors.
#[component]
pub fn LoadCurrent(
    /// The saving that met the conflict.
    save: Save,
    /// The record as the form knows it.
    credential: RwSignal<Credential>,
    /// Says what was loaded.
    said: RwSignal<Option<String>>,
) -> impl IntoView {
    let client = StoredValue::new(ReadClient::from_context());
    let busy = RwSignal::new(false);
    let load = Callback::new(move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (client, id) = (
            client.get_value(),
            credential.with_untracked(|credential| credential.id),
        );
        spawn_local(async move {
            let found = client.credential(id).await;
            if busy.try_set(false).is_some() {
                return;
            }
            // A failure leaves the conflict on the screen, with its button.
            if let Ok(current) = found {
                said.set(Some(messages::loaded_current(&current.name)));
                credential.set(current);
                save.reset();
            }
        });
    });
    view! {
        <Show when=move || save.met_conflict()>
            <p>
                <Button busy on_press=load>
                    {messages::load_current()}
                </Button>
            </p>
        </Show>
    }
}
