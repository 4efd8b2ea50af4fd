//! Why a model gave no answer, in words that say what to do, and whether asking again may help.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::wire::Fault;
use crate::http::ApiError;
use crate::mcp_servers::{Subject, problem_of};
use crate::outbound::{OutboundError, UpstreamText};

/// Why there is no answer.
#[derive(Debug)]
pub struct Failure {
    /// In words.
    pub error: ApiError,
    /// Whether asking again may help.
    pub again: Again,
}

/// Whether asking again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The answer will be the same.
    Never,
    /// It may.
    Later,
    /// The provider says when.
    After(Duration),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self {
            error,
            again: Again::Never,
        }
    }
}

/// What the words can name.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub subject: &'a Subject,
    pub model_id: &'a str,
    pub now: DateTime<Utc>,
}

impl About<'_> {
    /// A request that was not answered.
    pub fn outbound(&self, error: OutboundError) -> Failure {
        let again = match error {
            OutboundError::Unreachable(_) | OutboundError::TimedOut(_) => Again::Later,
            _ => Again::Never,
        };
        let error = match (error, &self.subject.credential) {
            (OutboundError::Refused { status, .. }, Some(credential)) => self.key_refused(status, &credential.name),
            (OutboundError::Refused { status, .. }, None) => upstream(
                "credential-refused",
                format!(
                    "{} asks for a key ({status}). Choose the credential that holds it.",
                    self.subject.host
                ),
            ),
            (error, _) => problem_of(error, self.subject),
        };
        Failure { error, again }
    }

    fn key_refused(&self, status: u16, credential: &str) -> ApiError {
        let host = &self.subject.host;
        upstream(
            "credential-refused",
            format!(
                "{host} refused the key {credential} ({status}). Check that its value is current and meant for this provider."
            ),
        )
    }

    /// An answer whose status says failure. The document was scanned.
    pub fn status(&self, status: u16, document: Option<&Value>, retry_after: Option<&str>) -> Failure {
        let host = &self.subject.host;
        let said = document.map_or_else(|| UpstreamText::of_scanned(""), message);
        let lower = said.as_str().to_lowercase();
        let wait = retry_after.and_then(|text| wait(text, self.now));
        let error = match (status, &self.subject.credential) {
            (400, Some(credential)) if is_about_the_key(&lower) => self.key_refused(status, &credential.name),
            (400 | 401, None) if is_about_the_key(&lower) => upstream(
                "credential-refused",
                format!("{host} asks for a key ({status}). Choose the credential that holds it."),
            ),
            (429, _) => return self.limited(wait, said.as_str()),
            (404 | 405, _) if document.is_none() || lower.contains("invalid url") => upstream(
                "not-model-api",
                format!("{host} has no such API at this address. Check the base URL, which often ends with /v1."),
            ),
            (400 | 404 | 422, _) if is_about_the_model(status, &lower, self.model_id) => upstream(
                "model-unknown",
                format!(
                    "{host} does not know the model {}, or this key may not use it. Check its name.{}",
                    self.model_id,
                    quoted(&said)
                ),
            ),
            _ if said.as_str().is_empty() => upstream(
                "upstream-failed",
                format!("{host} answered with status {status}. Try again, or look at its log."),
            ),
            _ => upstream(
                "upstream-failed",
                format!("{host} answered with an error ({status}):{}", quoted(&said)),
            ),
        };
        let again = match (status, wait) {
            (408 | 500..=599, Some(wait)) => Again::After(wait),
            (408 | 500..=599, None) => Again::Later,
            _ => Again::Never,
        };
        Failure { error, again }
    }

    fn limited(&self, wait: Option<Duration>, said: &str) -> Failure {
        let host = &self.subject.host;
        let when = wait.map_or_else(
            || "Try again later.".to_owned(),
            |wait| match wait.as_secs() {
                0 | 1 => "Try again in a second.".to_owned(),
                seconds => format!("Try again in {seconds} seconds."),
            },
        );
        let quoted = quoted(&UpstreamText::of_scanned(said));
        Failure {
            error: upstream(
                "rate-limited",
                format!("{host} takes no more requests at the moment. {when}{quoted}"),
            ),
            again: wait.map_or(Again::Later, Again::After),
        }
    }

    /// An answer that is not what the format says. Its texts were scanned.
    pub fn fault(&self, fault: Fault) -> Failure {
        let host = &self.subject.host;
        match fault {
            Fault::NotThisApi => upstream(
                "not-model-api",
                format!("{host} answers, but not as this provider does. Check the provider and the base URL."),
            )
            .into(),
            Fault::Cut => Failure {
                error: upstream(
                    "upstream-failed",
                    format!("The answer of {host} broke off in the middle. Try again."),
                ),
                again: Again::Later,
            },
            Fault::Said { message, limited: true } => self.limited(None, &message),
            Fault::Said { message, .. } => {
                let said = UpstreamText::of_scanned(&message);
                Failure {
                    error: upstream(
                        "upstream-failed",
                        format!("{host} ended its answer with an error:{}", quoted(&said)),
                    ),
                    again: Again::Later,
                }
            }
        }
    }
}

