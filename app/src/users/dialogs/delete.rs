//! Deleting a user.

use contract::problem::Problem;
use contract::users::{Owned, User};
use leptos::{prelude::*, task::spawn_local};

use super::{
    Done,
    estate::{EstateChoice, EstateFields},
    owned::OwnedList,
};
use crate::{
    api::{ClientError, ReadClient, WriteClient},
    ui::{
        ButtonKind, Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, GeneralError, Save, WriteOutcome,
        focus_autofocus, problem_text::error_words, use_toasts,
    },
    users::messages,
};

/// The question before deleting. The focus begins on Cancel.
#[component]
pub fn DeleteUserDialog(
    /// The user as they were fetched.
    user: User,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let client = ReadClient::from_context();
    let id = user.id;
    let title = messages::delete_title(&user.name);
    let found = LocalResource::new(move || {
        let client = client.clone();
        async move { client.user_owned(id).await }
    });
    let user = StoredValue::new(user);
    view! {
        <Dialog title on_close>
            {move || match found.get() {
                None => ().into_any(),
                Some(Ok(owned)) => view! { <DeleteForm user=user.get_value() owned on_done /> }.into_any(),
                Some(Err(error)) => {
                    view! {
                        <DialogBody>
                            <p>{error_words(&error)}</p>
                        </DialogBody>
                    }
                        .into_any()
                }
            }}
        </Dialog>
    }
}

/// Refuses in the server's way where something else is owned than what was shown.
fn still_so(shown: &Owned, now: &Owned) -> Result<(), ClientError> {
    if shown == now {
        return Ok(());
    }
    Err(ClientError::Problem(Box::new(Problem::local("owns-records", 409))))
}

#[component]
fn DeleteForm(user: User, owned: Owned, on_done: Callback<Done>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let choice = EstateChoice::new();
    let owned = RwSignal::new(owned);
    let owns = Signal::derive(move || owned.with(|owned| !owned.is_empty()));
    let changed = RwSignal::new(false);
    let id = user.id;
    let revision = RwSignal::new(user.revision);
    let name = StoredValue::new(user.name);
    // Whoever was told what changed may go on.
    let take_revision = move || {
        let client = client.get_value();
        spawn_local(async move {
            if let Ok(current) = client.user(id).await {
                // The dialog may be closed by now.
                let _ = revision.try_set(current.revision);
            }
        });
    };
    // What is owned is shown as it is now, and asked about again.
    let show_anew = move || {
        let client = client.get_value();
        spawn_local(async move {
            let Ok(now) = client.user_owned(id).await else { return };
            // The dialog may be closed by now.
            if owned.try_set(now).is_none() {
                changed.set(true);
                choice.ask_again();
                save.reset();
            }
        });
    };
    let submit = Callback::new(move |()| {
        let decided = owned.with_untracked(|owned| name.with_value(|name| choice.decided(name, owned)));
        let Some(estate) = decided else { return };
        save.run(
            move || {
                let (client, shown) = (client.get_value(), owned.get_untracked());
                let revision = revision.get_untracked();
                async move {
                    // What was decided is about what was shown: anything else is shown first.
                    still_so(&shown, &client.user_owned(id).await?)?;
                    WriteClient.delete_user(id, revision, estate).await
                }
            },
            move || {
                let client = client.get_value();
                async move {
                    match client.user(id).await {
                        Ok(_) => Ok(WriteOutcome::NotSaved),
                        Err(error) if error.slug() == Some("not-found") => Ok(WriteOutcome::Saved(())),
                        Err(error) => Err(error),
                    }
                }
            },
            move |()| {
                dialog.close();
                toasts.say(name.with_value(|name| messages::deleted(name)));
                on_done.run(Done::Deleted(id));
            },
            move || {
                take_revision();
                let Some(problem) = save.problem() else { return };
                if problem.slug() == "owns-records" {
                    show_anew();
                } else if problem.field("/transfer_to").is_some() {
                    choice.refuse_new_owner(messages::new_owner_gone());
                }
            },
        );
    });
    // The form came after the dialog had opened: the focus begins on Cancel all the same.
    Effect::new(focus_autofocus);
    let words = move || {
        name.with_value(|name| {
            owned.with(|owned| {
                if owned.is_empty() {
                    messages::delete_means(name)
                } else {
                    messages::owns(name, owned)
                }
            })
        })
    };
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <div class="notice" class:notice-danger=owns>
                    <p>{words}</p>
                </div>
                <p role="status" hidden=move || !changed.get()>
                    {move || changed.get().then(messages::owned_changed)}
                </p>
                <Show when=move || owns.get()>
                    <OwnedList owned />
                    <EstateFields choice leaving=id name owned />
                </Show>
            </DialogBody>
            <GeneralError state=save.state() pointers=&["/transfer_to"] />
            <DialogFooter save=messages::delete_button() kind=ButtonKind::Danger busy=save.busy() focus_cancel=true />
        </DialogForm>
    }
}
