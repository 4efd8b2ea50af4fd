//! The answer as a stream of events, while the action runs.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use contract::ai::ActionEvent;
use futures::stream::{self, StreamExt as _};
use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderMap, HeaderValue};
use tokio::sync::mpsc;

use super::{Actions, Task};
use crate::ai::{Caller, Sink};
use crate::http::{ApiError, problem};
use crate::outbound::RunningOperation;

/// How many events wait for a slow reader before the action waits too.
const ROOM: usize = 32;

/// How often something is sent where nothing happens, so that nobody on the way takes the connection for dead.
const PULSE: Duration = Duration::from_secs(10);

/// Whether the caller wants events.
pub(super) fn wanted(headers: &HeaderMap) -> bool {
    accepted(headers).any(|kind| kind == "text/event-stream")
}

/// Whether the caller takes a whole answer.
pub(super) fn takes_whole(headers: &HeaderMap) -> bool {
    let mut kinds = accepted(headers).peekable();
    kinds.peek().is_none() || kinds.any(|kind| matches!(kind.as_str(), "application/json" | "application/*" | "*/*"))
}

/// The types of content that the caller accepts.
fn accepted(headers: &HeaderMap) -> impl Iterator<Item = String> {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|kind| kind.split(';').next())
        .map(|kind| kind.trim().to_ascii_lowercase())
        .filter(|kind| !kind.is_empty())
}

/// Runs a task inside of the answer: whoever goes away ends it, with all that it has under way.
pub(super) fn answer(actions: Actions, caller: Caller, task: Task, running: RunningOperation) -> Response {
    let (sender, mut events) = mpsc::channel(ROOM);
    let stopping = actions.bindings.stopping().clone();
    let run = async move {
        let _running = running;
        let sink = Sink::to(sender);
        let outcome = tokio::select! {
            outcome = actions.run(&caller, &task, &sink) => outcome,
            () = stopping.until_cut() => Err(ApiError::Stopping),
        };
        let last = match outcome {
            Ok(output) => ActionEvent::Finish {
                output: Box::new(output),
            },
            Err(error) => ActionEvent::Error {
                error: Box::new(problem(error, &caller.request_id.0)),
            },
        };
        sink.send(last).await;
    };
    // The action is driven by whoever reads, and adds nothing to the stream by itself.
    let driven = stream::once(run).filter_map(async |()| None);
    let told = stream::poll_fn(move |context| events.poll_recv(context));
    let events = stream::select(told, driven).map(|event| Ok::<_, Infallible>(written(&event)));
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(PULSE))
        .into_response();
    // Proxies that gather answers would make a stream useless.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn written(event: &ActionEvent) -> Event {
    let name = match event {
        ActionEvent::Text { .. } => "text",
        ActionEvent::Reasoning { .. } => "reasoning",
        ActionEvent::ToolCall { .. } => "tool_call",
        ActionEvent::ToolResult { .. } => "tool_result",
        ActionEvent::Step { .. } => "step",
        ActionEvent::Finish { .. } => "finish",
        ActionEvent::Error { .. } => "error",
    };
    Event::default()
        .event(name)
        .data(serde_json::to_string(event).unwrap_or_default())
}
