//! `POST chat/completions`, as `OpenAI` and most others have it.

use contract::ai::Usage;
use contract::model_bindings::Provider;
use serde_json::{Value, json};
use url::Url;

use super::super::endpoint::Endpoint;
use super::fold::Part;
use super::{
    Call, ChatMessage, Completion, CompletionRequest, Delta, Fault, Finish, Fold, ToolSpec, count, said, text,
};
use crate::outbound::Event;

pub(super) fn url(endpoint: &Endpoint) -> Url {
    endpoint.join(&["chat", "completions"])
}

pub(super) fn body(ask: &CompletionRequest<'_>) -> Value {
    let system = ask.system.map(|system| json!({"role": "system", "content": system}));
    let messages: Vec<Value> = system
        .into_iter()
        .chain(ask.turns.iter().flat_map(|turn| messages(ask.provider, turn)))
        .collect();
    let mut body = json!({"model": ask.model_id, "messages": messages});
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(tool).collect();
    }
    if let Some(schema) = ask.schema {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": super::is_strict(schema)},
        });
    }
    if ask.stream {
        body["stream"] = true.into();
        // Mistral tells the tokens without being asked, and refuses fields that it does not know.
        if ask.provider != Provider::Mistral {
            body["stream_options"] = json!({"include_usage": true});
        }
    }
    super::set_sampling(ask, &mut body);
    body
}

fn messages(provider: Provider, turn: &ChatMessage) -> Vec<Value> {
    match turn {
        ChatMessage::User(text) => vec![json!({"role": "user", "content": text})],
        ChatMessage::Assistant { text, calls, .. } if calls.is_empty() => {
            vec![json!({"role": "assistant", "content": text})]
        }
        ChatMessage::Assistant { text, reasoning, calls } => {
            let calls: Vec<Value> = calls
                .iter()
                .map(|call| {
                    json!({
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.name, "arguments": call.arguments.to_string()},
                    })
                })
                .collect();
            let content = if text.is_empty() {
                Value::Null
            } else {
                text.as_str().into()
            };
            let mut message = json!({"role": "assistant", "content": content, "tool_calls": calls});
            // Models that think refuse to go on without it, also where they had no thoughts.
            if provider == Provider::Deepseek {
                message["reasoning_content"] = reasoning.as_str().into();
            }
            vec![message]
        }
        ChatMessage::Results(results) => results
            .iter()
            .map(|result| json!({"role": "tool", "tool_call_id": result.id, "content": result.content}))
            .collect(),
    }
}

fn tool(tool: &ToolSpec) -> Value {
    let mut function = json!({"name": tool.name, "parameters": tool.schema});
    if let Some(description) = &tool.description {
        function["description"] = description.as_str().into();
    }
    json!({"type": "function", "function": function})
}

pub(super) fn read(document: &Value) -> Result<Completion, Fault> {
    let Some(choice) = document.pointer("/choices/0") else {
        return Err(said(document).unwrap_or(Fault::NotThisApi));
    };
    let message = choice.get("message").ok_or(Fault::NotThisApi)?;
    let (content, thoughts) = content(&message["content"]);
    let refusal = text(&message["refusal"]);
    let calls: Vec<Call> = message["tool_calls"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|call| Call {
            id: text(&call["id"]),
            name: text(&call["function"]["name"]),
            arguments: text(&call["function"]["arguments"]).into(),
            signature: None,
        })
        .collect();
    Ok(Completion {
        text: if refusal.is_empty() { content } else { refusal.clone() },
        reasoning: [thoughts, reasoning(message)].concat(),
        finish: if refusal.is_empty() {
            finish(&choice["finish_reason"], !calls.is_empty())
        } else {
            Finish::ContentFilter
        },
        calls,
        argument_bytes: 0,
        model: document["model"].as_str().map(str::to_owned),
        usage: usage(&document["usage"]),
    })
}

/// A content is a text, or a list of parts of which some are thoughts.
fn content(content: &Value) -> (String, String) {
    let Some(parts) = content.as_array() else {
        return (text(content), String::new());
    };
    let mut found = (String::new(), String::new());
    for part in parts {
        found.0.push_str(part["text"].as_str().unwrap_or_default());
        for thought in part["thinking"].as_array().into_iter().flatten() {
            found.1.push_str(thought["text"].as_str().unwrap_or_default());
        }
    }
    found
}

/// Providers have two names for it.
fn reasoning(message: &Value) -> String {
    let found = message["reasoning_content"].as_str().or(message["reasoning"].as_str());
    found.unwrap_or_default().to_owned()
}

