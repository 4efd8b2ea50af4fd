//! The states of saving.

use contract::problem::Problem;
use leptos::{prelude::*, task::spawn_local};

use super::{ReauthOutcome, SignInAgain};
use crate::api::ClientError;

/// Why something was not saved.
#[derive(Clone, Debug, PartialEq)]
pub enum SaveFailure {
    /// The server refused, and says why.
    Problem(Box<Problem>),
    /// No answer came; the server was asked, and does not have it.
    WasNotSaved,
    /// No answer came, and it could not be found out.
    NotKnown,
    /// The response was lost, and the result cannot be looked up; shows this message.
    Unknown(&'static str),
    /// The answer could not be read.
    Unreadable,
    /// The session had ended, and nobody signed in.
    NotSignedIn,
    /// The session had ended, and somebody else signed in. Nothing is sent until the page is loaded anew.
    OtherPerson,
}

/// Where saving stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SaveState {
    /// Nothing was pressed, or what failed was taken back.
    #[default]
    Idle,
    /// The request is under way.
    Saving,
    /// The answer was lost, and the server is being asked.
    Looking,
    /// It failed.
    Failed(SaveFailure),
}

/// The outcome of a write whose response was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOutcome<T> {
    /// It was saved; this is how it stands.
    Saved(T),
    /// The server does not have it.
    NotSaved,
    /// The result cannot be looked up; shows this message.
    Unknown(&'static str),
}

impl SaveState {
    /// Whether another press must wait.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Saving | Self::Looking)
    }
}

/// What to do after an answer.
#[derive(Debug, PartialEq)]
enum Next<T> {
    Done(T),
    Look,
    SignIn,
    Fail(SaveFailure),
}

/// The problems that leave open whether the write was done.
const UNTOLD: [&str; 2] = ["outcome-unknown", "stopping"];

/// A 401 asks to sign in, once; a lost answer makes it look.
fn after<T>(answer: Result<T, ClientError>, signed_in_again: bool) -> Next<T> {
    match answer {
        Ok(saved) => Next::Done(saved),
        Err(ClientError::Offline) => Next::Look,
        // The server lost the database's answer, or broke the request off: the same as an answer that was lost here.
        Err(ClientError::Problem(problem)) if UNTOLD.contains(&problem.slug()) => Next::Look,
        Err(error) if error.is_unauthorized() && !signed_in_again => Next::SignIn,
        Err(ClientError::Problem(problem)) => Next::Fail(SaveFailure::Problem(problem)),
        Err(ClientError::OtherPerson) => Next::Fail(SaveFailure::OtherPerson),
        Err(ClientError::Unreadable) => Next::Fail(SaveFailure::Unreadable),
    }
}

fn after_looking<T>(found: Result<WriteOutcome<T>, ClientError>) -> Next<T> {
    match found {
        Ok(WriteOutcome::Saved(saved)) => Next::Done(saved),
        Ok(WriteOutcome::NotSaved) => Next::Fail(SaveFailure::WasNotSaved),
        Ok(WriteOutcome::Unknown(words)) => Next::Fail(SaveFailure::Unknown(words)),
        Err(_) => Next::Fail(SaveFailure::NotKnown),
    }
}

/// The saving of one form.
#[derive(Clone, Copy, Debug)]
pub struct Save {
    state: RwSignal<SaveState>,
    again: SignInAgain,
}

