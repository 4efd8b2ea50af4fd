//! Runs a test, one at a time.

use contract::problem::Problem;
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{TestResponse, TestState};
use crate::api::ClientError;

/// A test that can be started and cancelled. `T` is what is tested, `R` what a test gives.
#[derive(Debug)]
pub(crate) struct ConnectionTest<T: 'static, R: 'static> {
    pub run: RwSignal<TestState<T, R>>,
    /// How many were started.
    count: StoredValue<u64>,
    /// Breaks the running one off.
    abort: StoredValue<Option<AbortHandle>>,
}

impl<T, R> Clone for ConnectionTest<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> Copy for ConnectionTest<T, R> {}

impl<T, R> ConnectionTest<T, R>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    R: TestResponse + Clone + PartialEq + Send + Sync + 'static,
{
    /// None was started yet. Call it while the form is built.
    pub(crate) fn new() -> Self {
        Self {
            run: RwSignal::new(TestState::Idle),
            count: StoredValue::new(0),
            abort: StoredValue::new(None),
        }
    }

    /// Starts a test; `failed` is given the problem in which it ends.
    pub(crate) fn start(
        self,
        tested: T,
        test: impl Future<Output = Result<R, ClientError>> + 'static,
        failed: impl FnOnce(T, &Problem) + 'static,
    ) {
        let number = self.count.get_value() + 1;
        self.count.set_value(number);
        self.run.set(TestState::Running(number));
        let (waiting, abort) = abortable(test);
        self.abort.set_value(Some(abort));
        spawn_local(async move {
            // Broken off: the request went with its future, and the words were said.
            let Ok(answer) = waiting.await else { return };
            // The form may be gone by now.
            let _ = self.run.try_update(|run| run.answered(number, tested.clone(), answer));
            if let Some(problem) = self.run.try_with_untracked(TestState::problem).flatten() {
                failed(tested, &problem);
            }
        });
    }

    /// Whether one is running. Tracked.
    pub(crate) fn is_running(self) -> bool {
        self.run.with(|run| matches!(run, TestState::Running(_)))
    }

    /// Whether the result is about something else than what stands there now. Tracked.
    pub(crate) fn is_outdated(self, now: &T) -> bool {
        self.run.with(|run| run.is_outdated(now))
    }

    /// Breaks a running test off, here and, since the connection ends, on the server.
    pub(crate) fn cancel(self) {
        self.abort();
        self.run.set(TestState::Cancelled);
    }

    /// The same for a form that is closed.
    pub(crate) fn abort(self) {
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
    }
}
