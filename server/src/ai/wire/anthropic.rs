//! `POST messages`, as Anthropic has it. An object is asked for as the arguments of a tool that must be called.

use contract::ai::Usage;
use serde_json::{Value, json};
use url::Url;

use super::super::endpoint::Endpoint;
use super::{
    Call, ChatMessage, Completion, CompletionRequest, Delta, Fault, Finish, Fold, ToolSpec, count, said, text,
};
use crate::outbound::Event;

/// The version of the API.
pub(super) const VERSION: &str = "2023-06-01";

/// The limit of tokens that every request must have.
const DEFAULT_MAX_TOKENS: i64 = 4096;

/// The tool whose arguments are the object.
const OBJECT: &str = "answer";

pub(super) fn url(endpoint: &Endpoint) -> Url {
    endpoint.join(&["messages"])
}

pub(super) fn body(ask: &CompletionRequest<'_>) -> Value {
    let messages: Vec<Value> = ask.turns.iter().map(message).collect();
    let mut body = json!({"model": ask.model_id, "messages": messages, "max_tokens": DEFAULT_MAX_TOKENS});
    if let Some(system) = ask.system {
        body["system"] = system.into();
    }
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(tool).collect();
    }
    if let Some(schema) = ask.schema {
        let description = "Gives the answer.";
        body["tools"] = json!([{"name": OBJECT, "description": description, "input_schema": schema}]);
        body["tool_choice"] = json!({"type": "tool", "name": OBJECT});
    }
    if ask.stream {
        body["stream"] = true.into();
    }
    super::set_sampling(ask, &mut body);
    // Newer models refuse the two together.
    if body.get("temperature").is_some()
        && let Some(fields) = body.as_object_mut()
    {
        fields.remove("top_p");
    }
    body
}

fn message(turn: &ChatMessage) -> Value {
    match turn {
        ChatMessage::User(text) => json!({"role": "user", "content": text}),
        ChatMessage::Assistant { text, calls, .. } if calls.is_empty() => json!({"role": "assistant", "content": text}),
        ChatMessage::Assistant { text, calls, .. } => {
            let said = (!text.is_empty()).then(|| json!({"type": "text", "text": text}));
            let calls = calls.iter().map(|call| {
                // Only an object is taken for arguments.
                let input = if call.arguments.is_object() {
                    call.arguments.clone()
                } else {
                    json!({})
                };
                json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input})
            });
            let content: Vec<Value> = said.into_iter().chain(calls).collect();
            json!({"role": "assistant", "content": content})
        }
        ChatMessage::Results(results) => {
            let content: Vec<Value> = results
                .iter()
                .map(|result| {
                    json!({
                        "type": "tool_result",
                        "tool_use_id": result.id,
                        "content": result.content,
                        "is_error": result.is_error,
                    })
                })
                .collect();
            json!({"role": "user", "content": content})
        }
    }
}

fn tool(tool: &ToolSpec) -> Value {
    let mut described = json!({"name": tool.name, "input_schema": tool.schema});
    if let Some(description) = &tool.description {
        described["description"] = description.as_str().into();
    }
    described
}

pub(super) fn read(document: &Value) -> Result<Completion, Fault> {
    let Some(blocks) = document["content"].as_array() else {
        return Err(said(document).unwrap_or(Fault::NotThisApi));
    };
    let mut answer = Completion {
        model: document["model"].as_str().map(str::to_owned),
        usage: usage(&document["usage"]),
        finish: finish(&document["stop_reason"]),
        ..Completion::default()
    };
    for block in blocks {
        match block["type"].as_str().unwrap_or_default() {
            "text" => answer.text.push_str(block["text"].as_str().unwrap_or_default()),
            "thinking" => answer
                .reasoning
                .push_str(block["thinking"].as_str().unwrap_or_default()),
            "tool_use" if block["name"] == OBJECT => {
                answer.text = block["input"].to_string();
                answer.finish = Finish::Stop;
            }
            "tool_use" => answer.calls.push(Call {
                id: text(&block["id"]),
                name: text(&block["name"]),
                arguments: block["input"].clone(),
                signature: None,
            }),
            _ => {}
        }
    }
    Ok(answer)
}

fn finish(reason: &Value) -> Finish {
    match reason.as_str().unwrap_or_default() {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_use" => Finish::ToolCalls,
        "refusal" => Finish::ContentFilter,
        _ => Finish::Other,
    }
}

fn usage(usage: &Value) -> Usage {
    let cached = usage["cache_read_input_tokens"].as_i64();
    // Tokens that the provider keeps, or had kept, are counted apart there.
    let input = count(&usage["input_tokens"])
        .saturating_add(cached.unwrap_or_default())
        .saturating_add(count(&usage["cache_creation_input_tokens"]));
    let output = count(&usage["output_tokens"]);
    Usage {
        input_tokens: input,
        output_tokens: output,
        total_tokens: input.saturating_add(output),
        reasoning_tokens: None,
        cached_input_tokens: cached,
    }
}

pub(super) fn event(fold: &mut Fold, event: &Event) -> Result<Vec<Delta>, Fault> {
    let Some(data) = &event.data else { return Ok(Vec::new()) };
    let index = data["index"].as_u64().unwrap_or_default();
    match data["type"].as_str().unwrap_or_default() {
        "error" => return Err(said(data).unwrap_or(Fault::Cut)),
        "message_start" => {
            fold.known = true;
            fold.answer.model = data["message"]["model"].as_str().map(str::to_owned);
            fold.answer.usage = usage(&data["message"]["usage"]);
        }
        "content_block_start" => {
            let block = &data["content_block"];
            if block["type"] == "tool_use"
                && let Some(part) = fold.part(index)
            {
                part.id = text(&block["id"]);
                part.name = text(&block["name"]);
            }
            return Ok(vec![Delta::Text(text(&block["text"]))]);
        }
        "content_block_delta" => {
            let delta = &data["delta"];
            if let Some((part, more)) = delta["partial_json"]
                .as_str()
                .and_then(|more| Some((fold.part(index)?, more)))
            {
                part.add(more);
            }
            return Ok(vec![
                Delta::Reasoning(text(&delta["thinking"])),
                Delta::Text(text(&delta["text"])),
            ]);
        }
        "message_delta" => {
            fold.answer.finish = finish(&data["delta"]["stop_reason"]);
            let so_far = &mut fold.answer.usage;
            // The counts of the end take the place of those of the beginning, which may be missing in them.
            let last = usage(&data["usage"]);
            so_far.input_tokens = so_far.input_tokens.max(last.input_tokens);
            so_far.output_tokens = last.output_tokens;
            so_far.total_tokens = so_far.input_tokens.saturating_add(so_far.output_tokens);
        }
        "message_stop" => {
            fold.done = true;
            fold.over = true;
        }
        _ => {}
    }
    Ok(Vec::new())
}
