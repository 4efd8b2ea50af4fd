//! When a session may send: only while an operation is under way whose use was put on record.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::intake::Grant;

/// Counts the operations that are under way. rmcp keeps a session alive in the background, and would
/// reconnect streams or close the session with the secret long after the last recorded use: with no
/// operation under way, nothing is sent.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct SendGate(Arc<Mutex<Operations>>);

#[derive(Debug, Default)]
struct Operations {
    under_way: usize,
    /// The memory of the results that came for them.
    grants: Vec<Grant>,
    /// Requests that the server made since none was under way.
    asked: usize,
    /// Streams that were resumed since then.
    resumed: usize,
}

/// The most requests of a server that are answered in one operation: each answer may carry the secret.
const MAX_ASKED: usize = 64;

/// The most streams that are resumed in one operation. Servers may close a stream and have the client come again.
const MAX_RESUMED: usize = 64;

impl SendGate {
    /// Allows sending until the permit is dropped.
    pub fn open(&self) -> SendPermit {
        let mut operations = self.lock();
        if operations.under_way == 0 {
            (operations.asked, operations.resumed) = (0, 0);
        }
        operations.under_way += 1;
        drop(operations);
        SendPermit(self.clone())
    }

    pub fn is_open(&self) -> bool {
        self.lock().under_way > 0
    }

    /// Counts a request of the server; `false` where it made too many.
    pub fn may_ask(&self) -> bool {
        let mut operations = self.lock();
        operations.asked += 1;
        operations.asked <= MAX_ASKED
    }

    /// Counts a stream that is resumed; `false` where there were too many.
    pub fn may_resume(&self) -> bool {
        let mut operations = self.lock();
        operations.resumed += 1;
        operations.resumed <= MAX_RESUMED
    }

    /// Keeps the memory of a result charged until no operation is under way.
    pub fn keep(&self, grant: Grant) {
        let mut operations = self.lock();
        if operations.under_way > 0 {
            operations.grants.push(grant);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Operations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One operation.
#[derive(Debug)]
pub(in super::super) struct SendPermit(SendGate);

impl Drop for SendPermit {
    fn drop(&mut self) {
        let mut operations = self.0.lock();
        operations.under_way -= 1;
        if operations.under_way == 0 {
            operations.grants.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ASKED, MAX_RESUMED, SendGate};

    #[test]
    fn requests_and_resumed_streams_are_counted_for_each_operation() {
        let gate = SendGate::default();
        for _ in 0..2 {
            let _open = gate.open();
            assert!((0..MAX_ASKED).all(|_| gate.may_ask()) && !gate.may_ask());
            assert!((0..MAX_RESUMED).all(|_| gate.may_resume()) && !gate.may_resume());
            let _another = gate.open();
            assert!(!gate.may_ask() && !gate.may_resume());
        }
    }
}
