//! The models and MCP servers of the soak. Each request that carries a credential is counted for its operation.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use super::ledger::Ledger;
use crate::hostile::{Peer, Seen, answer, completion};

/// The tool of an agent.
const TOOL: &str = "echo";
/// A value of JSON that takes a hundred times its length when it is parsed.
const TINY: &str = r#"{"":0},"#;
const CHUNK: usize = 64 * 1024;
const MIB: usize = 1024 * 1024;

/// The kinds of operations, by the answer of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A model answers at once.
    Text,
    /// A model answers with a stream.
    Stream,
    /// A stream with pauses, longer than a session that ends.
    Slow,
    /// An agent that calls a tool once.
    Agent,
    /// A call of a tool.
    Tool,
    /// A model repeats the credential, plain and encoded.
    Echo,
    /// A tool does.
    EchoTool,
    /// JSON of tiny nodes without an end.
    TinyJson,
    /// The same as an event of a stream.
    TinyEvent,
    /// The same from a tool.
    TinyTool,
    /// One event of 60 MiB.
    LargeEvent,
    /// The same from a tool.
    LargeTool,
    /// A beginning without an end.
    Stuck,
}

impl Kind {
    pub const ORDINARY: [Self; 7] = [
        Self::Text,
        Self::Tool,
        Self::Stream,
        Self::Tool,
        Self::Agent,
        Self::Text,
        Self::Slow,
    ];
    pub const HOSTILE: [Self; 8] = [
        Self::Echo,
        Self::TinyJson,
        Self::EchoTool,
        Self::TinyEvent,
        Self::LargeEvent,
        Self::TinyTool,
        Self::Stuck,
        Self::LargeTool,
    ];

    pub fn calls_a_tool(self) -> bool {
        matches!(self, Self::Tool | Self::EchoTool | Self::TinyTool | Self::LargeTool)
    }

    pub fn is_streamed(self) -> bool {
        matches!(self, Self::Stream | Self::Slow | Self::TinyEvent | Self::LargeEvent)
    }

    /// The uses that a whole operation records: an agent asks its model twice, lists the tools and calls one.
    pub fn uses(self) -> u32 {
        if self == Self::Agent { 4 } else { 1 }
    }

    /// `true` if the status is the one of this kind.
    pub fn is_answered_by(self, status: u16) -> bool {
        match self {
            Self::TinyJson | Self::TinyEvent | Self::TinyTool | Self::LargeEvent | Self::LargeTool => {
                matches!(status, 502 | 503)
            }
            Self::Stuck => status == 504,
            _ => status == 200,
        }
    }

    /// `true` if the limits refuse it: hostile answers of a user take the user's share of the byte budget.
    pub fn may_be_refused_by(self, status: u16) -> bool {
        status == 503 && Self::HOSTILE.contains(&self)
    }

    fn named(name: &str) -> Option<Self> {
        let mut all = Self::ORDINARY.into_iter().chain(Self::HOSTILE);
        all.find(|kind| format!("{kind:?}") == name)
    }
}

/// The part of a model's address that names the operation, below `/soak`.
pub fn model_path(kind: Kind, operation: u64) -> String {
    format!("{kind:?}/op-{operation}")
}

/// The operation of such an address.
pub fn operation_of(address: &str) -> Option<u64> {
    let (_, number) = address.split_once("/op-")?;
    number.split('/').next()?.parse().ok()
}

/// The arguments of a tool.
pub fn arguments(kind: Kind, operation: u64) -> Value {
    json!({"kind": format!("{kind:?}"), "op": operation})
}

/// Models below `/soak`, and an MCP server.
pub async fn start(ledger: &Arc<Ledger>) -> Peer {
    let ledger = Arc::clone(ledger);
    Peer::forgetful(move |seen| behave(seen, &ledger)).await
}

