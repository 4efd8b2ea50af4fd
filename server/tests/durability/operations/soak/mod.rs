//! A soak: uses of several users, hostile answers, floods of strangers, sessions that end, a crash and a full disk, all at
//! once. Afterwards the memory is given back, and the audit trail has every use that a peer or a caller saw.

mod ledger;
mod peers;
mod strangers;
mod users;

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::flood::{anonymous_memory, raise_own_limit};
use super::full_disk::limit;
use crate::database::Engine;
use crate::own_postgres::OwnPostgres;
use crate::process::{self, Options, Server};
use ledger::Ledger;
use peers::Kind;
use users::{Counts, User};

/// The seconds of the load, unless `STRONGROOM_TEST_SOAK` says otherwise.
const SECONDS: u64 = 10;
/// Megabytes of anonymous memory that may stay after the load.
const MAX_KEPT: u64 = 60;
/// The time within which everything works again after a fault, even on a busy machine.
const HEALED_WITHIN: Duration = Duration::from_secs(30);
/// The time within which memory is given back after the load.
const FREED_WITHIN: Duration = Duration::from_mins(1);
/// The longest time after the load until every kind of operation was answered, on a busy machine.
const WHOLE_WITHIN: Duration = Duration::from_mins(1);
/// Between two lines of progress.
const TOLD_EVERY: Duration = Duration::from_secs(5);
/// Shorter soaks are told only if they fail.
const TOLD_FROM: Duration = Duration::from_secs(30);

const ORDINARY_USERS: usize = 3;
/// One user, and one peer, have a quarter of the byte budget.
const HOSTILE_USERS: usize = 4;

/// The state that users, strangers and faults share.
struct Scene {
    name: &'static str,
    length: Duration,
    began: Instant,
    origin: Mutex<String>,
    ends: AtomicBool,
    /// Even while no fault lasts.
    faults: AtomicU32,
    ledger: Arc<Ledger>,
    counts: Mutex<Counts>,
    strangers: AtomicU32,
    sessions: AtomicU32,
    peak: AtomicU32,
}

impl Scene {
    fn new(name: &'static str, server: &Server, ledger: Arc<Ledger>) -> Self {
        Self {
            name,
            length: length(),
            began: Instant::now(),
            origin: Mutex::new(origin(server)),
            ends: AtomicBool::default(),
            faults: AtomicU32::default(),
            ledger,
            counts: Mutex::default(),
            strangers: AtomicU32::default(),
            sessions: AtomicU32::default(),
            peak: AtomicU32::default(),
        }
    }

    fn goes_on(&self) -> bool {
        !self.ends.load(Ordering::SeqCst)
    }

    /// A number that stays the same while no fault begins; `None` while one lasts.
    fn calm(&self) -> Option<u32> {
        Some(self.faults.load(Ordering::SeqCst)).filter(|faults| faults % 2 == 0)
    }

    /// A fault begins or has healed.
    fn turn(&self) {
        self.faults.fetch_add(1, Ordering::SeqCst);
    }

