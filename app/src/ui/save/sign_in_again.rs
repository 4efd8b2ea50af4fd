//! What a form does when the session ends in the middle of it.

use futures::channel::oneshot;
use leptos::prelude::*;

use crate::api::WriteClient;

/// How signing in over a form ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReauthOutcome {
    /// The same person: the request may be repeated.
    SamePerson,
    /// Another person: what was typed stays, nothing is sent from this page any more.
    OtherPerson,
    /// Not at all.
    Declined,
}

/// The question to sign in again, in context. The accounts feature shows the dialog.
#[derive(Clone, Copy)]
pub struct SignInAgain {
    waiting: StoredValue<Vec<oneshot::Sender<ReauthOutcome>>>,
    wanted: RwSignal<bool>,
}

impl std::fmt::Debug for SignInAgain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInAgain")
    }
}

impl Default for SignInAgain {
    fn default() -> Self {
        Self {
            waiting: StoredValue::new(Vec::new()),
            wanted: RwSignal::new(false),
        }
    }
}

impl SignInAgain {
    /// The one of the page.
    pub fn from_context() -> Self {
        use_context().unwrap_or_default()
    }

    /// Whether the dialog should be open.
    pub fn wanted(&self) -> Signal<bool> {
        self.wanted.into()
    }

    /// Opens the dialog and waits for its end.
    pub async fn ask(&self) -> ReauthOutcome {
        let (sender, answer) = oneshot::channel();
        self.waiting.update_value(|waiting| waiting.push(sender));
        self.wanted.set(true);
        answer.await.unwrap_or(ReauthOutcome::Declined)
    }

    /// Closes the dialog and tells everybody who waits.
    pub fn answer(&self, answer: ReauthOutcome) {
        if answer == ReauthOutcome::OtherPerson {
            WriteClient::refuse_from_now_on();
        }
        self.wanted.set(false);
        let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        for sender in waiting {
            // Whoever waited may be gone by now.
            let _ = sender.send(answer);
        }
    }
}
