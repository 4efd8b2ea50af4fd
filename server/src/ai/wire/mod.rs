//! How requests and answers are written: one file for each format, without any network. Each makes the body of a
//! request, reads the document of an answer, and folds the events of a stream into one.

mod anthropic;
mod arguments;
mod fold;
mod gemini;
mod openai_chat;
mod openai_responses;
mod sampling;
mod strict;
#[cfg(test)]
mod tests;

use contract::ai::Usage;
use contract::model_bindings::{ModelSettings, Provider, WireFormat};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use super::endpoint::{self, Endpoint};
use crate::destination::Destination;
use crate::http::ApiError;
use crate::references::Target;

pub(super) use arguments::document;
pub use fold::{Fold, MAX_TEXT_BYTES};
use sampling::set_sampling;
pub use sampling::{Sampling, SamplingParam, field, leave_out, takes_schema};
use strict::is_strict;

/// What a model is asked.
#[derive(Clone, Copy, Debug)]
pub struct CompletionRequest<'a> {
    pub provider: Provider,
    pub model_id: &'a str,
    pub system: Option<&'a str>,
    /// What was said so far.
    pub turns: &'a [ChatMessage],
    /// The tools that it may ask for.
    pub tools: &'a [ToolSpec],
    /// The schema of the object that it is to answer with, where it takes one.
    pub schema: Option<&'a Value>,
    /// How it chooses its words.
    pub sampling: &'a Sampling,
    /// Whether the answer is to come as a stream.
    pub stream: bool,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum ChatMessage {
    /// A person said something.
    User(String),
    /// The model answered, and maybe asked for tools.
    Assistant {
        text: String,
        /// How it came to it, for providers that want to see that again with its calls.
        reasoning: String,
        calls: Vec<Call>,
    },
    /// What the tools gave.
    Results(Vec<CallResult>),
}

/// A tool that a model asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// The provider's id of the call.
    pub id: String,
    pub name: String,
    /// Arguments. Formats that write them as text leave this text here; `Completion::read_arguments` parses it.
    pub arguments: Value,
    /// What the provider wants to see again with it.
    pub signature: Option<String>,
}

/// What a tool gave.
#[derive(Clone, Debug, PartialEq)]
pub struct CallResult {
    /// The id of the call.
    pub id: String,
    pub name: String,
    pub content: String,
    pub is_error: bool,
}

/// A tool that a model may ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    pub schema: Value,
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    pub text: String,
    /// How it came to it.
    pub reasoning: String,
    /// The tools that it asks for.
    pub calls: Vec<Call>,
    /// The memory of their arguments, once those are parsed.
    pub argument_bytes: u64,
    /// Why it stopped.
    pub finish: Finish,
    /// The model, as the provider reports it.
    pub model: Option<String>,
    pub usage: Usage,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finish {
    /// It was done.
    Stop,
    /// The limit of tokens.
    Length,
    /// It wants tools.
    ToolCalls,
    ContentFilter,
    #[default]
    Other,
}

impl Finish {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Other => "other",
        }
    }
}

/// More of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    Text(String),
    Reasoning(String),
}

/// Why an answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not in this format.
    NotThisApi,
    /// It ended before it was done.
    Cut,
    /// It passes more to tools than is read.
    TooMuch,
    /// The provider ended it with an error.
    Said {
        /// In its words.
        message: String,
        /// Whether there were too many requests.
        limited: bool,
    },
}

pub fn url(ask: &CompletionRequest<'_>, endpoint: &Endpoint) -> Url {
    url_of(ask.provider, ask.model_id, ask.stream, endpoint)
}

fn url_of(provider: Provider, model_id: &str, stream: bool, endpoint: &Endpoint) -> Url {
    match provider.wire_format() {
        WireFormat::OpenaiChat => openai_chat::url(endpoint),
        WireFormat::OpenaiResponses => openai_responses::url(endpoint),
        WireFormat::Anthropic => anthropic::url(endpoint),
        WireFormat::Gemini => gemini::url(model_id, stream, endpoint),
    }
}

/// Where the requests of a model go: below its base URL, to the paths of its format.
///
/// # Errors
/// 422 if the settings have no address.
pub fn target(settings: &ModelSettings) -> Result<Target, ApiError> {
    let endpoint = endpoint::of(settings)?;
    let request = |stream| {
        let url = url_of(settings.provider, &settings.model_id, stream, &endpoint);
        Destination::from_url(&url).map_err(|fault| fault.at(endpoint::POINTER))
    };
    let mut requests = vec![request(false)?, request(true)?];
    requests.dedup();
    Ok(Target {
        requests,
        scope: endpoint.destination,
    })
}

/// Headers besides the one with the key.
pub fn headers(provider: Provider, organization: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if provider.wire_format() == WireFormat::Anthropic {
        headers.insert("anthropic-version", HeaderValue::from_static(anthropic::VERSION));
    }
    let format = provider.wire_format();
    let openai = matches!(format, WireFormat::OpenaiChat | WireFormat::OpenaiResponses);
    if let Some(organization) = organization
        .filter(|_| openai)
        .and_then(|text| HeaderValue::from_str(text).ok())
    {
        headers.insert("openai-organization", organization);
    }
    headers
}

pub fn body(ask: &CompletionRequest<'_>) -> Value {
    match ask.provider.wire_format() {
        WireFormat::OpenaiChat => openai_chat::body(ask),
        WireFormat::OpenaiResponses => openai_responses::body(ask),
        WireFormat::Anthropic => anthropic::body(ask),
        WireFormat::Gemini => gemini::body(ask),
    }
}

/// Reads the document of an answer.
pub fn read(format: WireFormat, document: &Value) -> Result<Completion, Fault> {
    let answer = match format {
        WireFormat::OpenaiChat => openai_chat::read(document),
        WireFormat::OpenaiResponses => openai_responses::read(document),
        WireFormat::Anthropic => anthropic::read(document),
        WireFormat::Gemini => gemini::read(document),
    }?;
    fold::check_calls(&answer)?;
    Ok(answer)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn count(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default().max(0)
}

/// The error that a document holds instead of an answer.
fn said(document: &Value) -> Option<Fault> {
    let error = document.get("error").filter(|error| !error.is_null())?;
    let message = error["message"].as_str().or(error.as_str()).unwrap_or_default();
    let kind = [&error["type"], &error["code"], &error["status"]];
    let limited = kind.into_iter().any(|kind| {
        let limit = |kind: &str| kind.contains("rate_limit") || kind == "RESOURCE_EXHAUSTED";
        kind == 429 || kind.as_str().is_some_and(limit)
    });
    Some(Fault::Said {
        message: message.to_owned(),
        limited,
    })
}