    fn origin(&self) -> String {
        self.origin.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn address(&self) -> String {
        self.origin().trim_start_matches("http://").to_owned()
    }

    fn move_to(&self, server: &Server) {
        *self.origin.lock().unwrap_or_else(PoisonError::into_inner) = origin(server);
    }

    fn count(&self, kind: Kind, status: Option<u16>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts
            .entry((format!("{kind:?}"), status.unwrap_or_default()))
            .or_default() += 1;
    }

    /// A part of the load that has not happened yet.
    fn missing(&self) -> Option<String> {
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

    fn stranger_refused(&self) {
        self.strangers.fetch_add(1, Ordering::Relaxed);
    }

    fn session_ended(&self) {
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    /// A line for the caller of the tests: past the capture of the test runner if the soak takes minutes.
    fn tell(&self, what: &str) {
        let line = format!("soak on {}: {what}", self.name);
        if self.length >= TOLD_FROM {
            let _ = writeln!(std::io::stderr(), "{line}");
        } else {
            eprintln!("{line}");
        }
    }

    /// Lets the load go on for a part of the time, with a line now and then.
    async fn go_on(&self, server: &Server, part: f64) {
        self.go_on_while(server, |since| since < self.length.mul_f64(part))
            .await;
    }

    async fn go_on_while(&self, server: &Server, goes_on: impl Fn(Duration) -> bool) {
        let since = Instant::now();
        let mut told = Instant::now();
        while goes_on(since.elapsed()) {
            sleep(Duration::from_millis(250)).await;
            let memory = u32::try_from(anonymous_memory(server.id())).unwrap();
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

    /// Waits until the server is ready and every user is served.
    async fn until_healed(&self, server: &Server, users: &[Arc<User>]) {
        let since = Instant::now();
        for user in users {
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

fn origin(server: &Server) -> String {
    format!("http://{}", server.address())
}

fn length() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "the caller of the tests may ask for more")]
    let asked = std::env::var("STRONGROOM_TEST_SOAK");
    let seconds = asked.map_or(SECONDS, |number| {
        number
            .parse()
            .expect("STRONGROOM_TEST_SOAK is a number of seconds, e.g. 300")
    });
    Duration::from_secs(seconds)
}

/// The database of a soak, which fails for a while.
enum Database {
    /// Its files cannot grow, as on a full disk.
    Sqlite,
    /// It ends. A full disk of its own would end it as well.
    Postgres(OwnPostgres),
}

impl Database {
    async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite,
            Engine::Postgres => {
                let mut postgres = OwnPostgres::new(&[]);
                postgres.start().await;
                Self::Postgres(postgres)
            }
        }
    }

    fn url(&self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(postgres) => Some(postgres.url()),
        }
    }

    async fn fail(&mut self, server: &Server) {
        match self {
            Self::Sqlite => limit(server, "4096"),
            Self::Postgres(postgres) => postgres.end(Signal::SIGQUIT).await,
        }
    }

    async fn heal(&mut self, server: &Server) {
        match self {
            Self::Sqlite => limit(server, "unlimited"),
            Self::Postgres(postgres) => postgres.start().await,
        }
    }
}

/// Memory figures of a process, for the message of a failure.
fn figures(id: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let lines = status
        .lines()
        .filter(|line| line.starts_with("Vm") || line.starts_with("Rss"));
    lines.collect::<Vec<_>>().join(", ")
}

async fn soak(engine: Engine, name: &'static str) {
    raise_own_limit();
    let mut database = Database::new(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", database.url());
    process::add_administrator(&options);
    let ledger = Arc::<Ledger>::default();
    let server = Server::start(&options).await;
    let mut users = Vec::new();
    for number in 0..ORDINARY_USERS + HOSTILE_USERS {
        let peer = peers::start(&ledger).await;
        users.push(Arc::new(User::new(&options, &server, number, peer).await));
    }
    let (ordinary, hostile) = users.split_at(ORDINARY_USERS);

    let first = Scene::new(name, &server, Arc::clone(&ledger));
    for user in &users {
        for kind in Kind::ORDINARY {
            assert_eq!(user.operate(&first, kind).await, Some(200), "{kind:?}");
        }
    }
    let idle = until_memory_is(&server, 0, Duration::from_secs(2)).await;

    let scene = Arc::new(Scene::new(name, &server, ledger));
    let mut load = JoinSet::new();
    for (number, user) in ordinary.iter().enumerate() {
        for worker in 0..2 {
            let (user, scene) = (Arc::clone(user), Arc::clone(&scene));
            load.spawn(user.work(scene, &Kind::ORDINARY, number + 3 * worker, Duration::from_millis(40)));
        }
        load.spawn(Arc::clone(user).change_sessions(Arc::clone(&scene)));
    }
    for (number, user) in hostile.iter().enumerate() {
        let (user, scene) = (Arc::clone(user), Arc::clone(&scene));
        load.spawn(user.work(scene, &Kind::HOSTILE, 2 * number, Duration::from_millis(100)));
    }
    for last in 1..=8 {
        load.spawn(strangers::sign_in(Arc::clone(&scene), last));
    }
    for last in 1..=2 {
        load.spawn(strangers::half_send(Arc::clone(&scene), last));
    }

    scene.go_on(&server, 0.3).await;
    scene.turn();
    scene.tell("the server is killed");
    server.kill();
    let server = Server::start(&options).await;
    scene.move_to(&server);
    scene.until_healed(&server, ordinary).await;
    scene.turn();

    scene.go_on(&server, 0.3).await;
    scene.turn();
    scene.tell("the database fails");
    database.fail(&server).await;
    scene.go_on(&server, 0.1).await;
    database.heal(&server).await;
    scene.until_healed(&server, ordinary).await;
    scene.turn();

    scene.go_on(&server, 0.3).await;
    let is_missing = |since| since < WHOLE_WITHIN && scene.missing().is_some();
    scene.go_on_while(&server, is_missing).await;
    assert_eq!(scene.missing(), None, "{:?}", scene.counts);
    scene.ends.store(true, Ordering::SeqCst);
    while let Some(ended) = load.join_next().await {
        ended.unwrap();
    }
    scene.until_healed(&server, &users).await;
    let after = until_memory_is(&server, idle + MAX_KEPT, FREED_WITHIN).await;
    let peak = scene.peak.load(Ordering::Relaxed);
    scene.tell(&format!(
        "{idle} MB when idle, {peak} MB at most, {after} MB afterwards"
    ));
    assert!(
        after <= idle + MAX_KEPT,
        "{idle} MB when idle, {peak} MB at most, {after} MB afterwards: {}",
        figures(server.id())
    );

    let administrator = server.sign_in().await;
    let path = "/api/v1/audit-events/export?action=credential.use";
    let (status, export) = administrator.signed_text_of(path).await;
    assert_eq!(status, 200, "{export}");
    let compared = scene.ledger.compare(&export);
    scene.tell(&format!(
        "peers saw {} uses, callers {}, the trail has {}; {:?}",
        compared.seen, compared.acknowledged, compared.recorded, scene.counts
    ));
    assert!(compared.seen > 0 && compared.acknowledged > 0, "uses were compared");
    server.signal(Signal::SIGTERM);
    assert!(server.ended().await.success());
    process::verify(&options);
    process::assert_trail_holds(&options);
}

/// Waits until a server has at most so many megabytes of anonymous memory; the least of them after this time.
async fn until_memory_is(server: &Server, most: u64, within: Duration) -> u64 {
    let since = Instant::now();
    let mut least = u64::MAX;
    while least > most && since.elapsed() < within {
        sleep(Duration::from_millis(200)).await;
        least = least.min(anonymous_memory(server.id()));
    }
    least
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_soak_loses_no_use_and_gives_its_memory_back_on_sqlite() {
    soak(Engine::Sqlite, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_soak_loses_no_use_and_gives_its_memory_back_on_postgres() {
    soak(Engine::Postgres, "PostgreSQL").await;
}