impl Save {
    /// Call it while the form is built.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(SaveState::Idle),
            again: SignInAgain::from_context(),
        }
    }

    /// Where it stands.
    pub fn state(&self) -> Signal<SaveState> {
        self.state.into()
    }

    /// Whether a request is under way.
    pub fn busy(&self) -> Signal<bool> {
        let state = self.state;
        Signal::derive(move || state.with(SaveState::is_busy))
    }

    /// The server's refusal, if that is how it ended.
    pub fn problem(&self) -> Option<Box<Problem>> {
        self.state.with(|state| match state {
            SaveState::Failed(SaveFailure::Problem(problem)) => Some(problem.clone()),
            _ => None,
        })
    }

    /// `true` after a 412: somebody else changed the record. Tracked.
    pub fn met_conflict(&self) -> bool {
        self.problem()
            .is_some_and(|problem| problem.slug() == "precondition-failed")
    }

    /// Forgets a failure.
    pub fn reset(&self) {
        if !self.state.with_untracked(SaveState::is_busy) {
            self.state.set(SaveState::Idle);
        }
    }

    /// Sends, unless it is being sent already. `send` makes the request, again after signing in again;
    /// `look` finds out whether a request whose answer was lost did its work; `done` gets what was saved;
    /// `failed` is told that it failed, after the state says why.
    pub fn run<T, S, SF, L, LF>(
        &self,
        send: S,
        look: L,
        done: impl FnOnce(T) + 'static,
        failed: impl FnOnce() + 'static,
    ) where
        T: 'static,
        S: Fn() -> SF + 'static,
        SF: Future<Output = Result<T, ClientError>> + 'static,
        L: Fn() -> LF + 'static,
        LF: Future<Output = Result<WriteOutcome<T>, ClientError>> + 'static,
    {
        let Self { state, again } = *self;
        if state.with_untracked(SaveState::is_busy) {
            return;
        }
        state.set(SaveState::Saving);
        spawn_local(async move {
            let mut next = after(send().await, false);
            if let Next::SignIn = next {
                next = match again.ask().await {
                    ReauthOutcome::SamePerson => after(send().await, true),
                    ReauthOutcome::OtherPerson => Next::Fail(SaveFailure::OtherPerson),
                    ReauthOutcome::Declined => Next::Fail(SaveFailure::NotSignedIn),
                };
            }
            if let Next::Look = next {
                // The form may be closed by now: its state is gone then, and so is what waits for it.
                let _ = state.try_set(SaveState::Looking);
                next = after_looking(look().await);
            }
            match next {
                Next::Done(saved) => {
                    if state.try_set(SaveState::Idle).is_none() {
                        untrack(|| done(saved));
                    }
                }
                Next::Fail(failure) => {
                    if state.try_set(SaveState::Failed(failure)).is_none() {
                        untrack(failed);
                    }
                }
                Next::Look | Next::SignIn => {
                    let _ = state.try_set(SaveState::Failed(SaveFailure::NotKnown));
                }
            }
        });
    }
}

impl Default for Save {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16) -> ClientError {
        ClientError::Problem(Box::new(Problem::local("x", status)))
    }

    #[test]
    fn a_lost_answer_is_looked_for_and_never_just_repeated() {
        assert_eq!(after::<()>(Err(ClientError::Offline), false), Next::Look);
        assert_eq!(after_looking(Ok(WriteOutcome::Saved(7))), Next::Done(7));
        assert_eq!(
            after_looking::<()>(Ok(WriteOutcome::NotSaved)),
            Next::Fail(SaveFailure::WasNotSaved)
        );
        assert_eq!(
            after_looking::<()>(Err(ClientError::Offline)),
            Next::Fail(SaveFailure::NotKnown)
        );
        assert_eq!(
            after_looking::<()>(Ok(WriteOutcome::Unknown("Try it."))),
            Next::Fail(SaveFailure::Unknown("Try it."))
        );
    }

    #[test]
    fn a_problem_that_leaves_the_outcome_open_is_looked_into_like_a_lost_answer() {
        let problem = |slug: &str| ClientError::Problem(Box::new(Problem::local(slug, 503)));
        for signed_in_again in [false, true] {
            for slug in UNTOLD {
                assert_eq!(after::<()>(Err(problem(slug)), signed_in_again), Next::Look, "{slug}");
            }
        }
        assert!(matches!(after::<()>(Err(problem("unavailable")), false), Next::Fail(_)));
    }

    #[test]
    fn an_ended_session_asks_to_sign_in_once() {
        assert_eq!(after::<()>(Err(problem(401)), false), Next::SignIn);
        assert!(matches!(
            after::<()>(Err(problem(401)), true),
            Next::Fail(SaveFailure::Problem(_))
        ));
        assert!(matches!(
            after::<()>(Err(problem(409)), false),
            Next::Fail(SaveFailure::Problem(_))
        ));
    }

    #[test]
    fn what_was_not_sent_as_another_person_is_not_looked_for() {
        assert_eq!(
            after::<()>(Err(ClientError::OtherPerson), false),
            Next::Fail(SaveFailure::OtherPerson)
        );
    }

    #[test]
    fn only_a_running_request_makes_the_next_press_wait() {
        assert!(SaveState::Saving.is_busy());
        assert!(SaveState::Looking.is_busy());
        assert!(!SaveState::Failed(SaveFailure::NotKnown).is_busy());
        assert!(!SaveState::Idle.is_busy());
    }
}
