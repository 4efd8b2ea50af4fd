//! `POST models/{model}:generateContent`, as Google's Gemini has it.

use contract::ai::Usage;
use serde_json::{Value, json};
use url::Url;

use super::super::endpoint::Endpoint;
use super::{
    Call, ChatMessage, Completion, CompletionRequest, Delta, Fault, Finish, Fold, ToolSpec, count, said, text,
};
use crate::outbound::Event;

pub(super) fn url(model_id: &str, stream: bool, endpoint: &Endpoint) -> Url {
    let model = model_id.strip_prefix("models/").unwrap_or(model_id);
    let (method, query) = if stream {
        ("streamGenerateContent", Some("alt=sse"))
    } else {
        ("generateContent", None)
    };
    let mut url = endpoint.join(&["models", &format!("{model}:{method}")]);
    url.set_query(query);
    url
}

pub(super) fn body(ask: &CompletionRequest<'_>) -> Value {
    let contents: Vec<Value> = ask.turns.iter().map(content).collect();
    let mut body = json!({"contents": contents, "generationConfig": {}});
    if let Some(system) = ask.system {
        body["systemInstruction"] = json!({"parts": [{"text": system}]});
    }
    if !ask.tools.is_empty() {
        let tools: Vec<Value> = ask.tools.iter().map(tool).collect();
        body["tools"] = json!([{"functionDeclarations": tools}]);
    }
    super::set_sampling(ask, &mut body["generationConfig"]);
    if let Some(schema) = ask.schema {
        body["generationConfig"]["responseMimeType"] = "application/json".into();
        body["generationConfig"]["responseJsonSchema"] = schema.clone();
    }
    body
}

fn content(turn: &ChatMessage) -> Value {
    match turn {
        ChatMessage::User(text) => json!({"role": "user", "parts": [{"text": text}]}),
        ChatMessage::Assistant { text, calls, .. } => {
            let said = (!text.is_empty()).then(|| json!({"text": text}));
            let calls = calls.iter().map(|call| {
                let args = if call.arguments.is_object() {
                    call.arguments.clone()
                } else {
                    json!({})
                };
                let mut part = json!({"functionCall": {"name": call.name, "args": args}});
                // Without it, newer models refuse to go on.
                if let Some(signature) = &call.signature {
                    part["thoughtSignature"] = signature.as_str().into();
                }
                part
            });
            let parts: Vec<Value> = said.into_iter().chain(calls).collect();
            json!({"role": "model", "parts": parts})
        }
        ChatMessage::Results(results) => {
            let parts: Vec<Value> = results
                .iter()
                .map(|result| {
                    let field = if result.is_error { "error" } else { "result" };
                    json!({"functionResponse": {"name": result.name, "response": {field: result.content}}})
                })
                .collect();
            json!({"role": "user", "parts": parts})
        }
    }
}

fn tool(tool: &ToolSpec) -> Value {
    let mut described = json!({"name": tool.name, "parametersJsonSchema": tool.schema});
    if let Some(description) = &tool.description {
        described["description"] = description.as_str().into();
    }
    described
}

pub(super) fn read(document: &Value) -> Result<Completion, Fault> {
    let mut answer = Completion::default();
    let pieces = take_up(&mut answer, document)?;
    for piece in pieces {
        match piece {
            Delta::Text(more) => answer.text.push_str(&more),
            Delta::Reasoning(more) => answer.reasoning.push_str(&more),
        }
    }
    Ok(answer)
}

/// Adds a document to an answer: a whole one, or one of those that a stream is made of.
fn take_up(answer: &mut Completion, document: &Value) -> Result<Vec<Delta>, Fault> {
    if let Some(fault) = said(document) {
        return Err(fault);
    }
    if let Some(model) = document["modelVersion"].as_str() {
        answer.model = Some(model.to_owned());
    }
    if document["usageMetadata"].is_object() {
        answer.usage = usage(&document["usageMetadata"]);
    }
    let Some(candidate) = document.pointer("/candidates/0") else {
        if document["promptFeedback"]["blockReason"].is_string() {
            answer.finish = Finish::ContentFilter;
            return Ok(Vec::new());
        }
        return Err(Fault::NotThisApi);
    };
    let mut pieces = Vec::new();
    for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
        if part["functionCall"].is_object() {
            answer.calls.push(Call {
                id: String::new(),
                name: text(&part["functionCall"]["name"]),
                arguments: part["functionCall"]["args"].clone(),
                signature: part["thoughtSignature"].as_str().map(str::to_owned),
            });
        }
        let said = text(&part["text"]);
        pieces.push(if part["thought"] == true {
            Delta::Reasoning(said)
        } else {
            Delta::Text(said)
        });
    }
    if let Some(reason) = candidate["finishReason"].as_str() {
        answer.finish = finish(reason, !answer.calls.is_empty());
    }
    Ok(pieces)
}

fn finish(reason: &str, calls: bool) -> Finish {
    match reason {
        "STOP" if calls => Finish::ToolCalls,
        // It is a mock's word, and of gateways, for the same.
        "FUNCTION_CALL" => Finish::ToolCalls,
        "STOP" => Finish::Stop,
        "MAX_TOKENS" => Finish::Length,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" => Finish::ContentFilter,
        _ => Finish::Other,
    }
}

fn usage(usage: &Value) -> Usage {
    let thoughts = usage["thoughtsTokenCount"].as_i64();
    let input = count(&usage["promptTokenCount"]);
    let output = count(&usage["candidatesTokenCount"]).saturating_add(thoughts.unwrap_or_default());
    Usage {
        input_tokens: input,
        output_tokens: output,
        total_tokens: usage["totalTokenCount"]
            .as_i64()
            .unwrap_or(input.saturating_add(output)),
        reasoning_tokens: thoughts,
        cached_input_tokens: usage["cachedContentTokenCount"].as_i64(),
    }
}

pub(super) fn event(fold: &mut Fold, event: &Event) -> Result<Vec<Delta>, Fault> {
    let Some(data) = &event.data else { return Ok(Vec::new()) };
    if data.get("candidates").is_none() && data.get("error").is_none() && data.get("promptFeedback").is_none() {
        return Ok(Vec::new());
    }
    fold.known = true;
    let pieces = take_up(&mut fold.answer, data)?;
    // The stream has no last word of its own.
    fold.done |= data.pointer("/candidates/0/finishReason").is_some() || fold.answer.finish == Finish::ContentFilter;
    Ok(pieces)
}
