//! The states of testing a connection.

use super::draft::Tested;
use crate::api::{ClientError, Problem};
use crate::mcp_servers::TestResult;
use crate::mcp_servers::failure::Subject;

/// Where a test stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum TestRun {
    /// None was started.
    #[default]
    Idle,
    /// Under way; an answer counts only with this number.
    Running(u64),
    /// It was cancelled.
    Cancelled,
    /// It ended.
    Ended {
        /// What was tested.
        tested: Tested,
        /// The names of it.
        subject: Subject,
        /// How it ended.
        outcome: Box<Outcome>,
    },
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::mcp_servers) enum Outcome {
    /// The server accepted the connection.
    Connected(TestResult),
    /// It did not, or the test was refused.
    Problem(Problem),
    /// No answer came from our own server.
    NoAnswer(ClientError),
}

impl Outcome {
    /// Reads an answer: a failed connection is a result, a refused test is an error; both are problems.
    pub(in crate::mcp_servers) fn of(answer: Result<TestResult, ClientError>) -> Self {
        match answer {
            Ok(mut result) => match result.error.take() {
                Some(problem) => Self::Problem(*problem),
                None => Self::Connected(result),
            },
            Err(ClientError::Problem(problem)) => Self::Problem(*problem),
            Err(error) => Self::NoAnswer(error),
        }
    }
}

impl TestRun {
    /// Takes an answer, unless it comes too late.
    pub(super) fn answered(&mut self, number: u64, asked: (Tested, Subject), answer: Result<TestResult, ClientError>) {
        if *self == Self::Running(number) {
            let (tested, subject) = asked;
            *self = Self::Ended {
                tested,
                subject,
                outcome: Box::new(Outcome::of(answer)),
            };
        }
    }

    /// Whether a result stands that is about something else than what the form holds now.
    pub(super) fn is_outdated(&self, now: &Tested) -> bool {
        matches!(self, Self::Ended { tested, .. } if tested != now)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::{Outcome, TestRun};
    use crate::api::ClientError;
    use crate::mcp_servers::TestResult;
    use crate::mcp_servers::failure::Subject;
    use crate::mcp_servers::form::draft::Draft;

    fn connected() -> TestResult {
        TestResult {
            ok: true,
            checked_at: Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, 0).single().expect("a date"),
            latency_ms: 12,
            protocol_version: None,
            server: None,
            tool_count: 0,
            tools: Vec::new(),
            error: None,
        }
    }

    #[test]
    fn an_answer_after_cancelling_is_not_shown() {
        let tested = Draft::default().tested();
        let mut run = TestRun::Cancelled;
        run.answered(1, (tested.clone(), Subject::default()), Ok(connected()));
        assert_eq!(run, TestRun::Cancelled);
        let mut run = TestRun::Running(2);
        run.answered(1, (tested, Subject::default()), Ok(connected()));
        assert_eq!(run, TestRun::Running(2));
    }

    #[test]
    fn a_result_is_outdated_once_the_address_changes() {
        let draft = Draft::default();
        let mut run = TestRun::Running(1);
        run.answered(1, (draft.tested(), Subject::default()), Ok(connected()));
        assert!(!run.is_outdated(&draft.tested()));
        let other = Draft {
            url: "https://mcp.example.com".to_owned(),
            ..draft
        };
        assert!(run.is_outdated(&other.tested()));
    }

    #[test]
    fn a_failed_connection_and_a_refused_test_are_both_problems() {
        let problem = serde_json::json!({
            "type": "urn:strongroom:problem:unreachable", "title": "x", "status": 502, "detail": "x", "request_id": "x",
        });
        let problem: crate::api::Problem = serde_json::from_value(problem).expect("a problem");
        let failed = TestResult {
            ok: false,
            error: Some(Box::new(problem.clone())),
            ..connected()
        };
        assert_eq!(Outcome::of(Ok(failed)), Outcome::Problem(problem.clone()));
        assert_eq!(
            Outcome::of(Err(ClientError::Problem(Box::new(problem.clone())))),
            Outcome::Problem(problem)
        );
        assert!(matches!(Outcome::of(Err(ClientError::Offline)), Outcome::NoAnswer(_)));
    }
}
