//! Echoes: values that come back to a caller who did not send them, because a receiver shows earlier requests. The redactor
//! masks them; here they become audit events about their credentials.
//!
//! A find in an answer only sets a flag and puts the exchange into a bounded queue. A task searches the caller's own
//! requests and writes the event, so that no answer waits for it or fails with it.

mod exchange;
mod recent;
mod writer;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

pub(super) use exchange::{Exchange, Observed};
use recent::Recent;

use super::redact::Redactor;
use crate::infra::Infra;

/// The most exchanges that wait for the writer.
const QUEUE: usize = 64;
/// The most memory that the requests of waiting exchanges take, in KiB.
const MAX_WAITING_KIB: u32 = 16 * 1024;

/// Records echoes. Clones share the queue and the limit of one event an hour.
#[derive(Clone)]
pub struct EchoLog(Arc<Shared>);

struct Shared {
    base: Arc<Infra>,
    queue: mpsc::Sender<Job>,
    memory: Arc<Semaphore>,
    state: Arc<State>,
    /// Asks the writer to end.
    end: watch::Sender<bool>,
}

/// State that finders and the writer share.
#[derive(Default)]
struct State {
    recent: Mutex<Recent>,
    /// Exchanges that were dropped since the last line in the log.
    dropped: AtomicU64,
}

impl State {
    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exchange with finds that were not judged yet.
struct Job {
    exchange: Arc<Exchange>,
    _memory: OwnedSemaphorePermit,
}

impl EchoLog {
    /// Starts the writer; it ends with the last clone, or when it is drained.
    pub fn start(base: Arc<Infra>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (end, asked) = watch::channel(false);
        let state = Arc::new(State::default());
        tokio::spawn(writer::run(base.clone(), state.clone(), jobs, asked));
        Self(Arc::new(Shared {
            base,
            queue,
            memory: Arc::new(Semaphore::new(MAX_WAITING_KIB as usize)),
            state,
            end,
        }))
    }

    /// Takes no more echoes, and waits until those that wait are recorded or dropped.
    pub async fn drain(&self) {
        self.0.end.send_replace(true);
        self.0.end.closed().await;
    }

    /// The redactor of an exchange, whose finds of other records' values are reported.
    pub(super) fn observe(&self, redactor: Redactor, observed: Observed) -> Redactor {
        let exchange = Exchange::new(self.clone(), redactor.clone(), observed);
        redactor.observed(Arc::new(exchange::Finder(Arc::new(exchange))))
    }

    /// Queues an exchange; `false` if the queue is full.
    fn queue(&self, exchange: &Arc<Exchange>) -> bool {
        let kib = u32::try_from(exchange.bytes() / 1024 + 1).unwrap_or(u32::MAX);
        let memory = Arc::clone(&self.0.memory).try_acquire_many_owned(kib.min(MAX_WAITING_KIB));
        let is_queued = memory.is_ok_and(|memory| {
            let exchange = Arc::clone(exchange);
            let job = Job {
                exchange,
                _memory: memory,
            };
            self.0.queue.try_send(job).is_ok()
        });
        if !is_queued {
            self.0.base.metrics.echo("dropped");
            self.0.state.dropped.fetch_add(1, Ordering::Relaxed);
        }
        is_queued
    }
}

impl fmt::Debug for EchoLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EchoLog").finish_non_exhaustive()
    }
}
