//! The agent: asks the model, runs the tools that it wants, tells it what they gave, and so on until it has an answer
//! or may ask no more.

use contract::ai::{ActionEvent, ActionOutput, AgentStep, ModelToolCall, ModelToolResult, Usage};
use futures::future::join_all;
use tokio::time::Instant;

use super::agent_progress::AgentProgress;
use super::calls::{MAX_RESULT_BYTES, cut};
use super::object::add;
use super::run::{millis, sampling};
use super::tools::Toolbox;
use super::turns::turns;
use super::{Actions, Task};
use crate::ai::wire::{Call, CallResult, ChatMessage, Completion, CompletionRequest};
use crate::ai::{Caller, Sink, too_much_kept};
use crate::http::ApiError;
use crate::outbound::intake::Grant;

/// How often a model is asked, unless the settings say.
const STEPS: i64 = 10;

/// The most tools that run at once. A model that wants more is told so.
const MAX_CALLS: usize = 16;

/// How much all tools together may give, and how much a model may say, in bytes.
const MAX_RESULTS_BYTES: usize = 512 * 1024;
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// What an agent did so far.
struct Work<'a> {
    journal: &'a AgentProgress,
    steps: Vec<AgentStep>,
    usage: Usage,
    /// How much more tools may give.
    room: usize,
    said: usize,
    /// The memory of what was passed to tools, in bytes.
    parsed: usize,
    /// The memory of all answers and results.
    memory: Grant,
}

/// How often a text is kept: for the next question, in the list of steps, and on its way to the caller.
const COPIES: usize = 3;

impl Actions {
    /// Runs an agent.
    pub(super) async fn agent(
        &self,
        caller: &Caller,
        task: &Task,
        sink: &Sink,
        journal: &AgentProgress,
    ) -> Result<ActionOutput, ApiError> {
        let toolbox = self.toolbox(caller, &task.mcp).await?;
        let sampling = sampling(&task.settings);
        let limit = task.settings.stop_step_count.unwrap_or(STEPS);
        let mut turns = turns(&task.inputs);
        let mut work = Work {
            journal,
            steps: Vec::new(),
            usage: Usage::default(),
            room: MAX_RESULTS_BYTES,
            said: 0,
            parsed: 0,
            memory: self.bindings.ai().memory(caller)?,
        };
        let mut number = 1;
        loop {
            let asked = Instant::now();
            let ask = CompletionRequest {
                tools: &toolbox.specs,
                ..task.ask(&turns, &sampling, sink)
            };
            let purpose = format!("{}, step {number}", task.purpose());
            let mut answer = self.ask(caller, task, &purpose, ask, sink).await?;
            let latency_ms = millis(asked);
            work.hear(task, &answer)?;
            name_calls(&mut answer, number);
            let results = self.call_tools(caller, &toolbox, &mut work, &answer.calls, sink).await;
            let step = step(number, &answer, &results, latency_ms);
            sink.send(ActionEvent::Step {
                step: Box::new(step.clone()),
            })
            .await;
            work.steps.push(step);
            journal.step();
            let over = answer.calls.is_empty();
            if over || number >= limit {
                return Ok(output(task, answer, work, results, !over));
            }
            turns.push(ChatMessage::Assistant {
                text: answer.text,
                reasoning: answer.reasoning,
                calls: answer.calls,
            });
            turns.push(ChatMessage::Results(results.into_iter().map(told).collect()));
            number += 1;
        }
    }

    /// Runs the tools of one step, at once.
    async fn call_tools(
        &self,
        caller: &Caller,
        toolbox: &Toolbox,
        work: &mut Work<'_>,
        calls: &[Call],
        sink: &Sink,
    ) -> Vec<ModelToolResult> {
        for call in calls {
            sink.send(ActionEvent::ToolCall { call: shown(call) }).await;
        }
        let (now, surplus) = calls.split_at(calls.len().min(MAX_CALLS));
        for call in now.iter().filter(|call| toolbox.has(&call.name)) {
            work.journal.call(&call.name);
        }
        let running = now.iter().map(|call| self.call_tool(caller, toolbox, call));
        let mut results = join_all(running).await;
        results.extend(surplus.iter().map(|call| ModelToolResult {
            id: call.id.clone(),
            name: call.name.clone(),
            content: format!("Up to {MAX_CALLS} tools can run at once. Call this one again."),
            is_error: true,
            latency_ms: 0,
        }));
        for result in &mut results {
            result.content = cut(&result.content, MAX_RESULT_BYTES.min(work.room));
            work.room = work.room.saturating_sub(result.content.len());
            sink.send(ActionEvent::ToolResult { result: result.clone() }).await;
        }
        results
    }
}

impl Work<'_> {
    /// Counts what the model said.
    fn hear(&mut self, task: &Task, answer: &Completion) -> Result<(), ApiError> {
        add(&mut self.usage, &answer.usage);
        let calls: usize = answer.calls.iter().map(|call| call.arguments.to_string().len()).sum();
        self.said += answer.text.len() + answer.reasoning.len() + calls;
        self.parsed += usize::try_from(answer.argument_bytes).unwrap_or(usize::MAX);
        let kept = self.parsed + self.said + MAX_RESULTS_BYTES.saturating_sub(self.room);
        self.memory.hold((kept * COPIES) as u64).map_err(too_much_kept)?;
        if self.said <= MAX_TEXT_BYTES {
            return Ok(());
        }
        Err(ApiError::Upstream {
            slug: "answer-too-large",
            detail: format!(
                "{}'s response is larger than {} KiB. Ask for less.",
                task.model.endpoint.destination.display(),
                MAX_TEXT_BYTES / 1024
            ),
        })
    }
}

/// Not every provider gives its calls ids.
fn name_calls(answer: &mut Completion, step: i64) {
    for (index, call) in answer.calls.iter_mut().enumerate() {
        if call.id.is_empty() {
            call.id = format!("call_{step}_{}", index + 1);
        }
    }
}

fn shown(call: &Call) -> ModelToolCall {
    ModelToolCall {
        id: call.id.clone(),
        name: call.name.clone(),
        arguments: call.arguments.clone(),
    }
}

fn told(result: ModelToolResult) -> CallResult {
    CallResult {
        id: result.id,
        name: result.name,
        content: result.content,
        is_error: result.is_error,
    }
}

fn step(number: i64, answer: &Completion, results: &[ModelToolResult], latency_ms: i64) -> AgentStep {
    AgentStep {
        number,
        text: answer.text.clone(),
        tool_calls: answer.calls.iter().map(shown).collect(),
        tool_results: results.to_vec(),
        finish_reason: answer.finish.as_str().to_owned(),
        usage: answer.usage,
        latency_ms,
    }
}

fn output(
    task: &Task,
    mut answer: Completion,
    work: Work<'_>,
    results: Vec<ModelToolResult>,
    stopped: bool,
) -> ActionOutput {
    let tool_calls = std::mem::take(&mut answer.calls).iter().map(shown).collect();
    let mut output = task.output(answer);
    if stopped {
        "step_limit".clone_into(&mut output.finish_reason);
    }
    ActionOutput {
        usage: work.usage,
        steps: work.steps,
        tool_calls,
        tool_results: results,
        ..output
    }
}
