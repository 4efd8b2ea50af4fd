//! Why a connection failed, in words that say what to do.

use crate::api::{ClientError, Problem};
use crate::ui::problem_text;

/// What the words can name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Where the request went, or the program that was started.
    pub host: Option<String>,
    /// The credential that was to be sent.
    pub credential: Option<String>,
    /// Whether a model was asked: what the API says then has the words of its provider, and what an agent did before.
    pub is_model: bool,
}

/// A sentence or two for a problem of a connection.
pub(crate) fn words(problem: &Problem, subject: &Subject) -> String {
    let host = problem
        .host
        .as_deref()
        .or(subject.host.as_deref())
        .unwrap_or("The server");
    let named = problem.credential.as_ref().map(|credential| credential.name.as_str());
    let credential = named.or(subject.credential.as_deref());
    match (problem.slug(), credential) {
        (slug, _) if is_worded_by_the_server(slug, subject.is_model) => problem.detail.clone(),
        ("credential-refused", Some(credential)) => {
            format!(
                "{host} refused {credential}. Check that its value is current and meant for this server, and save it again."
            )
        }
        ("credential-refused", None) => format!("{host} asks for authentication. Choose the credential that opens it."),
        ("timed-out", _) => format!("{host} did not answer in time. Try again, or look at the server."),
        ("too-large" | "answer-too-large", _) => {
            format!("{host} sent more than is accepted. Ask whoever runs it for shorter answers.")
        }
        ("audit-unavailable", _) => {
            "The use could not be recorded, so nothing was sent. Try again in a moment.".to_owned()
        }
        ("disabled", _) => "This server is switched off. Switch it on first.".to_owned(),
        ("value-not-sendable", Some(credential)) => {
            format!(
                "The value of {credential} has line breaks or control characters inside, so it cannot be sent as a header. Save it again without them."
            )
        }
        // What has several broken rules names them all.
        ("invalid", _) if !problem.errors.is_empty() => {
            let rules: Vec<&str> = problem.errors.iter().map(|error| error.detail.as_str()).collect();
            rules.join(" ")
        }
        _ => problem_text::words(problem),
    }
}

/// Problems whose cause only the API knows: which of several it was (an unknown name, a closed port, a certificate, a
/// status, the words of the other server), and what to do about that one.
fn is_worded_by_the_server(slug: &str, is_model: bool) -> bool {
    match slug {
        "credential-refused" | "timed-out" | "answer-too-large" => is_model,
        "unreachable"
        | "not-mcp"
        | "not-configured"
        | "redirected"
        | "upstream-failed"
        | "model-unknown"
        | "rate-limited"
        | "not-model-api"
        | "object-invalid"
        | "credential-forbidden" => true,
        _ => false,
    }
}

/// The same for any failed call.
pub(crate) fn error_words(error: &ClientError, subject: &Subject) -> String {
    match error {
        ClientError::Problem(problem) => words(problem, subject),
        error => problem_text::error_words(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Subject, words};
    use crate::api::Problem;

    fn problem(slug: &str) -> Problem {
        let problem = serde_json::json!({
            "type": format!("urn:strongroom:problem:{slug}"), "title": "x", "status": 502, "detail": "Only the detail.",
            "request_id": "x",
        });
        serde_json::from_value(problem).expect("a problem")
    }

    #[test]
    fn each_failure_names_the_host_and_what_to_do() {
        let subject = Subject {
            host: Some("mcp.example.com".to_owned()),
            credential: Some("CRM_TOKEN".to_owned()),
            is_model: false,
        };
        for slug in ["credential-refused", "timed-out", "answer-too-large"] {
            let words = words(&problem(slug), &subject);
            assert!(words.starts_with("mcp.example.com "), "{slug}: {words}");
        }
        assert!(words(&problem("credential-refused"), &subject).contains("refused CRM_TOKEN"));
        let without = Subject {
            credential: None,
            ..subject
        };
        assert!(words(&problem("credential-refused"), &without).contains("asks for authentication"));
    }

    #[test]
    fn what_a_provider_said_and_what_an_agent_did_is_not_left_out() {
        let subject = Subject {
            credential: Some("MODEL_KEY".to_owned()),
            is_model: true,
            ..Subject::default()
        };
        for slug in ["credential-refused", "timed-out", "answer-too-large"] {
            assert_eq!(words(&problem(slug), &subject), "Only the detail.", "{slug}");
        }
    }

    #[test]
    fn a_failure_with_many_causes_or_an_unknown_one_is_worded_by_the_server() {
        for slug in [
            "unreachable",
            "not-mcp",
            "not-configured",
            "redirected",
            "upstream-failed",
            // It names what cannot be used any more, too.
            "credential-deleted",
            "of-a-later-release",
        ] {
            assert_eq!(words(&problem(slug), &Subject::default()), "Only the detail.", "{slug}");
        }
    }
}
