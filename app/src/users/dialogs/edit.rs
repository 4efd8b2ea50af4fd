//! Changing name and role.

use contract::api::Patch;
use contract::users::{UpdateUser, User};
use leptos::{prelude::*, task::spawn_local};

use super::{
    Done,
    fields::{Faults, NameField, RoleChoice, chosen},
};
use crate::{
    accounts::{messages::role as role_words, own_name},
    api::{ReadClient, WriteClient},
    ui::{
        Button, Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, GeneralError, Save,
        WriteOutcome, use_toasts,
    },
    users::messages,
};

#[component]
pub fn EditUserDialog(
    /// The user as they were fetched.
    user: User,
    /// Whether it is one's own account.
    is_own: bool,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let title = messages::edit(&user.name);
    let name = RwSignal::new(user.name.clone());
    let role = RwSignal::new(user.role.as_str());
    let begun_with = StoredValue::new((user.name.clone(), user.role.as_str()));
    let user = RwSignal::new(user);
    let is_dirty = Callback::new(move |()| {
        begun_with.with_value(|(begun_name, begun_role)| {
            name.with_untracked(|name| name != begun_name) || role.get_untracked() != *begun_role
        })
    });
    view! {
        <Dialog title is_dirty on_close>
            <EditForm user name role is_own on_done />
        </Dialog>
    }
}

#[component]
fn EditForm(
    user: RwSignal<User>,
    name: RwSignal<String>,
    role: RwSignal<&'static str>,
    is_own: bool,
    on_done: Callback<Done>,
) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let own_name = own_name();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let faults = Faults::new();
    let said = RwSignal::new(None::<String>);
    let submit = Callback::new(move |()| {
        if !faults.check(&name.get_untracked(), None) {
            return;
        }
        said.set(None);
        let (id, revision) = user.with_untracked(|user| (user.id, user.revision));
        let wanted = StoredValue::new((name.get_untracked().trim().to_owned(), chosen(role)));
        save.run(
            move || {
                let (name, role) = wanted.get_value();
                let input = UpdateUser {
                    name: Patch::Set(name),
                    role: Patch::Set(role),
                    disabled: Patch::Absent,
                };
                async move { WriteClient.update_user(id, revision, &input).await }
            },
            move || {
                let (client, (name, role)) = (client.get_value(), wanted.get_value());
                async move {
                    let user = client.user(id).await?;
                    let saved = user.name == name && user.role == role;
                    Ok(if saved {
                        WriteOutcome::Saved(user)
                    } else {
                        WriteOutcome::NotSaved
                    })
                }
            },
            move |saved: User| {
                dialog.close();
                toasts.say(messages::saved(&saved.name));
                if is_own {
                    own_name.set(saved.name);
                }
                on_done.run(Done::Saved);
            },
            move || {
                if let Some(problem) = save.problem() {
                    faults.take_from(&problem);
                }
            },
        );
    });
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <ErrorSummary issues=faults.issues() />
                <NameField name faults autofocus=true />
                <RoleChoice role />
                <p role="status">{move || said.get()}</p>
            </DialogBody>
            <GeneralError state=save.state() pointers=&["/name"]>
                <LoadCurrent save user said />
            </GeneralError>
            <DialogFooter busy=save.busy() />
        </DialogForm>
    }
}

/// A button below the error of a conflict: what was typed stays, and is saved over what is there now.
#[component]
fn LoadCurrent(save: Save, user: RwSignal<User>, said: RwSignal<Option<String>>) -> impl IntoView {
    let client = StoredValue::new(ReadClient::from_context());
    let load = Callback::new(move |_| {
        let (client, id) = (client.get_value(), user.with_untracked(|user| user.id));
        spawn_local(async move {
            // A failure leaves the conflict on the screen, with its button. The dialog may be closed by now.
            if let Ok(current) = client.user(id).await {
                let words = messages::loaded_current(&current.name, role_words(current.role));
                if said.try_set(Some(words)).is_none() {
                    user.set(current);
                    save.reset();
                }
            }
        });
    });
    view! {
        <Show when=move || save.met_conflict()>
            <p>
                <Button on_press=load>{messages::load_current()}</Button>
            </p>
        </Show>
    }
}
