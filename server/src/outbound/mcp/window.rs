//! When a session may send: only while an operation is under way whose use was put on record.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the operations that are under way. rmcp keeps a session alive in the background, and would
/// reconnect streams or close the session with the secret long after the last recorded use: with no
/// operation under way, nothing is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Window(Arc<AtomicUsize>);

impl Window {
    /// Opens the window until the guard is dropped.
    pub fn open(&self) -> WindowGuard {
        self.0.fetch_add(1, Ordering::AcqRel);
        WindowGuard(self.clone())
    }

    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::Acquire) > 0
    }
}

/// One operation.
#[derive(Debug)]
pub(super) struct WindowGuard(Window);

impl Drop for WindowGuard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}
