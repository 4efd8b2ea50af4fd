//! Why a connection failed, in the words of the server: it alone knows which of several causes it was (an unknown name,
//! a closed port, a status, how the value was sent), and what the other server said.

use contract::problem::Problem;

use crate::api::ClientError;
use crate::ui::problem_text;

/// A sentence or two for a problem of a connection.
pub(crate) fn words(problem: &Problem) -> String {
    match problem.slug() {
        "credential-forbidden" => problem.detail.clone(),
        // A form with several faults: the problem names all of them.
        "invalid" if !problem.errors.is_empty() => {
            let rules: Vec<&str> = problem.errors.iter().map(|error| error.detail.as_str()).collect();
            rules.join(" ")
        }
        _ => problem_text::words(problem),
    }
}

/// The same for any failed call.
pub(crate) fn error_words(error: &ClientError) -> String {
    match error {
        ClientError::Problem(problem) => words(problem),
        error => problem_text::error_words(error),
    }
}

#[cfg(test)]
mod tests {
    use contract::problem::Problem;

    use super::words;

    fn problem(slug: &str) -> Problem {
        let problem = serde_json::json!({
            "type": format!("urn:strongroom:problem:{slug}"), "title": "x", "status": 502, "detail": "Only the detail.",
            "request_id": "x",
        });
        serde_json::from_value(problem).expect("a problem")
    }

    #[test]
    fn a_failed_connection_is_worded_by_the_server() {
        for slug in [
            "credential-refused",
            "timed-out",
            "answer-too-large",
            "encoded-answer",
            "audit-unavailable",
            "unreachable",
            "not-mcp",
            "not-configured",
            "redirected",
            "upstream-failed",
            "disabled",
            // These name what cannot be used any more, too.
            "credential-deleted",
            "credential-forbidden",
            "of-a-later-release",
        ] {
            assert_eq!(words(&problem(slug)), "Only the detail.", "{slug}");
        }
    }
}
