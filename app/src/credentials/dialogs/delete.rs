//! Deleting a credential.

use contract::api::Page;
use contract::credentials::{Credential, Reference};
use contract::problem::Problem;
use leptos::{prelude::*, task::spawn_local};

use super::{Done, reconcile, references::ReferenceList};
use crate::{
    api::{ClientError, ReadClient, WriteClient},
    credentials::messages,
    ui::{
        ButtonKind, Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, FieldIds, GeneralError, Save,
        TextField, focus_autofocus, focus_when_painted, use_toasts,
    },
};

const CONFIRM_ID: &str = "credential-confirm";

/// What is known to use the credential.
#[derive(Clone, Debug, Default, PartialEq)]
struct Uses {
    items: Vec<Reference>,
    total: i64,
    hidden: i64,
}

impl From<Page<Reference>> for Uses {
    fn from(page: Page<Reference>) -> Self {
        Self {
            items: page.items,
            total: page.total,
            hidden: page.hidden,
        }
    }
}

impl Uses {
    /// Refuses in the server's way where something was attached or detached since.
    fn still_so(&self, now: Self) -> Result<(), ClientError> {
        let key = |item: &Reference| (item.kind.as_str(), item.id);
        let same = self.total == now.total && self.items.iter().map(key).eq(now.items.iter().map(key));
        if same {
            return Ok(());
        }
        Err(ClientError::Problem(Box::new(Problem {
            references: Some(now.items),
            references_total: Some(now.total),
            ..Problem::local("in-use", 409)
        })))
    }

    /// What a refusal says, where it says more than was known.
    fn from_refusal(problem: &Problem) -> Option<Self> {
        let items = problem.references.clone()?;
        let total = problem.references_total?;
        let shown = i64::try_from(items.len()).unwrap_or(total);
        // The refusal lists the first ones that this person may see; it does not tell the hidden ones apart.
        let hidden = if items.len() < 10 { (total - shown).max(0) } else { 0 };
        Some(Self { items, total, hidden })
    }
}

/// The question before deleting. The focus begins on Cancel.
#[component]
pub fn DeleteCredentialDialog(
    /// The credential as it was fetched.
    credential: Credential,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let client = ReadClient::from_context();
    let id = credential.id;
    let title = messages::delete_title(&credential.name);
    let found = LocalResource::new(move || {
        let client = client.clone();
        async move { client.credential_references(id).await }
    });
    let credential = StoredValue::new(credential);
    view! {
        <Dialog title on_close>
            {move || {
                found
                    .get()
                    .map(|found| {
                        let known = found
                            .map_or_else(
                                |_| Uses {
                                    total: credential.with_value(|credential| credential.used_by),
                                    ..Uses::default()
                                },
                                Uses::from,
                            );
                        // Without the list the count still says whether the name must be typed.
                        view! { <DeleteForm credential=credential.get_value() known on_done /> }
                    })
            }}
        </Dialog>
    }
}

#[component]
fn DeleteForm(credential: Credential, known: Uses, on_done: Callback<Done>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let uses = RwSignal::new(known);
    let total = Signal::derive(move || uses.with(|uses| uses.total));
    let in_use = Signal::derive(move || total.get() > 0);
    let changed = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let id = credential.id;
    let revision = RwSignal::new(credential.revision);
    let name = StoredValue::new(credential.name);
    // Whoever was told what changed may go on, unless it is called something else now.
    let take_revision = move || {
        let client = client.get_value();
        spawn_local(async move {
            if let Ok(current) = client.credential(id).await
                && name.try_with_value(|name| *name == current.name) == Some(true)
            {
                // The dialog may be closed by now.
                let _ = revision.try_set(current.revision);
            }
        });
    };

    let submit = Callback::new(move |()| {
        let force = in_use.get_untracked();
        if force && name.with_value(|name| typed.get_untracked().trim() != name) {
            fault.set(Some(name.with_value(|name| messages::name_not_typed(name))));
            focus_when_painted(CONFIRM_ID);
            return;
        }
        fault.set(None);
        save.run(
            move || {
                let (client, known) = (client.get_value(), uses.get_untracked());
                let revision = revision.get_untracked();
                async move {
                    // What was confirmed is what was shown: anything attached since then is shown first.
                    let now = client.credential_references(id).await;
                    // Without force the server itself refuses what is in use.
                    if force || now.is_ok() {
                        known.still_so(now?.into())?;
                    }
                    WriteClient.delete_credential(id, revision, force).await
                }
            },
            move || reconcile::after_delete(client.get_value(), id),
            move |()| {
                dialog.close();
                toasts.say(name.with_value(|name| messages::deleted(name)));
                on_done.run(Done::Deleted(id));
            },
            move || {
                take_revision();
                let newer = save.problem().as_deref().and_then(Uses::from_refusal);
                if let Some(newer) = newer {
                    changed.set(true);
                    uses.set(newer);
                    typed.set(String::new());
                    save.reset();
                    focus_when_painted(CONFIRM_ID);
                }
            },
        );
    });
    // The form came after the dialog had opened: the focus begins on Cancel all the same.
    Effect::new(focus_autofocus);
    let items = Signal::derive(move || uses.with(|uses| uses.items.clone()));
    let hidden = Signal::derive(move || uses.with(|uses| uses.hidden));
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <div class="notice" class:notice-danger=in_use>
                    <p>
                        {move || {
                            if in_use.get() { messages::in_use(total.get()) } else { messages::not_in_use().to_owned() }
                        }} " " {messages::destroyed()}
                    </p>
                </div>
                <p role="status" hidden=move || !changed.get()>
                    {move || changed.get().then(messages::references_changed)}
                </p>
                <Show when=move || in_use.get()>
                    <ReferenceList items total hidden />
                    <TextField
                        ids=FieldIds::of(CONFIRM_ID)
                        label=name.with_value(|name| messages::type_name(name))
                        value=typed
                        error=fault
                    />
                </Show>
            </DialogBody>
            <GeneralError state=save.state() />
            <DialogFooter
                save=Signal::derive(move || messages::delete_button(in_use.get()).to_owned())
                kind=ButtonKind::Danger
                busy=save.busy()
                focus_cancel=true
            />
        </DialogForm>
    }
}
