//! Runs an action.

use std::time::Duration;

use contract::ai::{ActionName, ActionOutput, ActionSettings};
use tokio::time::{Instant, timeout};

use super::agent_progress::AgentProgress;
use super::turns::turns;
use super::{Actions, Task};
use crate::ai::wire::{ChatMessage, Completion, CompletionRequest, Sampling};
use crate::ai::{Caller, Sink};
use crate::http::ApiError;

/// How long an action may take, unless its settings say.
const TIME: Duration = Duration::from_mins(2);
const TIME_OF_AGENTS: Duration = Duration::from_mins(5);

impl Actions {
    /// Runs an action. Events go to the sink while it runs, but for the last one, which is what this gives.
    pub async fn run(&self, caller: &Caller, task: &Task, sink: &Sink) -> Result<ActionOutput, ApiError> {
        let started = Instant::now();
        let usual = if task.action == ActionName::AiAgent {
            TIME_OF_AGENTS
        } else {
            TIME
        };
        let limit = task.settings.timeout_ms.map_or(usual, Duration::from_millis);
        let journal = AgentProgress::default();
        let work = Box::pin(self.work(caller, task, sink, &journal));
        let mut output = timeout(limit, self.bindings.ai().while_allowed(caller, work))
            .await
            .unwrap_or_else(|_| Err(too_late(task, limit)))
            .map_err(|error| journal.told(error))?;
        output.latency_ms = millis(started);
        Ok(output)
    }

    async fn work(
        &self,
        caller: &Caller,
        task: &Task,
        sink: &Sink,
        journal: &AgentProgress,
    ) -> Result<ActionOutput, ApiError> {
        if task.action.makes_object() {
            return self.object(caller, task).await;
        }
        if task.action == ActionName::AiAgent {
            return self.agent(caller, task, sink, journal).await;
        }
        let turns = turns(&task.inputs);
        let sampling = sampling(&task.settings);
        let ask = task.ask(&turns, &sampling, sink);
        let answer = self.ask(caller, task, &task.purpose(), ask, sink).await?;
        Ok(task.output(answer))
    }
}

impl Task {
    /// What the model is asked, without tools and schema.
    pub(super) fn ask<'a>(
        &'a self,
        turns: &'a [ChatMessage],
        sampling: &'a Sampling,
        sink: &Sink,
    ) -> CompletionRequest<'a> {
        CompletionRequest {
            provider: self.model.settings.provider,
            model_id: &self.model.settings.model_id,
            system: self.inputs.system.as_deref().filter(|text| !text.trim().is_empty()),
            turns,
            tools: &[],
            schema: None,
            sampling,
            stream: sink.listens(),
        }
    }

    /// What the use of the credential is recorded with.
    pub(super) fn purpose(&self) -> String {
        format!("action: {}", self.action.as_str())
    }

    pub(super) fn output(&self, answer: Completion) -> ActionOutput {
        ActionOutput {
            text: answer.text,
            reasoning: Some(answer.reasoning).filter(|reasoning| !reasoning.is_empty()),
            finish_reason: answer.finish.as_str().to_owned(),
            model: answer.model.unwrap_or_else(|| self.model.settings.model_id.clone()),
            usage: answer.usage,
            ..ActionOutput::default()
        }
    }
}

pub(super) fn sampling(settings: &ActionSettings) -> Sampling {
    Sampling {
        temperature: settings.temperature,
        max_output_tokens: settings.max_output_tokens,
        top_p: settings.top_p,
        top_k: settings.top_k,
        presence_penalty: settings.presence_penalty,
        frequency_penalty: settings.frequency_penalty,
        stop_sequences: settings.stop_sequences.clone(),
        seed: settings.seed,
    }
}

pub(super) fn millis(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}

fn too_late(task: &Task, limit: Duration) -> ApiError {
    ApiError::Upstream {
        slug: "timed-out",
        detail: format!(
            "{} took longer than {} ms. Ask for less, or raise timeout_ms.",
            task.model.endpoint.destination.display(),
            limit.as_millis()
        ),
    }
}
