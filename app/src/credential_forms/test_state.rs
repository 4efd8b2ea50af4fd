//! The states of testing a connection.

use contract::problem::Problem;

use crate::api::ClientError;

/// What a test gives: a failed connection is a result, too.
pub(crate) trait TestResponse {
    /// Takes the reason why it failed.
    fn take_error(&mut self) -> Option<Problem>;
}

/// Where a test stands. `T` is what was tested, `R` what a test gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum TestState<T, R> {
    /// None was started.
    #[default]
    Idle,
    /// Under way; an answer counts only with this number.
    Running(u64),
    /// It was cancelled.
    Cancelled,
    Ended {
        tested: T,
        outcome: Box<Outcome<R>>,
    },
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome<R> {
    /// The server accepted the connection.
    Connected(R),
    /// It did not, or the test was refused.
    Problem(Box<Problem>),
    /// No answer came from our own server.
    NoAnswer(ClientError),
}

impl<R: TestResponse> Outcome<R> {
    /// Reads an answer: a failed connection is a result, a refused test is an error; both are problems.
    pub(crate) fn of(answer: Result<R, ClientError>) -> Self {
        match answer {
            Ok(mut result) => match result.take_error() {
                Some(problem) => Self::Problem(Box::new(problem)),
                None => Self::Connected(result),
            },
            Err(ClientError::Problem(problem)) => Self::Problem(problem),
            Err(error) => Self::NoAnswer(error),
        }
    }
}

impl<T: PartialEq, R: TestResponse + PartialEq> TestState<T, R> {
    /// Takes an answer, unless it comes too late.
    pub(crate) fn answered(&mut self, number: u64, tested: T, answer: Result<R, ClientError>) {
        if *self == Self::Running(number) {
            *self = Self::Ended {
                tested,
                outcome: Box::new(Outcome::of(answer)),
            };
        }
    }

    /// Whether a result stands that is about something else than what the form holds now.
    pub(crate) fn is_outdated(&self, now: &T) -> bool {
        matches!(self, Self::Ended { tested, .. } if tested != now)
    }

    /// The problem in which it ended.
    pub(crate) fn problem(&self) -> Option<Problem> {
        match self {
            Self::Ended { outcome, .. } => match &**outcome {
                Outcome::Problem(problem) => Some(*problem.clone()),
                Outcome::Connected(_) | Outcome::NoAnswer(_) => None,
            },
            Self::Idle | Self::Running(_) | Self::Cancelled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::problem::Problem;

    use super::{Outcome, TestResponse, TestState};
    use crate::api::ClientError;

    #[derive(Clone, Debug, PartialEq)]
    struct Answer(Option<Problem>);

    impl TestResponse for Answer {
        fn take_error(&mut self) -> Option<Problem> {
            self.0.take()
        }
    }

    #[test]
    fn an_answer_after_cancelling_is_not_shown() {
        let mut run = TestState::Cancelled;
        run.answered(1, "a", Ok(Answer(None)));
        assert_eq!(run, TestState::Cancelled);
        let mut run = TestState::Running(2);
        run.answered(1, "a", Ok(Answer(None)));
        assert_eq!(run, TestState::Running(2));
    }

    #[test]
    fn a_result_is_outdated_once_the_form_changes() {
        let mut run = TestState::Running(1);
        run.answered(1, "a", Ok(Answer(None)));
        assert!(!run.is_outdated(&"a"));
        assert!(run.is_outdated(&"b"));
    }

    #[test]
    fn a_failed_connection_and_a_refused_test_are_both_problems() {
        let problem = Problem::local("unreachable", 502);
        assert_eq!(
            Outcome::of(Ok(Answer(Some(problem.clone())))),
            Outcome::Problem(Box::new(problem.clone()))
        );
        let refused: Outcome<Answer> = Outcome::of(Err(ClientError::Problem(Box::new(problem.clone()))));
        assert_eq!(refused, Outcome::Problem(Box::new(problem)));
        let offline: Outcome<Answer> = Outcome::of(Err(ClientError::Offline));
        assert!(matches!(offline, Outcome::NoAnswer(_)));
    }
}
