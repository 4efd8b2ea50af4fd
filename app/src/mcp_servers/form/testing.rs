//! Testing what stands in the form.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::address::host_of;
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
            host: host_of(&draft.url),
            credential: untrack(|| self.picker.selected()).and_then(|choice| choice.name),
        };
        self.run.set(TestRun::Running(number));
        spawn_local(async move {
            let answer = WriteClient.test_mcp_server(&body).await;
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

    /// Stops waiting for a running test.
    pub(super) fn cancel_test(self) {
        self.run.set(TestRun::Cancelled);
    }
}
