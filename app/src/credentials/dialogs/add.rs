//! Adding a credential.

use contract::credentials::{CreateCredential, Credential};
use leptos::prelude::*;

use super::{
    Done,
    form::{Faults, NAME_ID, VALUE_ID, name_fault},
    reconcile::{self, Added},
};
use crate::{
    accounts::use_me,
    api::{ReadClient, WriteClient},
    credentials::messages,
    ui::{
        Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, FieldIds, GeneralError, Save,
        TextField, use_toasts,
        value_field::{ValueField, ValueHandle},
    },
};

#[component]
pub fn AddCredentialDialog(on_close: Callback<()>, on_done: Callback<Done>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let value = ValueHandle::new();
    let toasts = use_toasts();
    let is_dirty = Callback::new(move |()| untrack(|| value.is_dirty()) || !name.get_untracked().is_empty());
    let on_added = Callback::new(move |added: Credential| {
        toasts.say(messages::added(&added.name));
        on_done.run(Done::Saved(Box::new(added)));
    });
    view! {
        <Dialog title=messages::add() is_dirty on_close>
            <AddForm name value help=messages::value_help_add() on_added />
        </Dialog>
    }
}

/// The form of every dialog that adds a credential. It closes the dialog once it is done.
#[component]
pub fn AddForm(
    /// What stands in Name.
    name: RwSignal<String>,
    /// What stands in Value.
    value: ValueHandle,
    /// The help of Value.
    #[prop(into)]
    help: Signal<String>,
    /// Whether the value is meant for a header.
    #[prop(optional)]
    for_header: bool,
    /// The element of Name, for selecting what stands there.
    #[prop(optional)]
    name_ref: NodeRef<leptos::html::Input>,
    /// Shown below the fields.
    #[prop(optional, into)]
    below: ViewFn,
    /// Added; the value is still in its field.
    on_added: Callback<Credential>,
) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let faults = Faults::new();
    let me = use_me().map(|me| me.id);
    let submit = Callback::new(move |()| {
        if !faults.check(&name.get_untracked(), Some(value)) {
            return;
        }
        let added = StoredValue::new(Added {
            name: name.get_untracked().trim().to_owned(),
            owner: me,
            sent_at: reconcile::now(),
        });
        save.run(
            move || {
                let name = added.with_value(|added| added.name.clone());
                let input = CreateCredential::new(name, value.take());
                async move { WriteClient.create_credential(&input).await }
            },
            move || reconcile::after_create(client.get_value(), added.get_value()),
            move |added: Credential| {
                on_added.run(added);
                value.clear();
                dialog.close();
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
                    label=messages::name()
                    value=name
                    help=messages::name_help()
                    error=faults.name
                    autofocus=true
                    node_ref=name_ref
                    on_check=Callback::new(move |()| faults.name.set(name_fault(&name.get_untracked())))
                />
                <ValueField
                    id=VALUE_ID
                    handle=value
                    label=messages::value()
                    help
                    error=faults.value
                    on_check=Callback::new(move |()| faults.check_value(value))
                    on_name_found=Callback::new(move |found: String| {
                        if name.get_untracked().trim().is_empty() {
                            name.set(found);
                        }
                    })
                    on_submit=submit
                    for_header
                />
                {move || below.run()}
            </DialogBody>
            <GeneralError state=save.state() pointers=&["/name", "/value"] />
            <DialogFooter busy=save.busy() />
        </DialogForm>
    }
}
