//! Creating a credential without leaving the form that needs it.

use leptos::html::Input;
use leptos::prelude::*;

use super::driver::Draft;
use super::{PickerHandle, text};
use crate::api::{ClientError, Query, ReadClient, WriteClient};
use crate::credentials::{CreateCredential, Credential, CredentialSummary};
use crate::names::parse_name;
use crate::secret::SecretValue;
use crate::ui::value_field::{ValueField, ValueHandle};
use crate::ui::{
    Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, FieldIds, GeneralError, Look, Save, TextField,
};

const NAME_ID: &str = "create-here-name";
const VALUE_ID: &str = "create-here-value";
const MAX_VALUE_BYTES: usize = 64 * 1024;

/// The inner dialog: a sibling of the outer form, so that neither knows of the other's Enter and Escape.
#[component]
pub(super) fn CreateHere(
    handle: PickerHandle,
    draft: Draft,
    host: Signal<Option<String>>,
    on_close: Callback<()>,
) -> impl IntoView {
    let name = RwSignal::new(draft.name.clone());
    let value = ValueHandle::new();
    if draft.with_paste {
        handle.paste.update_value(|paste| value.fill(std::mem::take(paste)));
    }
    let begun_with = StoredValue::new(draft.name);
    let is_dirty =
        Callback::new(move |()| value.is_dirty() || begun_with.with_value(|begun| *begun != name.get_untracked()));
    view! {
        <Dialog title=text::create_title() is_dirty on_close>
            <CreateForm handle name value host/>
        </Dialog>
    }
}

#[component]
fn CreateForm(
    handle: PickerHandle,
    name: RwSignal<String>,
    value: ValueHandle,
    host: Signal<Option<String>>,
) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let name_fault = RwSignal::new(None::<String>);
    let value_fault = RwSignal::new(None::<String>);
    let input = NodeRef::<Input>::new();
    select_when_mounted(input);

    let check_name = move || {
        let fault = parse_name(&name.get_untracked()).err();
        name_fault.set(fault.map(|fault| fault.detail().to_owned()));
        fault.is_none()
    };
    let focus_first_fault = move || {
        if name_fault.get_untracked().is_some() {
            if let Some(input) = input.get_untracked() {
                // It is shown, so it can take the focus.
                let _ = input.focus();
            }
        } else if value_fault.get_untracked().is_some() {
            value.focus();
        }
    };
    let submit = Callback::new(move |()| {
        let name_fits = check_name();
        let fault = value_words(&value.take());
        value_fault.set(fault.map(str::to_owned));
        if !name_fits || fault.is_some() {
            focus_first_fault();
            return;
        }
        save.run(
            move || {
                let input = CreateCredential {
                    name: name.get_untracked().trim().to_owned(),
                    value: value.take(),
                    allowed_hosts: Vec::new(),
                };
                async move { WriteClient.create_credential(&input).await }
            },
            move || look_for(client.get_value(), name.get_untracked()),
            move |created: Credential| {
                let sendable = value.is_sendable();
                value.clear();
                dialog.close();
                handle.select_created(CredentialSummary::from(&created), sendable);
                request_animation_frame(move || handle.focus());
            },
            move || {
                let problem = save.problem();
                name_fault.set(problem.as_ref().and_then(|problem| {
                    let taken = (problem.slug() == "name-taken").then(|| problem.detail.clone());
                    taken.or_else(|| problem.field("/name").map(|fault| fault.detail.clone()))
                }));
                value_fault.set(
                    problem
                        .as_ref()
                        .and_then(|problem| problem.field("/value"))
                        .map(|fault| fault.detail.clone()),
                );
                focus_first_fault();
            },
        );
    });
    let found = Callback::new(move |found: String| {
        name.update(|name| {
            if name.trim().is_empty() {
                *name = found;
            }
        });
    });
    let help = Signal::derive(move || format!("{} {}", text::value_help(), text::goes_to(host.get().as_deref())));
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <TextField
                    ids=FieldIds::of(NAME_ID)
                    label=text::name()
                    value=name
                    help=text::name_help()
                    error=name_fault
                    autofocus=true
                    node_ref=input
                    on_check=Callback::new(move |()| {
                        check_name();
                    })
                />
                <ValueField
                    id=VALUE_ID
                    handle=value
                    label=text::value()
                    help
                    error=value_fault
                    on_name_found=found
                    on_submit=submit
                    for_header=true
                />
                <GeneralError state=save.state() pointers=&["/name", "/value"]/>
            </DialogBody>
            <DialogFooter busy=save.busy()/>
        </DialogForm>
    }
}

/// What is wrong with a value, in words.
fn value_words(value: &SecretValue) -> Option<&'static str> {
    if value.is_empty() {
        Some(text::value_missing())
    } else if value.exceeds(MAX_VALUE_BYTES) {
        Some(text::value_too_long())
    } else {
        None
    }
}

/// What was searched for stands in Name, selected, so that typing replaces it.
fn select_when_mounted(input: NodeRef<Input>) {
    input.on_load(move |input| {
        request_animation_frame(move || {
            let _ = input.focus();
            input.select();
        });
    });
}

/// The answer was lost: is there a credential of this name now? Its value cannot be compared, so a credential that
/// may have been there before is not taken for the new one.
async fn look_for(client: ReadClient, name: String) -> Result<Look<Credential>, ClientError> {
    let name = name.trim().to_owned();
    let query = Query {
        search: Some(name.clone()),
        sort: Some("-created_at".to_owned()),
        ..Query::default()
    };
    let page = client.credentials(&query).await?;
    Ok(page
        .items
        .into_iter()
        .find(|item| item.name == name && item.revision == 1)
        .map_or(Look::NotSaved, Look::Saved))
}
