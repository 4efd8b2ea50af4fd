//! Streams against events as the providers send them.

use contract::model_bindings::Provider;
use serde_json::{Value, json};

use super::FORMATS;
use crate::ai::wire::{Completion, Delta, Fault, Finish, Fold, MAX_TEXT_BYTES};
use crate::outbound::Event;

fn event(data: Value) -> Event {
    Event {
        name: None,
        data: Some(data),
        text: None,
    }
}

fn fold(provider: Provider, events: &[Value]) -> (String, Result<Completion, Fault>) {
    let mut fold = Fold::new(provider.wire_format());
    let mut text = String::new();
    for data in events {
        match fold.event(&event(data.clone())) {
            Err(fault) => return (text, Err(fault)),
            Ok(pieces) => {
                for piece in pieces {
                    match piece {
                        Delta::Text(more) => text.push_str(&more),
                        Delta::Reasoning(more) => text.extend(["(", &more, ")"]),
                    }
                }
            }
        }
    }
    (text, fold.finish().map(super::with_arguments))
}

#[test]
fn streams_are_folded_into_the_same_answers() {
    let chat = [
        json!({"model": "m-1", "choices": [{"delta": {"reasoning_content": "hm"}}]}),
        json!({"choices": [{"delta": {"content": "yes"}}]}),
        json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "t", "arguments": "{\"a\""}}]}}]}),
        json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}}]}),
        json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 3}}),
    ];
    let responses = [
        json!({"type": "response.created"}),
        json!({"type": "response.reasoning_summary_text.delta", "delta": "hm"}),
        json!({"type": "response.output_text.delta", "delta": "yes"}),
        json!({"type": "response.completed", "response": {
            "model": "m-1", "usage": {"input_tokens": 5, "output_tokens": 3},
            "output": [{"type": "function_call", "call_id": "c", "name": "t", "arguments": "{\"a\":1}"}],
        }}),
    ];
    let anthropic = [
        json!({"type": "message_start", "message": {"model": "m-1", "usage": {"input_tokens": 5, "output_tokens": 1}}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "yes"}}),
        json!({"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "c", "name": "t", "input": {}}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{\"a\""}}),
        json!({"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": ":1}"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 3}}),
        json!({"type": "message_stop"}),
    ];
    let gemini = [
        json!({"modelVersion": "m-1", "candidates": [{"content": {"parts": [{"text": "hm", "thought": true}]}}]}),
        json!({"candidates": [{"content": {"parts": [{"text": "yes"}]}}]}),
        json!({"candidates": [{"content": {"parts": [{"functionCall": {"name": "t", "args": {"a": 1}}}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 3}}),
    ];
    let all: [&[Value]; 4] = [&chat, &responses, &anthropic, &gemini];
    for (provider, events) in FORMATS.into_iter().zip(all) {
        let (text, answer) = fold(provider, events);
        let answer = answer.unwrap();
        assert_eq!(text, "(hm)yes", "{provider:?}");
        assert_eq!(
            (answer.finish, answer.model.as_deref()),
            (Finish::ToolCalls, Some("m-1")),
            "{provider:?}"
        );
        assert_eq!(
            (
                answer.usage.input_tokens,
                answer.usage.output_tokens,
                answer.usage.total_tokens
            ),
            (5, 3, 8),
            "{provider:?}"
        );
        assert_eq!(
            (answer.calls.len(), &answer.calls[0].arguments),
            (1, &json!({"a": 1})),
            "{provider:?}"
        );
        // The same without its end was cut, and something else is no answer at all.
        let cut = &events[..2];
        assert_eq!(fold(provider, cut).1, Err(Fault::Cut), "{provider:?}");
        assert_eq!(
            fold(provider, &[json!({"hello": 1})]).1,
            Err(Fault::NotThisApi),
            "{provider:?}"
        );
    }
}

#[test]
fn an_error_in_the_middle_of_a_stream_is_told() {
    for (provider, error) in [
        (
            Provider::Openai,
            json!({"error": {"message": "no", "type": "rate_limit_error"}}),
        ),
        (
            Provider::OpenaiResponses,
            json!({"type": "response.failed", "response": {"error": {"code": "rate_limit_exceeded", "message": "no"}}}),
        ),
        (
            Provider::Anthropic,
            json!({"type": "error", "error": {"type": "rate_limit_error", "message": "no"}}),
        ),
        (
            Provider::Gemini,
            json!({"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED"}}),
        ),
    ] {
        let said = Fault::Said {
            message: "no".to_owned(),
            limited: true,
        };
        assert_eq!(fold(provider, &[error]).1, Err(said), "{provider:?}");
    }
}

/// A stream of deltas with calls of tools, whole.
fn calls(deltas: &[Value]) -> Vec<(String, String, Value)> {
    let mut events: Vec<Value> = deltas
        .iter()
        .map(|calls| json!({"choices": [{"delta": {"tool_calls": calls}}]}))
        .collect();
    events.push(json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}));
    let answer = fold(Provider::Openai, &events).1.unwrap();
    let told = |call: crate::ai::wire::Call| (call.id, call.name, call.arguments);
    answer.calls.into_iter().map(told).collect()
}

