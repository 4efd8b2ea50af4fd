//! The state of a soak, and its progress.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::ledger::Ledger;
use super::peers::Kind;
use super::users::{Counts, User};
use crate::memory::anonymous;
use crate::process::Server;

/// The seconds of the load, unless `STRONGROOM_TEST_SOAK` says otherwise.
const SECONDS: u64 = 10;
/// The time within which everything works again after a fault, even on a busy machine.
const HEALED_WITHIN: Duration = Duration::from_secs(30);
/// Between two lines of progress.
const TOLD_EVERY: Duration = Duration::from_secs(5);
/// Shorter soaks are told only if they fail.
const TOLD_FROM: Duration = Duration::from_secs(30);

/// The state that users, strangers and faults share.
pub struct Scene {
    name: &'static str,
    pub length: Duration,
    began: Instant,
    origin: Mutex<String>,
    ends: AtomicBool,
    /// Even while no fault lasts.
    faults: AtomicU32,
    pub ledger: Arc<Ledger>,
    pub counts: Mutex<Counts>,
    strangers: AtomicU32,
    sessions: AtomicU32,
    pub peak: AtomicU32,
}

impl Scene {
    pub fn new(name: &'static str, origin: String, ledger: Arc<Ledger>) -> Self {
        Self {
            name,
            length: length(),
            began: Instant::now(),
            origin: Mutex::new(origin),
            ends: AtomicBool::default(),
            faults: AtomicU32::default(),
            ledger,
            counts: Mutex::default(),
            strangers: AtomicU32::default(),
            sessions: AtomicU32::default(),
            peak: AtomicU32::default(),
        }
    }

    pub fn goes_on(&self) -> bool {
        !self.ends.load(Ordering::SeqCst)
    }

    /// A number that stays the same while no fault begins; `None` while one lasts.
    pub fn calm(&self) -> Option<u32> {
        Some(self.faults.load(Ordering::SeqCst)).filter(|faults| faults % 2 == 0)
    }

    /// A fault begins or has healed.
    pub fn turn(&self) {
        self.faults.fetch_add(1, Ordering::SeqCst);
    }

    pub fn origin(&self) -> String {
        self.origin.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn address(&self) -> String {
        self.origin().trim_start_matches("http://").to_owned()
    }

    /// From now on users and strangers go there.
    pub fn move_to(&self, origin: String) {
        *self.origin.lock().unwrap_or_else(PoisonError::into_inner) = origin;
    }

    /// Users and strangers stop.
    pub fn end(&self) {
        self.ends.store(true, Ordering::SeqCst);
    }

    pub fn count(&self, kind: Kind, status: Option<u16>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts
            .entry((format!("{kind:?}"), status.unwrap_or_default()))
            .or_default() += 1;
    }

    /// A part of the load that has not happened yet.
    pub fn missing(&self) -> Option<String> {
        let is_answered = |kind: &Kind| {
            let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let mut answers = counts.iter().filter(|((of, _), _)| *of == format!("{kind:?}"));
            answers.any(|((_, status), _)| kind.is_answered_by(*status))
        };
        let missing = Kind::ORDINARY
            .iter()
            .chain(&Kind::HOSTILE)
            .find(|kind| !is_answered(kind));
        let of_strangers = (self.strangers.load(Ordering::Relaxed) == 0).then(|| "strangers".to_owned());
        let of_sessions = (self.sessions.load(Ordering::Relaxed) == 0).then(|| "ended sessions".to_owned());
        missing.map(|kind| format!("{kind:?}")).or(of_strangers).or(of_sessions)
    }

    pub fn stranger_refused(&self) {
        self.strangers.fetch_add(1, Ordering::Relaxed);
    }

    pub fn session_ended(&self) {
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    /// A line for the caller of the tests: past the capture of the test runner if the soak takes minutes.
    pub fn tell(&self, what: &str) {
        let line = format!("soak on {}: {what}", self.name);
        if self.length >= TOLD_FROM {
            let _ = writeln!(std::io::stderr(), "{line}");
        } else {
            eprintln!("{line}");
        }
    }

    /// Lets the load go on for a part of the time, with a line now and then.
    pub async fn go_on(&self, server: &Server, part: f64) {
        self.go_on_while(server, |since| since < self.length.mul_f64(part))
            .await;
    }

    pub async fn go_on_while(&self, server: &Server, goes_on: impl Fn(Duration) -> bool) {
        let since = Instant::now();
        let mut told = Instant::now();
        while goes_on(since.elapsed()) {
            sleep(Duration::from_millis(250)).await;
            let memory = u32::try_from(anonymous(server.id())).unwrap();
            self.peak.fetch_max(memory, Ordering::Relaxed);
            if told.elapsed() >= TOLD_EVERY {
                told = Instant::now();
                self.tell(&format!(
                    "{} of {} s, {} operations, {} strangers refused, {} sessions ended in use, {memory} MB",
                    self.began.elapsed().as_secs(),
                    self.length.as_secs(),
                    self.ledger.operations(),
                    self.strangers.load(Ordering::Relaxed),
                    self.sessions.load(Ordering::Relaxed),
                ));
            }
        }
    }

    /// Waits until the servers are ready and every user is served.
    pub async fn until_healed(&self, servers: &[&Server], users: &[Arc<User>]) {
        let since = Instant::now();
        for (server, user) in servers
            .iter()
            .flat_map(|server| users.iter().map(move |user| (server, user)))
        {
            loop {
                let ready = server.client().send("GET", "/readyz", None).await;
                if ready.is_some_and(|(status, _)| status == 200) && user.operate(self, Kind::Text).await == Some(200) {
                    break;
                }
                assert!(
                    since.elapsed() < HEALED_WITHIN,
                    "it works again within {HEALED_WITHIN:?}"
                );
                sleep(Duration::from_millis(100)).await;
            }
        }
        self.tell(&format!("works again after {:.1} s", since.elapsed().as_secs_f64()));
    }
}

pub fn length() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "the caller of the tests may ask for more")]
    let asked = std::env::var("STRONGROOM_TEST_SOAK");
    let seconds = asked.map_or(SECONDS, |number| {
        number
            .parse()
            .expect("STRONGROOM_TEST_SOAK is a number of seconds, e.g. 300")
    });
    Duration::from_secs(seconds)
}
