//! `POST responses`, the newer API of `OpenAI`. Nothing is kept there: each request brings the whole conversation.

use contract::ai::Usage;
use serde_json::{Value, json};
use url::Url;

use super::super::endpoint::Endpoint;
use super::{
    Call, ChatMessage, Completion, CompletionRequest, Delta, Fault, Finish, Fold, ToolSpec, count, said, text,
};
use crate::outbound::Event;

pub(super) fn url(endpoint: &Endpoint) -> Url {
    endpoint.join(&["responses"])
}

pub(super) fn body(ask: &CompletionRequest<'_>) -> Value {
    let input: Vec<Value> = ask.turns.iter().flat_map(items).collect();
    let mut body = json!({"model": ask.model_id, "input": input, "store": false});
    if let Some(system) = ask.system {
        body["instructions"] = system.into();
    }
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(tool).collect();
    }
    if let Some(schema) = ask.schema {
        body["text"] = json!({"format": {
            "type": "json_schema", "name": "answer", "schema": schema, "strict": super::is_strict(schema),
        }});
    }
    if ask.stream {
        body["stream"] = true.into();
    }
    super::set_sampling(ask, &mut body);
    body
}

fn items(turn: &ChatMessage) -> Vec<Value> {
    match turn {
        ChatMessage::User(text) => vec![json!({"role": "user", "content": text})],
        ChatMessage::Assistant { text, calls, .. } => {
            let said = (!text.is_empty()).then(|| json!({"role": "assistant", "content": text}));
            // Without the ids of its items the conversation stands for itself.
            let calls = calls.iter().map(|call| {
                json!({
                    "type": "function_call",
                    "call_id": call.id,
                    "name": call.name,
                    "arguments": call.arguments.to_string(),
                })
            });
            said.into_iter().chain(calls).collect()
        }
        ChatMessage::Results(results) => results
            .iter()
            .map(|result| json!({"type": "function_call_output", "call_id": result.id, "output": result.content}))
            .collect(),
    }
}

fn tool(tool: &ToolSpec) -> Value {
    let mut described = json!({
        "type": "function", "name": tool.name, "parameters": tool.schema, "strict": false,
    });
    if let Some(description) = &tool.description {
        described["description"] = description.as_str().into();
    }
    described
}

pub(super) fn read(document: &Value) -> Result<Completion, Fault> {
    if let Some(fault) = said(document) {
        return Err(fault);
    }
    let items = document["output"].as_array().ok_or(Fault::NotThisApi)?;
    let mut answer = Completion {
        model: document["model"].as_str().map(str::to_owned),
        usage: usage(&document["usage"]),
        ..Completion::default()
    };
    let mut refused = false;
    for item in items {
        match item["type"].as_str().unwrap_or_default() {
            "message" => {
                for part in item["content"].as_array().into_iter().flatten() {
                    answer.text.push_str(part["text"].as_str().unwrap_or_default());
                    if let Some(refusal) = part["refusal"].as_str() {
                        refused = true;
                        answer.text.push_str(refusal);
                    }
                }
            }
            "reasoning" => {
                for part in item["summary"].as_array().into_iter().flatten() {
                    answer.reasoning.push_str(part["text"].as_str().unwrap_or_default());
                }
            }
            "function_call" => answer.calls.push(Call {
                id: text(&item["call_id"]),
                name: text(&item["name"]),
                arguments: text(&item["arguments"]).into(),
                signature: None,
            }),
            _ => {}
        }
    }
    answer.finish = match document["incomplete_details"]["reason"].as_str() {
        Some("max_output_tokens") => Finish::Length,
        Some("content_filter") => Finish::ContentFilter,
        Some(_) => Finish::Other,
        None if refused => Finish::ContentFilter,
        None if !answer.calls.is_empty() => Finish::ToolCalls,
        None => Finish::Stop,
    };
    Ok(answer)
}

fn usage(usage: &Value) -> Usage {
    let (input, output) = (count(&usage["input_tokens"]), count(&usage["output_tokens"]));
    Usage {
        input_tokens: input,
        output_tokens: output,
        total_tokens: usage["total_tokens"].as_i64().unwrap_or(input.saturating_add(output)),
        reasoning_tokens: usage["output_tokens_details"]["reasoning_tokens"].as_i64(),
        cached_input_tokens: usage["input_tokens_details"]["cached_tokens"].as_i64(),
    }
}

pub(super) fn event(fold: &mut Fold, event: &Event) -> Result<Vec<Delta>, Fault> {
    let Some(data) = &event.data else { return Ok(Vec::new()) };
    let kind = data["type"].as_str().or(event.name.as_deref()).unwrap_or_default();
    fold.known |= kind.starts_with("response.");
    let delta = || text(&data["delta"]);
    Ok(match kind {
        "response.output_text.delta" | "response.refusal.delta" => vec![Delta::Text(delta())],
        "response.reasoning_summary_text.delta" => vec![Delta::Reasoning(delta())],
        "response.completed" | "response.incomplete" => {
            fold.answer = read(&data["response"])?;
            fold.done = true;
            fold.over = true;
            Vec::new()
        }
        "response.failed" => return Err(said(&data["response"]).unwrap_or(Fault::Cut)),
        "error" => {
            let message = text(&data["message"]);
            return Err(said(data).unwrap_or(Fault::Said {
                message,
                limited: false,
            }));
        }
        _ => Vec::new(),
    })
}
