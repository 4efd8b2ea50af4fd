//! What models answer, in the format of each provider: words and calls of tools, whole and as a stream.

#![allow(clippy::expect_used, reason = "a test whose answers are not well-formed has failed")]

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Response;
use serde_json::{Value, json};

use super::hostile::{Seen, answer};

/// The tool that is called, as a model knows it: `echo` of a server named T.
pub const TOOL: &str = "t__echo";

/// How a provider writes the key.
#[derive(Clone, Copy, Debug)]
pub enum Spelling {
    Plain,
    /// Each character as an escape of JSON.
    Escaped,
}

impl Spelling {
    /// The key inside a text of JSON.
    pub fn of(self, key: &str) -> String {
        match self {
            Self::Plain => {
                let text = Value::from(key).to_string();
                text[1..text.len() - 1].to_owned()
            }
            Self::Escaped => {
                let escapes: Vec<String> = key.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
                escapes.concat()
            }
        }
    }
}

/// The key as the peer got it, in whichever header.
pub fn key_of(seen: &Seen) -> String {
    let header = |name: &str| {
        let value = seen.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    header("authorization")
        .map(|value| value.trim_start_matches("Bearer ").to_owned())
        .or(header("x-api-key"))
        .or(header("x-goog-api-key"))
        .unwrap_or_else(|| "no key".to_owned())
}

/// Whether a stream is asked for. One format says so in the path alone.
pub fn streams(seen: &Seen) -> bool {
    seen.message["stream"] == true || seen.path.ends_with(":streamGenerateContent")
}

/// Whether tools are on offer whose results the model does not know.
pub fn may_call(seen: &Seen) -> bool {
    let text = seen.message.to_string();
    let results = [
        "tool_call_id",
        "tool_use_id",
        "functionResponse",
        "function_call_output",
    ];
    text.contains(TOOL) && !results.iter().any(|result| text.contains(result))
}

/// An answer with this text.
pub fn whole(provider: &str, text: &str) -> Response {
    let body = match provider {
        "anthropic" => json!({"model": text, "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}),
        "gemini" => {
            json!({"modelVersion": text, "candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}]})
        }
        "openai-responses" => json!({"model": text, "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]},
            {"type": "message", "content": [{"type": "output_text", "text": text}]},
        ]}),
        _ => {
            json!({"model": text, "choices": [{"message": {"content": text, "reasoning_content": text}, "finish_reason": "stop"}]})
        }
    };
    answer(200, "application/json", body.to_string())
}

/// The events of these pieces of text; the last ends the answer.
pub fn pieces(provider: &str, pieces: &[&str]) -> Vec<String> {
    let mut events: Vec<Value> = pieces
        .iter()
        .map(|piece| match provider {
            "anthropic" => {
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
            }
            "gemini" => json!({"candidates": [{"content": {"parts": [{"text": piece}]}}]}),
            "openai-responses" => json!({"type": "response.output_text.delta", "delta": piece}),
            _ => json!({"choices": [{"delta": {"content": piece, "reasoning_content": piece}}]}),
        })
        .collect();
    events.push(match provider {
        "anthropic" => json!({"type": "message_stop"}),
        "gemini" => json!({"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]}),
        "openai-responses" => json!({"type": "response.completed", "response": {"output": [], "model": "m"}}),
        _ => json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
    });
    events.iter().map(Value::to_string).collect()
}

/// The event of an error with the key, which ends a stream.
pub fn ending(provider: &str, key: &str, spelling: Spelling) -> String {
    let error = json!({"type": "server_error", "message": "You sent KEY"});
    let event = match provider {
        "anthropic" => json!({"type": "error", "error": error}),
        "openai-responses" => json!({"type": "response.failed", "response": {"error": error}}),
        _ => json!({"error": error}),
    };
    filled(&event, key, spelling)
}

/// A stream of these events, whose bytes are cut everywhere.
pub fn event_stream(events: &[String]) -> Response {
    let lines: Vec<String> = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let chunks: Vec<_> = lines
        .concat()
        .into_bytes()
        .chunks(7)
        .map(|chunk| Ok::<_, Infallible>(chunk.to_vec()))
        .collect();
    answer(
        200,
        "text/event-stream",
        Body::from_stream(futures::stream::iter(chunks)),
    )
}

/// What is passed to the tool, as JSON: the key in a text and in a name.
fn arguments(key: &str, spelling: Spelling) -> String {
    let key = spelling.of(key);
    format!(r#"{{"message": "say {key}", "{key}": [1, "{key}"]}}"#)
}

/// What is left of it.
pub fn masked_arguments() -> Value {
    json!({"message": "say [redacted]", "[redacted]": [1, "[redacted]"]})
}

/// A document with what is passed to the tool, as a text or as an object, and with the key in place of `KEY`.
fn filled(document: &Value, key: &str, spelling: Spelling) -> String {
    let arguments = arguments(key, spelling);
    let text = document.to_string().replace("KEY", &spelling.of(key));
    let text = text.replace("\"TEXT OF ARGUMENTS\"", &Value::from(arguments.as_str()).to_string());
    text.replace("\"ARGUMENTS\"", &arguments)
}

/// The document of an answer that calls the tool, and another one whose name and id are the key.
fn document(provider: &str) -> Value {
    match provider {
        "anthropic" => json!({"model": "m", "stop_reason": "tool_use", "content": [
            {"type": "tool_use", "id": "one", "name": TOOL, "input": "ARGUMENTS"},
            {"type": "tool_use", "id": "KEY", "name": "KEY", "input": {}},
        ]}),
        "gemini" => json!({"candidates": [{"finishReason": "STOP", "content": {"parts": [
            {"functionCall": {"name": TOOL, "args": "ARGUMENTS"}},
            {"functionCall": {"name": "KEY", "args": {}}},
        ]}}]}),
        "openai-responses" => json!({"model": "m", "output": [
            {"type": "function_call", "call_id": "one", "name": TOOL, "arguments": "TEXT OF ARGUMENTS"},
            {"type": "function_call", "call_id": "KEY", "name": "KEY", "arguments": "{}"},
        ]}),
        _ => {
            let call = |id: &str, name: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
            let calls = [call("one", TOOL, "TEXT OF ARGUMENTS"), call("KEY", "KEY", "{}")];
            let message = json!({"content": null, "tool_calls": calls});
            json!({"model": "m", "choices": [{"finish_reason": "tool_calls", "message": message}]})
        }
    }
}

/// An answer that calls the tool with the key, and another one whose name and id are the key.
pub fn calls(provider: &str, key: &str, spelling: Spelling) -> Response {
    answer(200, "application/json", filled(&document(provider), key, spelling))
}

/// The same as a stream. What is passed to the tool comes in pieces that cut the key, where the format has such.
pub fn calls_in_pieces(provider: &str, key: &str, spelling: Spelling) -> Response {
    let arguments = arguments(key, spelling);
    let letters: Vec<char> = arguments.chars().collect();
    let pieces = letters.chunks(5).map(String::from_iter);
    let events: Vec<Value> = match provider {
        "anthropic" => {
            let start = |index: u64, id: &str, name: &str| {
                let block = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
                json!({"type": "content_block_start", "index": index, "content_block": block})
            };
            let begin = [
                json!({"type": "message_start", "message": {"model": "m"}}),
                start(0, "one", TOOL),
            ];
            let more = pieces.map(|piece| {
                let delta = json!({"type": "input_json_delta", "partial_json": piece});
                json!({"type": "content_block_delta", "index": 0, "delta": delta})
            });
            let end = [
                start(1, "KEY", "KEY"),
                json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}),
                json!({"type": "message_stop"}),
            ];
            begin.into_iter().chain(more).chain(end).collect()
        }
        "gemini" => vec![document(provider)],
        "openai-responses" => {
            let more = pieces.map(|piece| json!({"type": "response.function_call_arguments.delta", "delta": piece}));
            let end = json!({"type": "response.completed", "response": document(provider)});
            more.chain([end]).collect()
        }
        _ => {
            let chunk = |call: Value| json!({"choices": [{"delta": {"tool_calls": [call]}}]});
            let start = |index: u64, id: &str, name: &str| {
                chunk(json!({"index": index, "id": id, "function": {"name": name, "arguments": ""}}))
            };
            let more = pieces.map(|piece| chunk(json!({"index": 0, "function": {"arguments": piece}})));
            let end = [
                start(1, "KEY", "KEY"),
                json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
            ];
            [start(0, "one", TOOL)].into_iter().chain(more).chain(end).collect()
        }
    };
    let events: Vec<String> = events.iter().map(|event| filled(event, key, spelling)).collect();
    event_stream(&events)
}
