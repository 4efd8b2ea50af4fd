//! Why a model gave no answer, in words that say what to do, and when it may be retried.

mod said;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use contract::model_bindings::Provider;
use serde_json::Value;

use super::wire::{Fault, MAX_TEXT_BYTES};
use crate::http::ApiError;
use crate::mcp_servers::{Subject, problem_of, sent_as_words};
use crate::outbound::{OutboundError, QuoteFilter, UpstreamText};
use said::{
    delay, is_about_spent_tokens, is_about_the_key, is_about_the_model, is_about_the_schema, message, wait,
    whole_seconds,
};

/// Why there is no answer.
#[derive(Debug)]
pub struct Failure {
    pub error: ApiError,
    pub retry: Retry,
    /// Whether the model worked until its tokens were spent, without a word of an answer.
    pub spent: bool,
    /// Whether it is about the way in which an object was asked for.
    pub about_schema: bool,
}

impl Failure {
    fn new(error: ApiError, retry: Retry) -> Self {
        Self {
            error,
            retry,
            spent: false,
            about_schema: false,
        }
    }
}

/// When a failed request may be retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// A retry gets the same response.
    Never,
    /// After the backoff of the settings.
    Backoff,
    /// After the `Retry-After` of the provider.
    After(Duration),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::new(error, Retry::Never)
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// What a provider says of a failure, in lower case.
pub(super) fn lower_words(document: Option<&Value>) -> String {
    document.map_or_else(String::new, |document| message(document).as_str().to_lowercase())
}

/// What the words can name.
#[derive(Clone, Debug)]
pub(super) struct About<'a> {
    pub subject: &'a Subject,
    pub provider: Provider,
    pub model_id: &'a str,
    pub now: DateTime<Utc>,
    /// The header that the key was sent in.
    pub sent_as: Option<&'static str>,
    /// The filter for words of the provider.
    pub quotes: QuoteFilter,
}

