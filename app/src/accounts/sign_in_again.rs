//! Signing in over a form whose session has ended.

use contract::accounts::SignIn;
use contract::secret::SecretValue;
use leptos::{html, prelude::*, task::spawn_local};

use super::{messages, use_me};
use crate::{
    api::WriteClient,
    ui::{
        Dialog, DialogBody, DialogFooter, DialogForm, FieldFrame, FieldIds, Icon, IconKind, ReauthOutcome, SignInAgain,
        TextField, problem_text::error_words,
    },
};

/// Opens by itself, whenever a form finds that its session has ended.
#[component]
pub fn SignInAgainDialog() -> impl IntoView {
    let again = SignInAgain::from_context();
    let wanted = again.wanted();
    view! {
        <Show when=move || wanted.get()>
            <SignInForm again />
        </Show>
    }
}

#[component]
fn SignInForm(again: SignInAgain) -> impl IntoView {
    let me = StoredValue::new(use_me());
    let email = RwSignal::new(me.with_value(|me| me.as_ref().map(|me| me.email.clone()).unwrap_or_default()));
    let password = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let ids = StoredValue::new(FieldIds::unique());

    let submit = Callback::new(move |()| {
        let Some(element) = password.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let input = SignIn {
            email: email.get_untracked(),
            password: SecretValue::new(element.value()),
        };
        spawn_local(async move {
            let answer = WriteClient.sign_in(&input).await;
            // Closed in the meantime: the session stands, and whoever waited was told.
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(now) => {
                    let same = me.with_value(|me| me.as_ref().is_some_and(|me| me.id == now.id));
                    again.answer(if same {
                        ReauthOutcome::SamePerson
                    } else {
                        ReauthOutcome::OtherPerson
                    });
                }
                Err(error) if error.is_unauthorized() => {
                    failure.set(Some(messages::sign_in_error("wrong").to_owned()));
                    element.select();
                }
                Err(error) => failure.set(Some(error_words(&error))),
            }
        });
    });
    view! {
        <Dialog title=messages::sign_in_again() on_close=Callback::new(move |()| again.answer(ReauthOutcome::Declined))>
            <DialogForm on_submit=submit>
                <DialogBody>
                    <p class="dialog-about">{messages::sign_in_again_about()}</p>
                    <TextField label=messages::email() value=email kind="email" autocomplete="username" />
                    <FieldFrame ids=ids.get_value() label=messages::password()>
                        <input
                            node_ref=password
                            class="field-input"
                            id=ids.with_value(|ids| ids.control.clone())
                            type="password"
                            autocomplete="current-password"
                            autofocus=true
                        />
                    </FieldFrame>
                    <div role="alert">
                        <Show when=move || failure.get().is_some()>
                            <div class="notice notice-danger">
                                <Icon kind=IconKind::Alert />
                                <p>{move || failure.get()}</p>
                            </div>
                        </Show>
                    </div>
                </DialogBody>
                <DialogFooter save=messages::sign_in() busy=busy />
            </DialogForm>
        </Dialog>
    }
}
