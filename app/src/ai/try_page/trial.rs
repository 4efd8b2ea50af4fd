//! What is known of a running action.

use contract::ai::{ActionEvent, ActionOutput, AgentStep, ModelToolCall, ModelToolResult};

use crate::api::ClientError;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Phase {
    /// Nothing was run yet.
    #[default]
    Idle,
    /// Under way; an answer counts only with this number.
    Running(u64),
    /// The person stopped it.
    Stopped,
    /// It ended well.
    Finished,
    Failed(ClientError),
}

/// An action, and what came of it so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trial {
    pub phase: Phase,
    /// The text of the present step.
    pub text: String,
    /// The reasoning of the present step.
    pub reasoning: String,
    /// The steps that are over.
    pub steps: Vec<AgentStep>,
    /// Tools of the present step.
    pub calls: Vec<ModelToolCall>,
    pub results: Vec<ModelToolResult>,
    pub output: Option<ActionOutput>,
}

impl Trial {
    pub(super) fn started(number: u64) -> Self {
        Self {
            phase: Phase::Running(number),
            ..Self::default()
        }
    }

    /// Whether it is under way.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running(_))
    }

    /// Takes an event, unless it comes too late.
    pub(super) fn take(&mut self, number: u64, event: ActionEvent) {
        if self.phase != Phase::Running(number) {
            return;
        }
        match event {
            ActionEvent::Text { delta } => self.text.push_str(&delta),
            ActionEvent::Reasoning { delta } => self.reasoning.push_str(&delta),
            ActionEvent::ToolCall { call } => self.calls.push(call),
            ActionEvent::ToolResult { result } => self.results.push(result),
            ActionEvent::Step { step } => {
                self.steps.push(*step);
                self.text.clear();
                self.reasoning.clear();
                self.calls.clear();
                self.results.clear();
            }
            ActionEvent::Finish { output } => self.finish(*output),
            ActionEvent::Error { error } => self.phase = Phase::Failed(ClientError::Problem(error)),
        }
    }

    /// Takes the end of the answer, unless it comes too late.
    pub(super) fn ended(&mut self, number: u64, end: Result<Option<ActionOutput>, ClientError>) {
        if self.phase != Phase::Running(number) {
            return;
        }
        match end {
            Ok(Some(output)) => self.finish(output),
            // It broke off without saying how it ended.
            Ok(None) => self.phase = Phase::Failed(ClientError::Offline),
            Err(error) => self.phase = Phase::Failed(error),
        }
    }

    /// The person has seen enough. What came stays.
    pub(super) fn stop(&mut self) {
        if self.is_running() {
            self.phase = Phase::Stopped;
        }
    }

    fn finish(&mut self, output: ActionOutput) {
        self.text.clone_from(&output.text);
        self.reasoning = output.reasoning.clone().unwrap_or_default();
        if !output.steps.is_empty() {
            self.steps.clone_from(&output.steps);
        }
        self.calls.clear();
        self.results.clear();
        self.output = Some(output);
        self.phase = Phase::Finished;
    }
}

#[cfg(test)]
mod tests {
    use contract::ai::{ActionEvent, ActionOutput, AgentStep};
    use contract::problem::Problem;

    use super::{Phase, Trial};
    use crate::api::ClientError;

    fn text(delta: &str) -> ActionEvent {
        ActionEvent::Text {
            delta: delta.to_owned(),
        }
    }

    #[test]
    fn a_text_grows_and_the_end_agrees_with_it() {
        let mut trial = Trial::started(1);
        trial.take(1, text("Hel"));
        trial.take(1, text("lo"));
        assert_eq!(trial.text, "Hello");
        let output = ActionOutput {
            text: "Hello".to_owned(),
            ..ActionOutput::default()
        };
        trial.take(
            1,
            ActionEvent::Finish {
                output: Box::new(output),
            },
        );
        assert_eq!((trial.phase.clone(), trial.text.as_str()), (Phase::Finished, "Hello"));
        // The connection ends after that, which is no failure.
        trial.ended(1, Ok(None));
        assert_eq!(trial.phase, Phase::Finished);
    }

    #[test]
    fn text_after_a_step_belongs_to_the_next_one() {
        let mut trial = Trial::started(1);
        trial.take(1, text("Looking"));
        let step: AgentStep = serde_json::from_value(serde_json::json!({
            "number": 1, "text": "Looking", "tool_calls": [], "tool_results": [], "finish_reason": "tool_calls",
            "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}, "latency_ms": 5,
        }))
        .unwrap();
        trial.take(1, ActionEvent::Step { step: Box::new(step) });
        trial.take(1, text("Found"));
        assert_eq!((trial.steps.len(), trial.text.as_str()), (1, "Found"));
    }

    #[test]
    fn what_comes_after_stop_is_not_shown() {
        let mut trial = Trial::started(1);
        trial.take(1, text("one"));
        trial.stop();
        trial.take(1, text("two"));
        trial.ended(1, Err(ClientError::Offline));
        assert_eq!((trial.phase.clone(), trial.text.as_str()), (Phase::Stopped, "one"));
        let mut other = Trial::started(2);
        other.take(1, text("late"));
        assert_eq!(other.text, "");
    }

    #[test]
    fn a_stream_that_breaks_off_has_failed_and_keeps_its_text() {
        let mut trial = Trial::started(1);
        trial.take(1, text("half"));
        trial.ended(1, Ok(None));
        assert_eq!(
            (trial.phase.clone(), trial.text.as_str()),
            (Phase::Failed(ClientError::Offline), "half")
        );
        let mut trial = Trial::started(1);
        let problem = Box::new(Problem::local("timed-out", 504));
        trial.take(1, ActionEvent::Error { error: problem.clone() });
        assert_eq!(trial.phase, Phase::Failed(ClientError::Problem(problem)));
    }
}
