//! The choice of what becomes of what a user owns.

use contract::accounts::UserId;
use contract::credentials::ReferrerKind;
use contract::users::{Estate, Owned};
use leptos::prelude::*;

use super::new_owner::{NEW_OWNER_ID, NewOwnerField};
use crate::{
    accounts::use_me,
    ui::{Choice, ChoiceOption, FieldIds, TextField, focus_when_painted},
    users::messages,
};

const CONFIRM_ID: &str = "user-confirm";
const TRANSFER: &str = "transfer";
const DESTROY: &str = "destroy";

/// What was chosen so far, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct EstateChoice {
    way: RwSignal<&'static str>,
    new_owner: RwSignal<Option<UserId>>,
    new_owner_fault: RwSignal<Option<String>>,
    typed: RwSignal<String>,
    typed_fault: RwSignal<Option<String>>,
}

impl EstateChoice {
    /// Begins with what breaks nothing: everything goes to whoever deletes.
    pub fn new() -> Self {
        Self {
            way: RwSignal::new(TRANSFER),
            new_owner: RwSignal::new(use_me().map(|me| me.id)),
            new_owner_fault: RwSignal::new(None),
            typed: RwSignal::new(String::new()),
            typed_fault: RwSignal::new(None),
        }
    }

    /// What was decided; nothing, with the focus on the fault, where something is missing.
    pub fn decided(&self, name: &str, owned: &Owned) -> Option<Estate> {
        if owned.is_empty() {
            return Some(Estate::None);
        }
        if self.way.get_untracked() == TRANSFER {
            let new_owner = self.new_owner.get_untracked();
            if new_owner.is_none() {
                self.refuse_new_owner(messages::new_owner_missing());
            }
            return new_owner.map(Estate::TransferTo);
        }
        if self.typed.with_untracked(|typed| typed.trim() != name) {
            self.typed_fault.set(Some(messages::name_not_typed(name)));
            focus_when_painted(CONFIRM_ID);
            return None;
        }
        self.typed_fault.set(None);
        Some(Estate::WithCredentials)
    }

    /// Says what is wrong with the new owner.
    pub fn refuse_new_owner(&self, words: &str) {
        self.new_owner_fault.set(Some(words.to_owned()));
        focus_when_painted(NEW_OWNER_ID);
    }

    /// Asks again: what is owned has changed.
    pub fn ask_again(&self) {
        self.typed.set(String::new());
    }
}

/// The two choices; the second one needs the name typed.
#[component]
pub fn EstateFields(
    choice: EstateChoice,
    leaving: UserId,
    name: StoredValue<String>,
    #[prop(into)] owned: Signal<Owned>,
) -> impl IntoView {
    let counts = Memo::new(move |_| {
        owned.with(|owned| {
            let others = owned.others().into_iter().filter(|(_, _, total)| *total > 0);
            let others: Vec<ReferrerKind> = others.map(|(kind, _, _)| kind).collect();
            (owned.credentials_total, others)
        })
    });
    move || {
        let (credentials, others) = counts.get();
        // What holds no secret can only be given to somebody.
        let both = credentials > 0;
        if !both {
            choice.way.set(TRANSFER);
        }
        view! {
            {both
                .then(|| {
                    let options = vec![
                        ChoiceOption {
                            value: TRANSFER,
                            words: messages::transfer().to_owned(),
                            means: messages::transfer_means().to_owned(),
                        },
                        ChoiceOption {
                            value: DESTROY,
                            words: messages::destroy().to_owned(),
                            means: messages::destroy_means(credentials, &others),
                        },
                    ];
                    view! { <Choice label=messages::estate() name="estate" options value=choice.way /> }
                })}
            <Show
                when=move || choice.way.get() == TRANSFER
                fallback=move || {
                    view! {
                        <TextField
                            ids=FieldIds::of(CONFIRM_ID)
                            label=name.with_value(|name| messages::type_name(name))
                            value=choice.typed
                            error=choice.typed_fault
                        />
                    }
                }
            >
                <NewOwnerField leaving new_owner=choice.new_owner error=choice.new_owner_fault />
            </Show>
        }
        .into_any()
    }
}
