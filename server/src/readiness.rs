//! State behind `/readyz`: the heartbeat and the record of uses, as the tasks that run them report it. The route itself
//! writes nothing to the database.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The interval of the heartbeat.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// The server is not ready after so many heartbeats in a row failed.
const MISSED: u32 = 2;
/// A heartbeat that gets no answer counts as missed, too.
const SILENT: Duration = Duration::from_secs(11);
/// A failed record of uses counts for this long, unless a later one succeeds.
const UNRECORDED: Duration = Duration::from_secs(10);
/// A record of uses that takes longer counts as failed. Callers wait 2 seconds for it.
const STUCK: Duration = Duration::from_secs(3);

/// Shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// `None` before the first heartbeat, and in commands that have none.
    heartbeat: Option<Heartbeat>,
    recording_since: Option<Instant>,
    unrecorded_at: Option<Instant>,
}

#[derive(Debug)]
struct Heartbeat {
    succeeded_at: Instant,
    failed: u32,
}

impl Readiness {
    /// Reports the outcome of a heartbeat: `true` if its row was committed.
    pub fn heartbeat(&self, committed: bool) {
        self.change(|state| {
            if committed {
                state.heartbeat = Some(Heartbeat {
                    succeeded_at: Instant::now(),
                    failed: 0,
                });
            } else if let Some(heartbeat) = &mut state.heartbeat {
                heartbeat.failed = heartbeat.failed.saturating_add(1);
            }
        });
    }

    /// Reports that the committer begins a transaction.
    pub fn recording(&self) {
        self.change(|state| state.recording_since = Some(Instant::now()));
    }

    /// Reports the outcome of that transaction: `true` if it was committed.
    pub fn recorded(&self, committed: bool) {
        self.change(|state| {
            state.recording_since = None;
            state.unrecorded_at = (!committed).then(Instant::now);
        });
    }

    /// `true` if two heartbeats in a row failed or got no answer.
    pub fn cannot_write(&self) -> bool {
        self.change(|state| {
            state
                .heartbeat
                .as_ref()
                .is_some_and(|heartbeat| heartbeat.failed >= MISSED || heartbeat.succeeded_at.elapsed() > SILENT)
        })
    }

    /// `true` if the committer failed to record uses a moment ago, or waits for the database.
    pub fn cannot_record(&self) -> bool {
        self.change(|state| {
            let failed = state.unrecorded_at.is_some_and(|at| at.elapsed() < UNRECORDED);
            failed || state.recording_since.is_some_and(|since| since.elapsed() > STUCK)
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn two_missed_heartbeats_or_silence_are_not_ready() {
        let readiness = Readiness::default();
        readiness.heartbeat(false);
        readiness.heartbeat(false);
        assert!(
            !readiness.cannot_write(),
            "a command without heartbeats has none to miss"
        );
        readiness.heartbeat(true);
        readiness.heartbeat(false);
        assert!(!readiness.cannot_write());
        readiness.heartbeat(false);
        assert!(readiness.cannot_write());
        readiness.heartbeat(true);
        assert!(!readiness.cannot_write());
        tokio::time::advance(SILENT + Duration::from_millis(1)).await;
        assert!(readiness.cannot_write(), "a heartbeat that hangs");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_record_counts_until_a_later_one_succeeds_or_time_passes() {
        let readiness = Readiness::default();
        readiness.recording();
        assert!(!readiness.cannot_record());
        tokio::time::advance(STUCK + Duration::from_millis(1)).await;
        assert!(readiness.cannot_record(), "a record that hangs");
        readiness.recorded(false);
        assert!(readiness.cannot_record());
        readiness.recorded(true);
        assert!(!readiness.cannot_record());
        readiness.recorded(false);
        tokio::time::advance(UNRECORDED).await;
        assert!(!readiness.cannot_record(), "without uses nothing is refused");
    }
}
