//! Testing what stands in the form.

use futures::future::abortable;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::model::{Field, Form};
use super::test_run::{Outcome, TestRun};
use crate::api::WriteClient;
use crate::mcp_servers::failure::Subject;

impl Form {
    /// Tests what stands in the form, or gives the first wrong field to `focus`.
    pub(super) fn test(self, focus: Callback<Field>) {
        if let Some(field) = self.check(false) {
            focus.run(field);
            return;
        }
        let number = self.runs.get_value() + 1;
        self.runs.set_value(number);
        let draft = untrack(|| self.draft());
        let body = draft.test(self.before.get_untracked().as_ref(), self.allows_host());
        let subject = Subject {
            host: draft.leads_to(),
            credential: untrack(|| self.picker.selected()).and_then(|choice| choice.name),
        };
        self.run.set(TestRun::Running(number));
        let (waiting, abort) = abortable(async move { WriteClient.test_mcp_server(&body).await });
        self.abort.set_value(Some(abort));
        spawn_local(async move {
            // Broken off: the request went with its future, and the words were said.
            let Ok(answer) = waiting.await else { return };
            // The form may be gone by now.
            let _ = self
                .run
                .try_update(|run| run.answered(number, (draft.tested(), subject), answer));
            let problem = self.run.try_with_untracked(|run| match run {
                TestRun::Ended { outcome, .. } => match &**outcome {
                    Outcome::Problem(problem) => Some(problem.clone()),
                    Outcome::Connected(_) | Outcome::NoAnswer(_) => None,
                },
                TestRun::Idle | TestRun::Running(_) | TestRun::Cancelled => None,
            });
            if let Some(problem) = problem.flatten() {
                self.note_refusal(draft.tested(), &problem);
            }
        });
    }

    /// Breaks a running test off, here and, since the connection ends, on the server.
    pub(super) fn cancel_test(self) {
        self.abort_test();
        self.run.set(TestRun::Cancelled);
    }

    /// The same for a form that is closed.
    pub(super) fn abort_test(self) {
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
    }
}
