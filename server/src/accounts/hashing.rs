//! Argon2id on two threads that own their memory: hashing needs the same memory for one sign-in and for a flood.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;

use crate::db::{Turn, Turns, WriteClass};
use crate::http::ApiError;

/// Threads; each takes 19 MiB and a core while it hashes.
const THREADS: usize = 2;
/// Waiters of a class; beyond them a request is refused before anything is computed.
const WAITERS: usize = 256;
/// The memory of a thread is freed after this time without work.
const IDLE: Duration = Duration::from_secs(5);
/// The largest memory cost of a stored hash that is computed, in KiB: four times that of new hashes.
const MAX_BLOCKS: usize = 4 * Params::DEFAULT_M_COST as usize;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The memory of one thread, kept between hashes.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

/// The threads, and the fair queue in front of them. Clones share both.
#[derive(Clone, Debug)]
pub(super) struct Hashing {
    turns: Turns,
    idle: Arc<Mutex<Vec<mpsc::Sender<Job>>>>,
}

/// A turn on one of the threads.
#[derive(Debug)]
pub(super) struct Slot {
    thread: mpsc::Sender<Job>,
    _place: Place,
    turn: Turn,
}

/// Returns its thread to the idle ones when dropped.
#[derive(Debug)]
struct Place {
    idle: Arc<Mutex<Vec<mpsc::Sender<Job>>>>,
    thread: mpsc::Sender<Job>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(self.thread.clone());
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            turns: Turns::new(THREADS, 0),
            idle: Arc::default(),
        }
    }
}

impl Hashing {
    /// Waits for a turn in the queue of a class.
    ///
    /// # Errors
    /// 503 `busy` if the queue of the class is full.
    pub(super) async fn slot(&self, class: WriteClass) -> Result<Slot, ApiError> {
        if self.turns.waiting(class) >= WAITERS {
            return Err(ApiError::Busy);
        }
        let turn = self.turns.take(class).await;
        let thread = self.thread().map_err(|_| ApiError::Busy)?;
        Ok(Slot {
            thread: thread.clone(),
            _place: Place {
                idle: Arc::clone(&self.idle),
                thread,
            },
            turn,
        })
    }

    /// An idle thread, or a new one: there are never more threads than turns.
    fn thread(&self) -> std::io::Result<mpsc::Sender<Job>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = idle.pop() {
            return Ok(thread);
        }
        let (sender, jobs) = mpsc::channel();
        std::thread::Builder::new()
            .name("password-hashing".to_owned())
            .spawn(move || work(&jobs))?;
        Ok(sender)
    }
}

/// Runs until the senders are gone.
fn work(jobs: &mpsc::Receiver<Job>) {
    let mut memory = Memory::default();
    loop {
        let job = match jobs.recv_timeout(IDLE) {
            Ok(job) => job,
            Err(RecvTimeoutError::Timeout) => {
                memory = Memory::default();
                match jobs.recv() {
                    Ok(job) => job,
                    Err(_) => return,
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        // A panic loses this one answer, not the thread.
        if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
            memory = Memory::default();
        }
    }
}

impl Slot {
    /// Runs the work on the thread. The turn ends with the work, also if the caller is gone by then.
    pub(super) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Memory) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let stopped = || ApiError::Internal(anyhow::anyhow!("password work was stopped"));
        let (sender, result) = oneshot::channel();
        let thread = self.thread.clone();
        let job: Job = Box::new(move |memory| {
            let result = work(memory);
            // Thread before turn: the next holder of the turn finds the thread idle.
            let Self {
                _place: place, turn, ..
            } = self;
            drop(place);
            drop(turn);
            drop(sender.send(result));
        });
        thread.send(job).map_err(|_| stopped())?;
        result.await.map_err(|_| stopped())?
    }
}

impl Memory {
    fn blocks(&mut self, count: usize) -> Result<&mut [Block], ApiError> {
        if self.0.len() < count {
            let missing = count - self.0.len();
            // Without memory the request fails, not the process.
            self.0.try_reserve_exact(missing).map_err(|_| ApiError::Busy)?;
            self.0.resize(count, Block::new());
        }
        Ok(&mut self.0[..count])
    }