/// A problem of a provider.
pub(super) fn upstream(slug: &'static str, detail: String) -> ApiError {
    ApiError::Upstream { slug, detail }
}

fn quoted(said: &UpstreamText) -> String {
    if said.as_str().is_empty() {
        String::new()
    } else {
        format!(" “{said}”")
    }
}

/// The message of an error, wherever providers put it.
fn message(document: &Value) -> UpstreamText {
    let document = document.get(0).unwrap_or(document);
    let found = ["/error/message", "/message", "/error", "/detail", "/detail/0/msg"]
        .into_iter()
        .find_map(|pointer| document.pointer(pointer)?.as_str());
    UpstreamText::of_scanned(found.unwrap_or_default())
}

/// Some providers answer 400 where others answer 401.
fn is_about_the_key(lower: &str) -> bool {
    let names_it = ["api key", "api_key", "apikey", "authentication", "x-goog-api-key"];
    names_it.iter().any(|name| lower.contains(name))
}

fn is_about_the_model(status: u16, lower: &str, model_id: &str) -> bool {
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
    names_it && (status == 404 || unknown.iter().any(|words| lower.contains(words)))
}

/// How long to wait: seconds, or until a date.
fn wait(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::DateTime;
    use serde_json::json;

    use super::{About, Again, Failure, wait};
    use crate::http::{ApiError, problem};
    use crate::mcp_servers::Subject;

    fn told(failure: Failure) -> (String, String) {
        let document = problem(failure.error, "r");
        (document.slug().to_owned(), document.detail)
    }

    #[test]
    fn the_time_to_wait_is_read_in_both_forms() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap();
        assert_eq!(wait("7", now), Some(Duration::from_secs(7)));
        assert_eq!(wait(" 1.5", now), Some(Duration::from_millis(1500)));
        assert_eq!(
            wait("Sun, 06 Nov 1994 08:49:47 GMT", now),
            Some(Duration::from_secs(10))
        );
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
        for text in ["", "soon", "-1", "NaN", "inf"] {
            assert_eq!(wait(text, now), None, "{text}");
        }
    }

    #[test]
    fn each_refusal_of_a_provider_becomes_a_problem_of_its_own() {
        let mut subject = Subject::at("a.example".to_owned());
        subject.credential = Some(app::api::NamedRecord {
            id: uuid::Uuid::nil(),
            name: "KEY".to_owned(),
        });
        let about = About {
            subject: &subject,
            model_id: "gpt-x",
            now: DateTime::UNIX_EPOCH,
        };
        for (status, document, slug) in [
            (
                400,
                json!({"error": {"message": "API key not valid. Please pass a valid API key."}}),
                "credential-refused",
            ),
            (400, json!({"error": {"message": "Model Not Exist"}}), "model-unknown"),
            (400, json!({"message": "Invalid model: gpt-x"}), "model-unknown"),
            (
                404,
                json!({"error": {"message": "The model `gpt-x` does not exist"}}),
                "model-unknown",
            ),
            (404, json!({"error": "model 'gpt-x' not found"}), "model-unknown"),
            (
                404,
                json!({"type": "error", "error": {"type": "not_found_error", "message": "model: gpt-x"}}),
                "model-unknown",
            ),
            (
                404,
                json!({"error": {"message": "Invalid URL (POST /v2/chat/completions)"}}),
                "not-model-api",
            ),
            (
                400,
                json!({"error": {"message": "Unsupported parameter"}}),
                "upstream-failed",
            ),
            (500, json!({}), "upstream-failed"),
            (429, json!([{"error": {"message": "Slow down"}}]), "rate-limited"),
        ] {
            let failure = about.status(status, Some(&document), None);
            assert_eq!(told(failure).0, slug, "{document}");
        }
        assert_eq!(told(about.status(404, None, None)).0, "not-model-api");
        let failure = about.status(429, None, Some("12"));
        assert_eq!(failure.again, Again::After(Duration::from_secs(12)));
        assert!(told(failure).1.contains("Try again in 12 seconds."));
        assert_eq!(about.status(503, None, None).again, Again::Later);
        assert_eq!(about.status(400, None, None).again, Again::Never);
        let error: Failure = ApiError::Forbidden.into();
        assert_eq!(error.again, Again::Never);
    }
}