fn finish(reason: &Value, calls: bool) -> Finish {
    match reason.as_str().unwrap_or_default() {
        // Some servers say that they are done when they want a tool.
        "stop" if calls => Finish::ToolCalls,
        "stop" => Finish::Stop,
        "length" | "model_length" => Finish::Length,
        "tool_calls" | "function_call" => Finish::ToolCalls,
        "content_filter" => Finish::ContentFilter,
        _ => Finish::Other,
    }
}

fn usage(usage: &Value) -> Usage {
    let (input, output) = (count(&usage["prompt_tokens"]), count(&usage["completion_tokens"]));
    let cached = usage["prompt_tokens_details"]["cached_tokens"]
        .as_i64()
        .or(usage["prompt_cache_hit_tokens"].as_i64());
    Usage {
        input_tokens: input,
        output_tokens: output,
        total_tokens: usage["total_tokens"].as_i64().unwrap_or(input.saturating_add(output)),
        reasoning_tokens: usage["completion_tokens_details"]["reasoning_tokens"].as_i64(),
        cached_input_tokens: cached,
    }
}

pub(super) fn event(fold: &mut Fold, event: &Event) -> Result<Vec<Delta>, Fault> {
    let Some(data) = &event.data else {
        fold.over |= event.text.as_deref().map(str::trim) == Some("[DONE]");
        fold.done |= fold.over;
        return Ok(Vec::new());
    };
    if let Some(fault) = said(data) {
        return Err(fault);
    }
    if let Some(model) = data["model"].as_str().filter(|model| !model.is_empty()) {
        fold.answer.model = Some(model.to_owned());
    }
    if data["usage"].is_object() {
        fold.answer.usage = usage(&data["usage"]);
    }
    let Some(choice) = data.pointer("/choices/0") else {
        return Ok(Vec::new());
    };
    fold.known = true;
    let delta = &choice["delta"];
    for (position, more) in delta["tool_calls"].as_array().into_iter().flatten().enumerate() {
        add_to_call(fold, position, more);
    }
    let refusal = text(&delta["refusal"]);
    if !refusal.is_empty() {
        fold.answer.finish = Finish::ContentFilter;
    }
    if choice["finish_reason"].is_string() {
        // A model that refused stops as one does that answered.
        if fold.answer.finish != Finish::ContentFilter {
            fold.answer.finish = finish(&choice["finish_reason"], !fold.parts.is_empty());
        }
        fold.done = true;
    }
    let (content, thoughts) = content(&delta["content"]);
    let content = [content, refusal].concat();
    Ok(vec![
        Delta::Reasoning([thoughts, reasoning(delta)].concat()),
        Delta::Text(content),
    ])
}

/// Adds a delta to the call that it belongs to. Servers leave the index out, or send 0 for every call: what tells calls
/// apart is the id first, then the index, then the place in the list.
fn add_to_call(fold: &mut Fold, position: usize, more: &Value) {
    let id = more["id"].as_str().unwrap_or_default();
    let name = more["function"]["name"].as_str().unwrap_or_default();
    let added = more["function"]["arguments"].as_str().unwrap_or_default();
    let index = more["index"].as_u64();
    let only_adds = id.is_empty() && name.is_empty();
    let fits = |part: &Part| match index {
        Some(index) => part.index == index,
        None if !id.is_empty() => part.id == id,
        None => only_adds || part.index == position as u64,
    };
    let found = fold
        .parts
        .iter_mut()
        .rfind(|part| fits(part) && continues(part, id, name, added));
    let part = match found {
        Some(part) => part,
        None => match fold.open(index.unwrap_or(fold.parts.len() as u64)) {
            Some(part) => part,
            None => return,
        },
    };
    // Some servers repeat both with each delta.
    if !id.is_empty() {
        id.clone_into(&mut part.id);
    }
    if !name.is_empty() {
        name.clone_into(&mut part.name);
    }
    part.add(added);
}

/// Whether a delta can be more of this call, and not the first of another one.
fn continues(part: &Part, id: &str, name: &str, added: &str) -> bool {
    if !id.is_empty() && !part.id.is_empty() {
        return id == part.id;
    }
    if name.is_empty() || part.name.is_empty() {
        return true;
    }
    // Without ids, a name that comes again after arguments that are whole begins another call of the same tool.
    let begins_another = !added.is_empty() && part.is_whole();
    name == part.name && !begins_another
}
