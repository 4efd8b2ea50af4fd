//! What a test of a model found.

use contract::model_bindings::ModelTestResult;
use contract::problem::Problem;
use leptos::prelude::*;

use super::messages;
use crate::credential_forms::{TestResponse, fact, milliseconds};
use crate::ui::Time;

impl TestResponse for ModelTestResult {
    fn take_error(&mut self) -> Option<Problem> {
        self.error.take().map(|problem| *problem)
    }
}

/// Model, latency and time, in one line where there is room.
#[component]
pub(super) fn Answered(result: ModelTestResult) -> impl IntoView {
    view! {
        <dl class="connection-facts">
            {result.model.map(|model| fact(messages::fact_model(), model))}
            {fact(messages::fact_latency(), milliseconds(result.latency_ms))} <div>
                <dt>{messages::fact_checked()}</dt>
                <dd>
                    <Time at=result.checked_at exact=true />
                </dd>
            </div>
        </dl>
    }
}
