//! Adding a credential.

use leptos::prelude::*;

use super::{
    Done,
    form::{Faults, NAME_ID, VALUE_ID, name_fault},
    look,
};
use crate::{
    api::{ReadClient, WriteClient},
    credentials::{CreateCredential, Credential, text},
    ui::{
        Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, FieldIds, GeneralError, Save,
        TextField, use_toasts,
        value_field::{ValueField, ValueHandle},
    },
};

/// The dialog that adds a credential.
#[component]
pub fn AddCredentialDialog(
    /// Closed.
    on_close: Callback<()>,
    /// Added.
    on_done: Callback<Done>,
) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let value = ValueHandle::new();
    let is_dirty = Callback::new(move |()| value.is_dirty() || !name.get_untracked().is_empty());
    view! {
        <Dialog title=text::add() is_dirty on_close>
            <AddForm name value on_done />
        </Dialog>
    }
}

#[component]
fn AddForm(name: RwSignal<String>, value: ValueHandle, on_done: Callback<Done>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let faults = Faults::new();
    let submit = Callback::new(move |()| {
        if !faults.check(&name.get_untracked(), Some(value)) {
            return;
        }
        let trimmed = StoredValue::new(name.get_untracked().trim().to_owned());
        save.run(
            move || {
                let input = CreateCredential {
                    name: trimmed.get_value(),
                    value: value.take(),
                    allowed_hosts: Vec::new(),
                };
                async move { WriteClient.create_credential(&input).await }
            },
            move || look::after_create(client.get_value(), trimmed.get_value()),
            move |added: Credential| {
                value.clear();
                dialog.close();
                toasts.say(text::added(&added.name));
                on_done.run(Done::Saved(Box::new(added)));
            },
            move || {
                if let Some(problem) = save.problem() {
                    faults.take_from(&problem, Some(value));
                }
            },
        );
    });
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <ErrorSummary issues=faults.issues() />
                <TextField
                    ids=FieldIds::of(NAME_ID)
                    label=text::name()
                    value=name
                    help=text::name_help()
                    error=faults.name
                    autofocus=true
                    on_check=Callback::new(move |()| faults.name.set(name_fault(&name.get_untracked())))
                />
                <ValueField
                    id=VALUE_ID
                    handle=value
                    label=text::value()
                    help=text::value_help_add()
                    error=faults.value
                    on_name_found=Callback::new(move |found: String| {
                        if name.get_untracked().trim().is_empty() {
                            name.set(found);
                        }
                    })
                    on_submit=submit
                />
            </DialogBody>
            <GeneralError state=save.state() pointers=&["/name", "/value"] />
            <DialogFooter busy=save.busy() />
        </DialogForm>
    }
}
