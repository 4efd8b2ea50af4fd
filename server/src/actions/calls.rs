//! Calls of tools, and what they give, as a model is told it.

use std::time::Duration;

use contract::ai::ModelToolResult;
use contract::mcp_servers::ToolResult;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::Actions;
use super::run::millis;
use super::tools::{Toolbox, word};
use crate::ai::Caller;
use crate::ai::wire::Call;
use crate::http::{ApiError, problem};

/// How much of one result a model is given, in bytes.
pub(super) const MAX_RESULT_BYTES: usize = 32 * 1024;

impl Actions {
    /// Calls a tool. Whatever goes wrong is a result: the model is told, and may try something else.
    pub(super) async fn call_tool(&self, caller: &Caller, toolbox: &Toolbox, call: &Call) -> ModelToolResult {
        let started = Instant::now();
        let limit = self.bindings.ai().limits().call;
        let (content, is_error) = match timeout(limit, self.try_call(caller, toolbox, call)).await {
            Ok(Ok(result)) => (text_of(&result), result.is_error),
            Ok(Err(error)) => (problem(error, &caller.request_id.0).detail, true),
            Err(_) => (format!("The tool took longer than {}.", in_words(limit)), true),
        };
        ModelToolResult {
            id: call.id.clone(),
            name: call.name.clone(),
            content,
            is_error,
            latency_ms: millis(started),
        }
    }

    async fn try_call(&self, caller: &Caller, toolbox: &Toolbox, call: &Call) -> Result<ToolResult, ApiError> {
        let told = |detail: &str| ApiError::Upstream {
            slug: "upstream-failed",
            detail: detail.to_owned(),
        };
        let Some((server, tool)) = toolbox.places.get(&call.name) else {
            return Err(told("This tool doesn't exist. Use one from the list."));
        };
        let arguments = match &call.arguments {
            Value::Object(arguments) => arguments.clone(),
            Value::Null => serde_json::Map::new(),
            _ => return Err(told("The arguments aren't a JSON object. Send one.")),
        };
        self.servers
            .call_tool(caller.into(), *server, tool, Some(arguments))
            .await
    }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds => format!("{seconds} seconds"),
    }
}

/// What a tool gave, as a text.
fn text_of(result: &ToolResult) -> String {
    let mut parts: Vec<String> = result
        .content
        .iter()
        .map(|block| match block["type"].as_str().unwrap_or_default() {
            "text" => block["text"].as_str().unwrap_or_default().to_owned(),
            "resource" => match block["resource"]["text"].as_str() {
                Some(text) => text.to_owned(),
                None => "[a file]".to_owned(),
            },
            kind => format!("[{}]", word(kind)),
        })
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        parts.extend(result.structured_content.as_ref().map(Value::to_string));
    }
    parts.join("\n")
}

/// A text, cut to so many bytes, which says that it was cut.
pub(super) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes);
    format!("{}\n[cut: {} more bytes]", &text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_long_result_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("short", 10), "short");
        assert_eq!(cut("éééé", 5), "éé\n[cut: 4 more bytes]");
    }
}
