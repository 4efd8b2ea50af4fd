//! Switching an account off and on.

use contract::api::Patch;
use contract::users::{UpdateUser, User, UserState};
use leptos::prelude::*;

use super::Done;
use crate::{
    api::{ReadClient, WriteClient},
    ui::{
        ButtonKind, Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, GeneralError, Save, WriteOutcome,
        use_toasts,
    },
    users::messages,
};

/// Asks, and switches.
#[component]
pub fn SwitchUserDialog(
    /// The user as they were fetched.
    user: User,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let off = user.state != UserState::Disabled;
    let title = messages::switch_title(&user.name, off);
    let user = StoredValue::new(user);
    view! {
        <Dialog title on_close>
            <SwitchForm user=user.get_value() off on_done />
        </Dialog>
    }
}

#[component]
fn SwitchForm(user: User, off: bool, on_done: Callback<Done>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let User { id, revision, name, .. } = user;
    let name = StoredValue::new(name);
    let submit = Callback::new(move |()| {
        save.run(
            move || async move {
                let input = UpdateUser {
                    disabled: Patch::Set(off),
                    ..UpdateUser::default()
                };
                WriteClient.update_user(id, revision, &input).await
            },
            move || {
                let client = client.get_value();
                async move {
                    let user = client.user(id).await?;
                    let done = (user.state == UserState::Disabled) == off;
                    Ok(if done {
                        WriteOutcome::Saved(user)
                    } else {
                        WriteOutcome::NotSaved
                    })
                }
            },
            move |_| {
                dialog.close();
                toasts.say(name.with_value(|name| messages::switched(name, off)));
                on_done.run(Done::Saved);
            },
            || {},
        );
    });
    let (words, kind) = if off {
        (messages::disable(), ButtonKind::Danger)
    } else {
        (messages::enable(), ButtonKind::Primary)
    };
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <p>{messages::switch_means(off)}</p>
            </DialogBody>
            <GeneralError state=save.state() />
            <DialogFooter save=words kind busy=save.busy() focus_cancel=off />
        </DialogForm>
    }
}
