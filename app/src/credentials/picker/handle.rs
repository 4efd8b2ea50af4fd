//! The form's hold on a picker.

use contract::credentials::{CredentialId, CredentialState, CredentialSummary};
use leptos::html::Input;
use leptos::prelude::*;
use zeroize::Zeroizing;

use super::messages;
use super::state::State;
use crate::destination::Destination;

/// What the picker says of itself below the field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Notice {
    Said(String),
    /// Something is wrong with what was just created.
    Warning(String),
    /// The choice was cleared since the address changed.
    Cleared {
        choice: CredentialSummary,
        /// The host it was chosen for.
        before: String,
        now: String,
        /// `true` if the choice has no allowed destination.
        is_unlinked: bool,
    },
}

/// What is chosen in a [`CredentialPicker`](super::CredentialPicker). The form makes it and reads it.
#[derive(Clone, Copy, Debug)]
pub struct PickerHandle {
    selected: RwSignal<Option<CredentialSummary>>,
    pub(super) state: RwSignal<State>,
    pub(super) input: NodeRef<Input>,
    pub(super) notice: RwSignal<Option<Notice>>,
    created: StoredValue<Vec<String>>,
    /// `true` if the choice is known to have no allowed destination: saving the form adds one.
    is_unlinked: RwSignal<bool>,
    /// The choice and the origin that is to be allowed with every path.
    whole_host: RwSignal<Option<(CredentialId, String)>>,
    /// A secret that was pasted into the search: on its way to the creation form, never in a signal.
    pub(super) paste: StoredValue<Zeroizing<String>>,
}

impl PickerHandle {
    /// A picker with a choice, or none. Call it in the component that owns the form.
    pub fn new(selected: Option<CredentialSummary>) -> Self {
        let words = selected.as_ref().map(messages::chosen).unwrap_or_default();
        Self {
            selected: RwSignal::new(selected),
            state: RwSignal::new(State::new(words)),
            input: NodeRef::new(),
            notice: RwSignal::new(None),
            created: StoredValue::new(Vec::new()),
            is_unlinked: RwSignal::new(false),
            whole_host: RwSignal::new(None),
            paste: StoredValue::new(Zeroizing::default()),
        }
    }

    /// What is chosen. Tracked.
    pub fn selected(&self) -> Option<CredentialSummary> {
        self.selected.get()
    }

    /// The id of what is chosen: what the form saves. Tracked.
    pub fn selected_id(&self) -> Option<CredentialId> {
        self.selected.with(|selected| selected.as_ref().map(|choice| choice.id))
    }

    /// Whether what is chosen was deleted. Tracked.
    pub fn is_deleted(&self) -> bool {
        self.selected.with(|selected| {
            selected
                .as_ref()
                .is_some_and(|choice| choice.state == CredentialState::Deleted)
        })
    }

    /// Whether there is text that stands for nothing: saving it would lose what the person meant. Tracked.
    pub fn has_unpicked_text(&self) -> bool {
        self.state.with(State::unpicked)
    }

    /// Whether the choice was cleared because the address changed, and nobody has said yet what now. Saving without
    /// asking would call the server without authentication. Tracked.
    pub fn awaits_choice(&self) -> bool {
        self.notice
            .with(|notice| matches!(notice, Some(Notice::Cleared { .. })))
    }

    /// The choice, if saving the form adds the first allowed destination to it. Tracked.
    pub fn unlinked(&self) -> Option<CredentialSummary> {
        self.selected().filter(|_| self.is_unlinked.get())
    }

    /// `true` if the whole host is to be allowed for the choice, and not only the path. Tracked.
    pub fn allows_whole_host(&self, destination: &Destination) -> bool {
        let origin = destination.origin();
        let chosen = self.selected_id();
        self.whole_host.with(|whole| {
            whole
                .as_ref()
                .is_some_and(|whole| Some(whole.0) == chosen && whole.1 == origin)
        })
    }

    /// Allows the whole host for the choice, or only the path. Another choice or another host undoes it.
    pub fn allow_whole_host(&self, destination: &Destination, whole: bool) {
        let chosen = untrack(|| self.selected_id()).filter(|_| whole);
        self.whole_host.set(chosen.map(|id| (id, destination.origin())));
    }

    /// Chooses what was picked.
    pub(super) fn select(&self, choice: CredentialSummary, is_unlinked: bool) {
        self.reset(Some(choice));
        self.is_unlinked.set(is_unlinked);
    }

    /// Shows what a record has, without a word.
    pub fn reset(&self, choice: Option<CredentialSummary>) {
        self.show(choice);
        self.notice.set(None);
    }

    /// Empties the field.
    pub fn clear(&self) {
        self.show(None);
        self.notice.set(Some(Notice::Said(messages::cleared().to_owned())));
    }

    /// Puts the focus into the field.
    pub fn focus(&self) {
        if let Some(input) = self.input.get_untracked() {
            // A field that is not shown cannot take the focus.
            let _ = input.focus();
        }
    }

    /// The form was saved: what was created here is in use, and nothing has to be said of it.
    pub fn referrer_saved(&self) {
        self.created.set_value(Vec::new());
    }

    /// Something was created here and is chosen.
    pub(super) fn select_created(&self, choice: CredentialSummary, sendable: bool) {
        let name = messages::chosen(&choice);
        self.created.update_value(|created| created.push(name.clone()));
        self.show(Some(choice));
        self.is_unlinked.set(true);
        self.notice.set(Some(if sendable {
            Notice::Said(messages::created(&name))
        } else {
            Notice::Warning(messages::created_not_sendable(&name))
        }));
    }

    /// What was created here while the form was never saved.
    pub(super) fn left_over(&self) -> Vec<String> {
        self.created.try_get_value().unwrap_or_default()
    }

    /// The value would go elsewhere now: the choice is cleared, and can be taken back.
    pub(crate) fn host_changed(&self, before: String, now: String) {
        if let Some(choice) = self.selected.get_untracked() {
            let is_unlinked = self.is_unlinked.get_untracked();
            self.show(None);
            self.notice.set(Some(Notice::Cleared {
                choice,
                before,
                now,
                is_unlinked,
            }));
        }
    }

    /// Takes back what [`host_changed`](Self::host_changed) cleared.
    pub(super) fn undo(&self, choice: CredentialSummary, is_unlinked: bool) {
        let words = messages::restored(&messages::chosen(&choice));
        self.show(Some(choice));
        self.is_unlinked.set(is_unlinked);
        self.notice.set(Some(Notice::Said(words)));
        self.focus();
    }

    fn show(&self, choice: Option<CredentialSummary>) {
        let words = choice.as_ref().map(messages::chosen).unwrap_or_default();
        self.is_unlinked.set(false);
        self.selected.set(choice);
        self.state.update(|state| state.show(words));
    }
}