    /// The PHC string of a password, with a fresh salt.
    pub(super) fn hash(&mut self, password: &[u8]) -> Result<String, ApiError> {
        let failed = || ApiError::Internal(anyhow::anyhow!("hashing failed"));
        let params = Params::default();
        let salt = Salt::generate();
        let mut out = [0_u8; Params::DEFAULT_OUTPUT_LEN];
        Argon2::new(Algorithm::default(), Version::default(), params.clone())
            .hash_password_into_with_memory(password, &salt, &mut out, self.blocks(params.block_count())?)
            .map_err(|_| failed())?;
        let hash = PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(&params).map_err(|_| failed())?,
            salt: Some(salt),
            hash: Some(Output::new(&out).map_err(|_| failed())?),
        };
        Ok(hash.to_string())
    }

    /// `true` if the password has this hash; an unreadable hash has no password.
    pub(super) fn verify(&mut self, password: &[u8], hash: &str) -> Result<bool, ApiError> {
        let Some((argon2, salt, expected)) = read(hash) else {
            return Ok(false);
        };
        let blocks = argon2.params().block_count();
        let mut out = [0_u8; Output::MAX_LENGTH];
        let out = &mut out[..expected.len()];
        let done = argon2.hash_password_into_with_memory(password, &salt, out, self.blocks(blocks)?);
        Ok(done.is_ok() && bool::from(out.ct_eq(expected.as_bytes())))
    }
}

fn read(hash: &str) -> Option<(Argon2<'static>, Salt, Output)> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let (salt, expected) = (hash.salt?, hash.hash?);
    (params.block_count() <= MAX_BLOCKS).then(|| (Argon2::new(algorithm, version, params), salt, expected))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses_before_anything_is_computed() {
        let hashing = Hashing::default();
        let busy = [
            hashing.slot(WriteClass::User).await.unwrap(),
            hashing.slot(WriteClass::User).await.unwrap(),
        ];
        let mut waiting: Vec<_> = (0..WAITERS)
            .map(|_| Box::pin(hashing.slot(WriteClass::Anonymous)))
            .collect();
        for slot in &mut waiting {
            assert!(slot.now_or_never().is_none());
        }
        let refused = hashing
            .slot(WriteClass::Anonymous)
            .now_or_never()
            .expect("it does not wait");
        assert!(matches!(refused, Err(ApiError::Busy)), "{refused:?}");
        let mut known = Box::pin(hashing.slot(WriteClass::User));
        assert!(
            (&mut known).now_or_never().is_none(),
            "known browsers have a queue of their own"
        );
        drop(busy);
        known.await.unwrap();
    }

    #[tokio::test]
    async fn two_threads_do_all_the_work_and_survive_a_panic() {
        let hashing = Hashing::default();
        let work = |number: usize| {
            let hashing = hashing.clone();
            async move {
                let slot = hashing.slot(WriteClass::Anonymous).await.unwrap();
                slot.run(move |_| {
                    assert_ne!(number, 3, "a panic");
                    Ok(std::thread::current().id())
                })
                .await
            }
        };
        let done = futures::future::join_all((0..20).map(work)).await;
        let mut threads: Vec<_> = done.iter().flatten().map(|id| format!("{id:?}")).collect();
        assert_eq!(threads.len(), 19, "one panicked");
        threads.sort_unstable();
        threads.dedup();
        assert!(threads.len() <= THREADS, "{threads:?}");
    }

    #[test]
    fn hashes_of_other_parameters_are_checked_and_costly_ones_are_not() {
        let mut memory = Memory::default();
        let hash = memory.hash(b"a long enough word").unwrap();
        assert!(memory.verify(b"a long enough word", &hash).unwrap());
        assert!(!memory.verify(b"another long word", &hash).unwrap());
        let costly = hash.replace("m=19456", "m=1048576");
        assert!(!memory.verify(b"a long enough word", &costly).unwrap());
        assert!(!memory.verify(b"a long enough word", "canary-no-hash").unwrap());
        assert_eq!(
            memory.0.len(),
            Params::default().block_count(),
            "the memory stays as it was"
        );
    }
}
