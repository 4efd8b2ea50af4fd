//! Changing name and value of a credential, or the name alone.

use contract::api::Patch;
use contract::credentials::{Credential, UpdateCredential};
use leptos::prelude::*;

use super::{
    Done,
    conflict::LoadCurrent,
    form::{Faults, NAME_ID, VALUE_ID, name_fault},
    reconcile,
};
use crate::{
    api::{ReadClient, WriteClient},
    credentials::messages,
    ui::{
        Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, FieldIds, GeneralError, Save,
        TextField, use_toasts,
        value_field::{ValueField, ValueHandle},
    },
};

/// The dialogs Edit and Rename.
#[component]
pub fn EditCredentialDialog(
    /// The credential as it was fetched.
    credential: Credential,
    /// Without the value.
    rename_only: bool,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let title = if rename_only {
        messages::rename_title(&credential.name)
    } else {
        messages::edit(&credential.name)
    };
    let begun_with = StoredValue::new(credential.name.clone());
    let name = RwSignal::new(credential.name.clone());
    let credential = RwSignal::new(credential);
    let value = ValueHandle::new();
    let is_dirty = Callback::new(move |()| {
        value.is_dirty() || begun_with.with_value(|begun_with| *begun_with != name.get_untracked())
    });
    view! {
        <Dialog title is_dirty on_close>
            <EditForm credential name value rename_only on_done />
        </Dialog>
    }
}

#[component]
fn EditForm(
    credential: RwSignal<Credential>,
    name: RwSignal<String>,
    value: ValueHandle,
    rename_only: bool,
    on_done: Callback<Done>,
) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let faults = Faults::new();
    let keep_value = RwSignal::new(rename_only);
    let said = RwSignal::new(None::<String>);
    let submit = Callback::new(move |()| {
        let asked_value = (!keep_value.get_untracked()).then_some(value);
        if !faults.check(&name.get_untracked(), asked_value) {
            return;
        }
        said.set(None);
        let before = credential.get_untracked();
        let (id, revision) = (before.id, before.revision);
        let trimmed = StoredValue::new(name.get_untracked().trim().to_owned());
        let version = before.version + i64::from(asked_value.is_some());
        save.run(
            move || {
                let input = UpdateCredential {
                    name: Patch::Set(trimmed.get_value()),
                    value: asked_value.map_or(Patch::Absent, |value| Patch::Set(value.take())),
                    ..UpdateCredential::default()
                };
                async move { WriteClient.update_credential(id, revision, &input).await }
            },
            move || {
                let name = trimmed.get_value();
                reconcile::after_update(client.get_value(), id, revision, move |credential| {
                    credential.name == name && credential.version == version
                })
            },
            move |saved: Credential| {
                value.clear();
                dialog.close();
                toasts.say(if asked_value.is_some() {
                    messages::rotated(saved.used_by, &saved.name)
                } else {
                    messages::renamed(&before.name, &saved.name)
                });
                on_done.run(Done::Saved(Box::new(saved)));
            },
            move || {
                if let Some(problem) = save.problem() {
                    faults.take_from(&problem, asked_value);
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
                    label=messages::name()
                    value=name
                    help=messages::name_help()
                    error=faults.name
                    autofocus=true
                    on_check=Callback::new(move |()| faults.name.set(name_fault(&name.get_untracked())))
                />
                <Show when=move || !rename_only>
                    <KeepValue keep_value on_change=Callback::new(move |()| faults.value.set(None)) />
                </Show>
                <div class="field-slot" hidden=move || keep_value.get()>
                    <ValueField
                        id=VALUE_ID
                        handle=value
                        label=messages::value()
                        help=messages::value_help_edit()
                        error=faults.value
                        on_check=Callback::new(move |()| faults.check_value(value))
                        on_submit=submit
                    />
                </div>
                <p role="status">{move || said.get()}</p>
            </DialogBody>
            <GeneralError state=save.state() pointers=&["/name", "/value"]>
                <LoadCurrent save credential said />
            </GeneralError>
            <DialogFooter busy=save.busy() />
        </DialogForm>
    }
}

/// The switch "Only rename, keep the value".
#[component]
fn KeepValue(keep_value: RwSignal<bool>, on_change: Callback<()>) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=keep_value
                on:change=move |event| {
                    keep_value.set(event_target_checked(&event));
                    on_change.run(());
                }
            />
            <span>{messages::only_rename()}</span>
        </label>
    }
}