impl About<'_> {
    /// A request that was not answered.
    pub fn outbound(&self, error: OutboundError) -> Failure {
        let retry = match error {
            OutboundError::Unreachable(_) | OutboundError::TimedOut(_) | OutboundError::Busy => Retry::Backoff,
            _ => Retry::Never,
        };
        let error = match (error, &self.subject.credential) {
            (OutboundError::Refused { status, sent_as, said }, Some(credential)) => {
                self.key_refused(status, &credential.name, sent_as, &said)
            }
            (OutboundError::Refused { status, said, .. }, None) => self.key_wanted(status, &said),
            (error, _) => problem_of(error, self.subject),
        };
        Failure::new(error, retry)
    }

    fn key_refused(&self, status: u16, credential: &str, sent_as: Option<&str>, said: &UpstreamText) -> ApiError {
        let (host, sent_as, quoted) = (&self.subject.host, sent_as_words(sent_as), self.quoted(said));
        upstream(
            "credential-refused",
            format!(
                "{host} refused {credential} ({status}).{sent_as} Replace its value, or choose another credential.{quoted}"
            ),
        )
    }

    fn key_wanted(&self, status: u16, said: &UpstreamText) -> ApiError {
        let (host, quoted) = (&self.subject.host, self.quoted(said));
        upstream(
            "credential-refused",
            format!("{host} needs an API key ({status}). Choose a credential.{quoted}"),
        )
    }

    /// The words of the provider; empty if it said none, or none that may be quoted.
    fn quoted(&self, said: &UpstreamText) -> String {
        if said.as_str().is_empty() || !self.quotes.permits(said.as_str()) {
            String::new()
        } else {
            format!(" “{said}”")
        }
    }

    /// 403 is about the model where the answer names it, and otherwise about the key. What was said tells more.
    fn forbidden(&self, said: &UpstreamText) -> ApiError {
        let (host, quoted) = (&self.subject.host, self.quoted(said));
        let detail = match &self.subject.credential {
            Some(credential) => format!(
                "{host} refused {} (403). Check the key's permissions.{quoted}",
                credential.name
            ),
            None => {
                format!("{host} refuses requests without an API key (403). Choose a credential.{quoted}")
            }
        };
        upstream("credential-refused", detail)
    }

    /// An answer whose status says failure. The document was scanned.
    pub fn status(&self, status: u16, document: Option<&Value>, retry_after: Option<&str>) -> Failure {
        let host = &self.subject.host;
        let said = document.map_or_else(|| UpstreamText::of_scanned(""), message);
        let lower = said.as_str().to_lowercase();
        let wait = retry_after
            .and_then(|text| wait(text, self.now))
            .or_else(|| delay(document?));
        let error = match (status, &self.subject.credential) {
            (400, Some(credential)) if is_about_the_key(&lower) => {
                self.key_refused(status, &credential.name, self.sent_as, &said)
            }
            (400 | 401, None) if is_about_the_key(&lower) => self.key_wanted(status, &said),
            // Without a database it fails where it should say so, and mostly without a document.
            (500, None) if self.provider == Provider::Litellm && (document.is_none() || is_about_the_key(&lower)) => {
                let detail = format!(
                    "{host} returned status 500, as LiteLLM does when the API key is missing. Choose a credential, or check LiteLLM's log."
                );
                return upstream("credential-refused", detail).into();
            }
            (429, _) => return self.limited(wait, said.as_str()),
            (404 | 405, _) if document.is_none() || lower.contains("invalid url") => upstream(
                "not-model-api",
                format!("{host} doesn't offer this API at this URL. Check the base URL, usually ending in /v1."),
            ),
            (400 | 403 | 404 | 422, _) if is_about_the_model(status, document, &lower, self.model_id) => upstream(
                "model-unknown",
                format!(
                    "{host} has no model {}, or your key can't use it. Check the model ID.{}",
                    self.model_id,
                    self.quoted(&said)
                ),
            ),
            (403, _) => self.forbidden(&said),
            _ if self.quoted(&said).is_empty() => upstream(
                "upstream-failed",
                format!("{host} returned status {status}. Try again, or check its log."),
            ),
            _ => upstream(
                "upstream-failed",
                format!("{host} returned an error ({status}):{}", self.quoted(&said)),
            ),
        };
        let retry = match (status, wait) {
            (408 | 500..=599, Some(wait)) => Retry::After(wait),
            (408 | 500..=599, None) => Retry::Backoff,
            _ => Retry::Never,
        };
        Failure {
            spent: status == 400 && is_about_spent_tokens(&lower),
            about_schema: matches!(status, 400 | 422) && is_about_the_schema(&lower),
            ..Failure::new(error, retry)
        }
    }

    fn limited(&self, wait: Option<Duration>, said: &str) -> Failure {
        let host = &self.subject.host;
        let when = wait.map_or_else(
            || "Try again later.".to_owned(),
            |wait| match whole_seconds(wait) {
                0 | 1 => "Try again in 1 second.".to_owned(),
                seconds => format!("Try again in {seconds} seconds."),
            },
        );
        let quoted = self.quoted(&UpstreamText::of_scanned(said));
        let error = ApiError::RateLimited {
            detail: format!("{host} has reached its rate limit. {when}{quoted}"),
            retry_after: wait.map(whole_seconds),
        };
        Failure::new(error, wait.map_or(Retry::Backoff, Retry::After))
    }

    /// An answer that is not what the format says. Its texts were scanned.
    pub fn fault(&self, fault: Fault) -> Failure {
        let host = &self.subject.host;
        match fault {
            Fault::NotThisApi => upstream(
                "not-model-api",
                format!("{host} responded, but not in this provider's format. Check the provider and the base URL."),
            )
            .into(),
            Fault::Cut => Failure::new(
                upstream("upstream-failed", format!("{host}'s response was cut off. Try again.")),
                Retry::Backoff,
            ),
            Fault::TooMuch => self.outbound(OutboundError::TooLarge {
                limit: MAX_TEXT_BYTES as u64,
            }),
            Fault::Said { message, limited: true } => self.limited(None, &message),
            Fault::Said { message, .. } => {
                let said = UpstreamText::of_scanned(&message);
                let detail = format!("{host} ended its response with an error:{}", self.quoted(&said));
                Failure::new(upstream("upstream-failed", detail), Retry::Backoff)
            }
        }
    }
}

/// A problem of a provider.
pub(super) fn upstream(slug: &'static str, detail: String) -> ApiError {
    ApiError::Upstream { slug, detail }
}