#[test]
fn calls_at_once_stay_apart_however_servers_number_them() {
    let one =
        |id: &str, name: &str, arguments: &str| json!({"id": id, "function": {"name": name, "arguments": arguments}});
    let numbered = |index: u64, mut call: Value| {
        call["index"] = index.into();
        call
    };
    let more = |arguments: &str| json!({"function": {"arguments": arguments}});
    let expected = |ids: [&str; 2], names: [&str; 2]| {
        let call = |at: usize, arguments| (ids[at].to_owned(), names[at].to_owned(), arguments);
        vec![call(0, json!({"a": 1})), call(1, json!({"b": 2}))]
    };
    let (first, second) = (one("c", "t", "{\"a\":1}"), one("d", "u", "{\"b\":2}"));
    let (begun, next) = (one("c", "t", "{\"a\""), one("d", "u", "{\"b\""));
    for deltas in [
        // Ollama, Gemini: whole calls, without an index or with 0 for each, at once or one by one.
        vec![json!([first, second])],
        vec![json!([first]), json!([second])],
        vec![json!([numbered(0, first.clone()), numbered(0, second.clone())])],
        vec![
            json!([numbered(0, first.clone())]),
            json!([numbered(0, second.clone())]),
        ],
        // Pieces, one call after the other.
        vec![
            json!([begun]),
            json!([more(":1}")]),
            json!([next]),
            json!([more(":2}")]),
        ],
        vec![
            json!([numbered(0, begun.clone())]),
            json!([numbered(0, more(":1}"))]),
            json!([numbered(0, next.clone())]),
            json!([numbered(0, more(":2}"))]),
        ],
        // Pieces, by turns.
        vec![
            json!([numbered(0, begun.clone()), numbered(1, next.clone())]),
            json!([numbered(1, more(":2}")), numbered(0, more(":1}"))]),
        ],
        // Ids and names that come again with each piece.
        vec![
            json!([begun, next]),
            json!([one("c", "t", ":1}")]),
            json!([one("d", "u", ":2}")]),
        ],
        vec![
            json!([numbered(0, begun.clone())]),
            json!([numbered(0, one("c", "t", ":1}"))]),
            json!([numbered(0, next.clone())]),
            json!([numbered(0, one("", "u", ":2}"))]),
        ],
    ] {
        assert_eq!(calls(&deltas), expected(["c", "d"], ["t", "u"]), "{deltas:?}");
    }
    // Without ids, the names and the ends of the arguments tell.
    for names in [["t", "u"], ["t", "t"]] {
        let (first, second) = (one("", names[0], "{\"a\":1}"), one("", names[1], "{\"b\":2}"));
        for deltas in [
            vec![json!([first, second])],
            vec![json!([first]), json!([second])],
            vec![
                json!([numbered(0, first.clone())]),
                json!([numbered(0, second.clone())]),
            ],
        ] {
            assert_eq!(calls(&deltas), expected(["", ""], names), "{deltas:?}");
        }
    }
}

#[test]
fn arguments_without_end_are_not_kept() {
    let half = "x".repeat(MAX_TEXT_BYTES / 2 + 1);
    let twice = |delta: Value| [delta.clone(), delta];
    for (provider, events) in [
        (
            Provider::Openai,
            twice(
                json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "c", "function": {"arguments": half}}]}}]}),
            ),
        ),
        (
            Provider::Anthropic,
            twice(
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": half}}),
            ),
        ),
        (
            Provider::Gemini,
            twice(
                json!({"candidates": [{"content": {"parts": [{"functionCall": {"name": "t", "args": {"a": half}}}]}}]}),
            ),
        ),
        (
            Provider::OpenaiResponses,
            twice(json!({"type": "response.completed", "response": {
                "output": [{"type": "function_call", "name": "t", "arguments": json!({"a": [half, half]}).to_string()}],
            }})),
        ),
    ] {
        assert_eq!(fold(provider, &events).1, Err(Fault::TooMuch), "{provider:?}");
    }
}

#[test]
fn more_calls_than_there_may_be_are_left_out() {
    let deltas: Vec<Value> = (0..70)
        .map(|n| json!([{"id": n.to_string(), "function": {"name": "t", "arguments": "{}"}}]))
        .collect();
    let calls = calls(&deltas);
    assert_eq!(
        (calls.len(), calls[63].0.as_str(), &calls[63].2),
        (64, "63", &json!({}))
    );
}

#[test]
fn a_refusal_in_pieces_is_one_although_the_model_says_that_it_is_done() {
    let chat = [
        json!({"choices": [{"delta": {"refusal": "I will "}}]}),
        json!({"choices": [{"delta": {"refusal": "not."}}]}),
        json!({"choices": [{"delta": {"refusal": null}, "finish_reason": "stop"}]}),
    ];
    let responses = [
        json!({"type": "response.refusal.delta", "delta": "I will not."}),
        json!({"type": "response.completed", "response": {
            "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "I will not."}]}],
        }}),
    ];
    let all: [(Provider, &[Value]); 2] = [(Provider::Openai, &chat), (Provider::OpenaiResponses, &responses)];
    for (provider, events) in all {
        let (text, answer) = fold(provider, events);
        assert_eq!(
            (text.as_str(), answer.unwrap().finish),
            ("I will not.", Finish::ContentFilter),
            "{provider:?}"
        );
    }
}
