//! Parsing and scanning away from the threads that serve requests.

use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

/// Input up to this size is worked on at once, in bytes: moving it would take longer.
const INLINE_BYTES: usize = 16 * 1024;

/// The fewest and the most pieces of work at the same time. Each may need several copies of its input.
const FEWEST: usize = 2;
const MOST: usize = 4;

/// Runs work on large inputs on blocking threads, a few at a time. Clones share the limit.
#[derive(Clone, Debug)]
pub struct Workers(Arc<Semaphore>);

impl Default for Workers {
    fn default() -> Self {
        let cores = available_parallelism().map_or(FEWEST, usize::from);
        Self(Arc::new(Semaphore::new(cores.clamp(FEWEST, MOST))))
    }
}

impl Workers {
    /// Runs work on an input of so many bytes. `None` means that it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        input_bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if input_bytes <= INLINE_BYTES {
            return Some(work());
        }
        let permit = Arc::clone(&self.0).acquire_owned().await.ok()?;
        let work = move || {
            // Held until the work is done, also where its caller has gone.
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::{INLINE_BYTES, MOST, Workers};

    #[tokio::test]
    async fn small_inputs_stay_on_the_thread_and_large_ones_leave_it() {
        let workers = Workers::default();
        let here = thread::current().id();
        assert_eq!(
            workers.run(INLINE_BYTES, move || thread::current().id()).await,
            Some(here)
        );
        assert_ne!(
            workers.run(INLINE_BYTES + 1, move || thread::current().id()).await,
            Some(here)
        );
    }

    #[tokio::test]
    async fn only_a_few_run_at_once() {
        let workers = Workers::default();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..16).map(|_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            workers.run(usize::MAX, move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(5));
                now.fetch_sub(1, Ordering::SeqCst);
            })
        });
        futures::future::join_all(all).await;
        assert!((1..=MOST).contains(&most.load(Ordering::SeqCst)));
    }
}
