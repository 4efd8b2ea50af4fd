//! When a session may send: only while an operation is under way whose use was put on record.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::intake::Grant;

/// Counts the operations that are under way. rmcp keeps a session alive in the background, and would
/// reconnect streams or close the session with the secret long after the last recorded use: with no
/// operation under way, nothing is sent.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Window(Arc<Mutex<Operations>>);

#[derive(Debug, Default)]
struct Operations {
    under_way: usize,
    /// The memory of the results that came for them.
    grants: Vec<Grant>,
}

impl Window {
    /// Opens the window until the guard is dropped.
    pub fn open(&self) -> WindowGuard {
        self.lock().under_way += 1;
        WindowGuard(self.clone())
    }

    pub fn is_open(&self) -> bool {
        self.lock().under_way > 0
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
pub(in super::super) struct WindowGuard(Window);

impl Drop for WindowGuard {
    fn drop(&mut self) {
        let mut operations = self.0.lock();
        operations.under_way -= 1;
        if operations.under_way == 0 {
            operations.grants.clear();
        }
    }
}
