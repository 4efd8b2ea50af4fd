//! Testing what stands in the form.

use contract::mcp_servers::TestResult;
use contract::problem::Problem;
use leptos::prelude::*;

use super::model::{Field, Form};
use crate::api::WriteClient;
use crate::credential_forms::TestResponse;

impl TestResponse for TestResult {
    fn take_error(&mut self) -> Option<Problem> {
        self.error.take().map(|problem| *problem)
    }
}

impl Form {
    /// Tests what stands in the form, or gives the first wrong field to `focus`.
    pub(super) fn test(self, focus: Callback<Field>) {
        if let Some(field) = self.check(false) {
            focus.run(field);
            return;
        }
        let draft = untrack(|| self.draft());
        let body = draft.test(self.before.get_untracked().as_ref(), self.allow());
        self.tester.start(
            draft.tested(),
            async move { WriteClient.test_mcp_server(&body).await },
            move |tested, problem| {
                self.consent.note(tested, problem);
            },
        );
    }
}
