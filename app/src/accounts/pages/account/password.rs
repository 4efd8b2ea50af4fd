//! One's own password. Both fields are read from the page at the moment of saving and are in no signal.

use contract::accounts::UpdateMe;
use contract::api::Patch;
use contract::problem::Problem;
use contract::secret::SecretValue;
use leptos::{html, prelude::*};

use super::super::super::messages;
use crate::{
    accounts::use_me,
    api::WriteClient,
    ui::{Button, ButtonKind, FieldFrame, FieldIds, GeneralError, Save, WriteOutcome, focus_element, use_toasts},
};

const CURRENT_ID: &str = "current-password";
const NEW_ID: &str = "new-password";

#[derive(Clone, Copy)]
struct Faults {
    current: RwSignal<Option<String>>,
    new: RwSignal<Option<String>>,
}

impl Faults {
    /// Puts the focus to the first bad field; tells whether there is none.
    fn focus_first(self) -> bool {
        if self.current.with_untracked(Option::is_some) {
            focus_element(CURRENT_ID);
        } else if self.new.with_untracked(Option::is_some) {
            focus_element(NEW_ID);
        } else {
            return true;
        }
        false
    }

    fn take_from(self, problem: &Problem) {
        let of = |pointer| problem.field(pointer).map(|error| error.detail.clone());
        self.current.set(of("/current_password"));
        self.new.set(of("/new_password"));
        self.focus_first();
    }
}

/// Changes the password and signs out everywhere else.
#[component]
pub fn PasswordCard() -> impl IntoView {
    let email = use_me().map(|me| me.email).unwrap_or_default();
    let (current, new) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let faults = Faults {
        current: RwSignal::new(None),
        new: RwSignal::new(None),
    };
    let toasts = use_toasts();
    let save = Save::new();
    let read = move |field: NodeRef<html::Input>| {
        SecretValue::new(field.get_untracked().map(|field| field.value()).unwrap_or_default())
    };
    let empty = move || {
        for field in [current, new].into_iter().filter_map(|field| field.get_untracked()) {
            field.set_value("");
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let missing = |field, words: &str| read(field).is_empty().then(|| words.to_owned());
        faults
            .current
            .set(missing(current, messages::current_password_missing()));
        faults.new.set(missing(new, messages::new_password_missing()));
        if !faults.focus_first() {
            return;
        }
        save.run(
            move || {
                let input = UpdateMe {
                    current_password: Patch::Set(read(current)),
                    new_password: Patch::Set(read(new)),
                    ..UpdateMe::default()
                };
                async move { WriteClient.update_me(&input).await.map(drop) }
            },
            // Nothing that can be read tells: trying again does, since the old password is not right any more then.
            || async { Ok(WriteOutcome::Unknown(messages::password_not_known())) },
            move |()| {
                empty();
                toasts.say(messages::password_saved());
            },
            move || {
                if let Some(problem) = save.problem() {
                    faults.take_from(&problem);
                }
            },
        );
    };
    view! {
        <section class="card" aria-labelledby="own-password-heading">
            <h2 id="own-password-heading">{messages::password()}</h2>
            <form class="card-form" method="post" novalidate on:submit=submit>
                <p class="dialog-about">{messages::password_about()}</p>
                // For password managers, which keep a password under its account.
                <input
                    class="visually-hidden"
                    type="email"
                    autocomplete="username"
                    tabindex="-1"
                    aria-hidden="true"
                    readonly
                    value=email
                />
                <PasswordField
                    id=CURRENT_ID
                    label=messages::current_password()
                    autocomplete="current-password"
                    error=faults.current
                    node_ref=current
                />
                <PasswordField
                    id=NEW_ID
                    label=messages::new_password()
                    help=messages::password_help()
                    autocomplete="new-password"
                    error=faults.new
                    node_ref=new
                />
                <GeneralError state=save.state() pointers=&["/current_password", "/new_password"] />
                <p>
                    <Button kind=ButtonKind::Primary submit=true busy=save.busy()>
                        {messages::change_password()}
                    </Button>
                </p>
            </form>
        </section>
    }
}

#[component]
fn PasswordField(
    id: &'static str,
    label: &'static str,
    #[prop(optional, into)] help: MaybeProp<String>,
    autocomplete: &'static str,
    error: RwSignal<Option<String>>,
    node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let ids = FieldIds::of(id);
    let described = {
        let ids = ids.clone();
        move || ids.described_by(help.get().is_some(), error.get().is_some())
    };
    view! {
        <FieldFrame ids label help error>
            <input
                node_ref=node_ref
                class="field-input"
                id=id
                type="password"
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
            />
        </FieldFrame>
    }
}
