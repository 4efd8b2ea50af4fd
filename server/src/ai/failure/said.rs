//! What providers say of a failure, and where they say it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::outbound::UpstreamText;

/// The message of an error, wherever providers put it.
pub(super) fn message(document: &Value) -> UpstreamText {
    let document = document.get(0).unwrap_or(document);
    let found = ["/error/message", "/message", "/error", "/detail", "/detail/0/msg"]
        .into_iter()
        .find_map(|pointer| document.pointer(pointer)?.as_str());
    UpstreamText::of_scanned(found.unwrap_or_default())
}

/// Some providers answer 400 where others answer 401.
pub(super) fn is_about_the_key(lower: &str) -> bool {
    let names_it = [
        "api key",
        "api_key",
        "apikey",
        "authentication",
        "x-goog-api-key",
        // LiteLLM without a database, of a key that is not its own.
        "no connected db",
    ];
    names_it.iter().any(|name| lower.contains(name))
}

pub(super) fn is_about_the_model(status: u16, document: Option<&Value>, lower: &str, model_id: &str) -> bool {
    if status == 403 && code(document).starts_with("model_") {
        return true;
    }
    let names_it = lower.contains("model") || lower.contains(&model_id.to_lowercase());
    let unknown = [
        "not exist",
        "not found",
        "unknown",
        "invalid model",
        "not a valid model",
        "no such",
        "decommissioned",
    ];
    // The project is not allowed to use it, or has it switched off.
    let closed = ["access to", "blocked"];
    let closed: &[&str] = if status == 403 { &closed } else { &[] };
    names_it && (status == 404 || unknown.iter().chain(closed).any(|words| lower.contains(words)))
}

/// The code of an error, where it is a word.
fn code(document: Option<&Value>) -> &str {
    document
        .and_then(|document| document.get(0).unwrap_or(document).pointer("/error/code")?.as_str())
        .unwrap_or_default()
}

/// `OpenAI`'s words where a model that reasons has no tokens left for an answer. Others give an empty answer.
pub(super) fn is_about_spent_tokens(lower: &str) -> bool {
    lower.contains("output limit was reached") || lower.contains("could not finish the message")
}

/// Whether a model does not take a schema, or not this one, or not the way it is passed.
pub(super) fn is_about_the_schema(lower: &str) -> bool {
    let names_it = [
        "tool_choice",
        "tool choice",
        "response_format",
        "json_schema",
        "json schema",
        "json mode",
        "text.format",
        "input_schema",
        "responsejsonschema",
        "response_json_schema",
        "response_schema",
        "responseschema",
        "structured output",
    ];
    names_it.iter().any(|name| lower.contains(name))
}

/// How long to wait: seconds, or until a date.
pub(super) fn wait(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or_default())
}

/// How long to wait, as Gemini says it: in the body alone, as `45.8s`.
pub(super) fn delay(document: &Value) -> Option<Duration> {
    let document = document.get(0).unwrap_or(document);
    let details = document.pointer("/error/details")?.as_array()?;
    let text = details.iter().find_map(|detail| detail["retryDelay"].as_str())?;
    let seconds = text.trim().strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// In whole seconds, and rather too long than too short.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
