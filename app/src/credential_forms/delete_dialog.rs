//! The question before a record is deleted that leads a credential somewhere.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{LoadingBody, Record, messages};
use crate::api::ReadClient;
use crate::ui::list::{Listing, focus_beside};
use crate::ui::{
    ButtonKind, Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, GeneralError, Save, WriteOutcome,
    focus_autofocus, problem_text, use_toasts,
};

/// Asks, and deletes.
#[component]
pub(crate) fn DeleteDialog<T: Record>(
    id: T::Id,
    /// The list of its row.
    listing: Listing<T>,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
) -> impl IntoView {
    let known = untrack(|| listing.items()).into_iter().find(|record| record.id() == id);
    let is_known = known.is_some();
    let record = RwSignal::new(known);
    let failure = RwSignal::new(None::<String>);
    let client = StoredValue::new(ReadClient::from_context());
    let load = Callback::new(move |()| {
        let client = client.get_value();
        failure.set(None);
        spawn_local(async move {
            // The dialog may be closed when the answer comes.
            match T::fetch(client, id).await {
                Ok(found) => {
                    let first = record.try_with_untracked(Option::is_none) == Some(true);
                    if record.try_set(Some(found)).is_none() && first {
                        focus_autofocus();
                    }
                }
                Err(error) => drop(failure.try_set(Some(problem_text::error_words(&error)))),
            }
        });
    });
    Effect::new(move || {
        if !is_known {
            load.run(());
        }
    });
    let name = move || record.with(|record| record.as_ref().map(|record| record.name().to_owned()));
    let title = Signal::derive(move || messages::delete_question(name().as_deref().unwrap_or(T::KIND)));
    let ready = Memo::new(move |_| record.with(Option::is_some));
    view! {
        <Dialog title on_close>
            <Show
                when=move || ready.get()
                fallback=move || view! { <LoadingBody failure=failure.into() on_retry=load /> }
            >
                <DeleteForm record listing load />
            </Show>
        </Dialog>
    }
}

#[component]
fn DeleteForm<T: Record>(record: RwSignal<Option<T>>, listing: Listing<T>, load: Callback<()>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let save = Save::new();
    let client = StoredValue::new(ReadClient::from_context());
    let means = move || record.with(|record| record.as_ref().map(T::means));
    let submit = Callback::new(move |()| {
        let Some(seen) = record.get_untracked() else { return };
        let (id, name) = (seen.id(), seen.name().to_owned());
        save.run(
            move || seen.clone().delete(),
            move || {
                let client = client.get_value();
                async move {
                    match T::fetch(client, id).await {
                        Ok(_) => Ok(WriteOutcome::NotSaved),
                        Err(error) if error.slug() == Some("not-found") => Ok(WriteOutcome::Saved(())),
                        Err(error) => Err(error),
                    }
                }
            },
            move |()| {
                dialog.close();
                toasts.say(messages::deleted(&name));
                let rows: Vec<_> = listing.shown_items().iter().map(|row| T::row_id(row.id())).collect();
                focus_beside(&rows, &T::row_id(id));
                listing.refetch();
            },
            move || {
                // Somebody changed it: the next press is about what it is now, and the words above say so.
                if save.met_conflict() {
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
            <GeneralError state=save.state() />
            <DialogFooter save=messages::delete_button() kind=ButtonKind::Danger busy=save.busy() focus_cancel=true />
        </DialogForm>
    }
}