fn behave(seen: &Seen, ledger: &Ledger) -> Response {
    let carries = seen.authorization.is_some();
    if let Some(operation) = operation_of(&seen.path) {
        if carries {
            ledger.model_saw(operation);
        }
        let name = seen.path.split('/').nth(2).unwrap_or_default();
        return Kind::named(name).map_or_else(|| seen.decently(), |kind| model(kind, operation, seen));
    }
    let asked = &seen.message["params"]["arguments"];
    match (seen.rpc(), asked["op"].as_u64()) {
        ("tools/call", Some(operation)) => {
            if carries {
                ledger.tool_saw(operation);
            }
            let kind = asked["kind"].as_str().and_then(Kind::named);
            kind.map_or_else(|| seen.decently(), |kind| tool(kind, seen))
        }
        ("initialize", _) if carries => {
            ledger.session_began();
            seen.decently()
        }
        _ => seen.decently(),
    }
}

fn model(kind: Kind, operation: u64, seen: &Seen) -> Response {
    match kind {
        Kind::Stream => words(Duration::from_millis(2), 5),
        Kind::Slow => words(Duration::from_millis(200), 8),
        Kind::Agent => agent(operation, seen),
        Kind::Echo => completion(&echoed(seen)),
        Kind::TinyJson => answer(200, "application/json", repeated("[", TINY, None)),
        Kind::TinyEvent => answer(200, "text/event-stream", repeated("data: [", TINY, None)),
        Kind::LargeEvent => answer(200, "text/event-stream", repeated("data: ", "x", Some(60 * MIB))),
        Kind::Stuck => {
            let begun = stream::once(async { Ok::<_, Infallible>("{\"choices\":[") });
            answer(
                200,
                "application/json",
                Body::from_stream(begun.chain(stream::pending())),
            )
        }
        _ => completion("done"),
    }
}

fn tool(kind: Kind, seen: &Seen) -> Response {
    match kind {
        Kind::EchoTool => seen.result(&json!({"content": [{"type": "text", "text": echoed(seen)}]})),
        Kind::TinyTool => answer(200, "application/json", repeated("[", TINY, None)),
        Kind::LargeTool => answer(200, "text/event-stream", repeated("data: ", "x", Some(60 * MIB))),
        _ => seen.decently(),
    }
}

/// A stream of words with this pause before each.
fn words(pause: Duration, number: usize) -> Response {
    let word = "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n";
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let pieces = stream::iter(std::iter::repeat_n(word, number).chain([end]));
    let pieces = pieces.then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(piece)
    });
    answer(200, "text/event-stream", Body::from_stream(pieces))
}

/// Asks for the tool that is on offer, and is content with its result.
fn agent(operation: u64, seen: &Seen) -> Response {
    let offered = seen.message["tools"][0]["function"]["name"].as_str().unwrap_or(TOOL);
    let mut turns = seen.message["messages"].as_array().into_iter().flatten();
    if turns.any(|turn| turn["role"] == "tool") {
        return completion("done");
    }
    let arguments = arguments(Kind::Tool, operation).to_string();
    let call = json!({"id": "1", "type": "function", "function": {"name": offered, "arguments": arguments}});
    let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
    let body = json!({"model": "m", "choices": [{"message": message, "finish_reason": "tool_calls"}]});
    answer(200, "application/json", body.to_string())
}

/// The credential, plain, escaped and encoded.
fn echoed(seen: &Seen) -> String {
    let value = seen.echo().trim_start_matches("Bearer ");
    let escaped: Vec<String> = value.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    format!("{value} {} {}", escaped.concat(), encoded(value))
}

/// The credential in base64.
pub fn encoded(value: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(value)
}

/// A body of so many bytes, or without an end; it is never whole in the memory of this process.
fn repeated(before: &'static str, piece: &str, bytes: Option<usize>) -> Body {
    let chunk = bytes::Bytes::from(piece.repeat(CHUNK / piece.len()));
    let chunks = bytes.map_or(usize::MAX, |bytes| bytes / chunk.len());
    let chunks =
        std::iter::once(bytes::Bytes::from_static(before.as_bytes())).chain(std::iter::repeat_n(chunk, chunks));
    Body::from_stream(stream::iter(chunks.map(Ok::<_, Infallible>)))
}
