//! The words of a receiver that refused a request.

use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::UpstreamText;
use super::incoming::Incoming;

/// The time for the body of a refusal. Its words are of use, but not needed.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where errors hold their words: OAuth (RFC 6750), JSON-RPC, problem documents, and most APIs.
const POINTERS: &[&str] = &[
    "/error_description",
    "/error/message",
    "/message",
    "/detail",
    "/detail/0/msg",
    "/errors/0/message",
    "/error",
    "/title",
];

/// The words of a refusal, fit to be quoted; empty if there are none, or they hold a part of the value.
pub(super) async fn words(answer: Incoming) -> UpstreamText {
    let quotes = answer.quotes().clone();
    let text = timeout(PATIENCE, text_of(answer))
        .await
        .ok()
        .flatten()
        .unwrap_or_default();
    quotes.quote(UpstreamText::of_scanned(&text))
}

async fn text_of(answer: Incoming) -> Option<String> {
    if answer.is_encoded() {
        return None;
    }
    if answer.is("text/plain") {
        return answer.failure_text().await;
    }
    if answer.is("application/json") || answer.is("application/problem+json") {
        return in_document(&answer.failure().await?.value).map(str::to_owned);
    }
    None
}

fn in_document(document: &Value) -> Option<&str> {
    let document = document.get(0).unwrap_or(document);
    POINTERS.iter().find_map(|pointer| document.pointer(pointer)?.as_str())
}
