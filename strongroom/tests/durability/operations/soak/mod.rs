//! A soak: uses of several users, hostile answers, floods of strangers, sessions that end, a crash and a full disk, all at
//! once. Afterwards the memory is given back, and the audit trail has every use that a peer or a caller saw.

mod ledger;
mod pair;
mod peers;
mod scene;
mod strangers;
mod users;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::flood::raise_own_limit;
use super::full_disk::limit;
use crate::database::Engine;
use crate::memory;
use crate::own_postgres::OwnPostgres;
use crate::process::{self, Options, Server};
use ledger::Ledger;
use peers::Kind;
use scene::Scene;
use users::User;

/// Megabytes of anonymous memory that may stay after the load.
const MAX_KEPT: u64 = 60;
/// The time within which memory is given back after the load.
const FREED_WITHIN: Duration = Duration::from_mins(1);
/// The longest time after the load until every kind of operation was answered, on a busy machine.
const WHOLE_WITHIN: Duration = Duration::from_mins(1);
const ORDINARY_USERS: usize = 3;
/// One user, and one peer, have a quarter of the byte budget.
const HOSTILE_USERS: usize = 4;

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

    let first = Scene::new(name, server.origin(), Arc::clone(&ledger));
    for user in &users {
        for kind in Kind::ORDINARY {
            assert_eq!(user.operate(&first, kind).await, Some(200), "{kind:?}");
        }
    }
    let idle = until_memory_is(&server, 0, Duration::from_secs(2)).await;

    let scene = Arc::new(Scene::new(name, server.origin(), ledger));
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
    scene.move_to(server.origin());
    scene.until_healed(&[&server], ordinary).await;
    scene.turn();

    scene.go_on(&server, 0.3).await;
    scene.turn();
    scene.tell("the database fails");
    database.fail(&server).await;
    scene.go_on(&server, 0.1).await;
    database.heal(&server).await;
    scene.until_healed(&[&server], ordinary).await;
    scene.turn();

    scene.go_on(&server, 0.3).await;
    let is_missing = |since| since < WHOLE_WITHIN && scene.missing().is_some();
    scene.go_on_while(&server, is_missing).await;
    assert_eq!(scene.missing(), None, "{:?}", scene.counts);
    scene.end();
    while let Some(ended) = load.join_next().await {
        ended.unwrap();
    }
    scene.until_healed(&[&server], &users).await;
    let after = until_memory_is(&server, idle + MAX_KEPT, FREED_WITHIN).await;
    let peak = scene.peak.load(Ordering::Relaxed);
    scene.tell(&format!(
        "{idle} MB when idle, {peak} MB at most, {after} MB afterwards"
    ));
    assert!(
        after <= idle + MAX_KEPT,
        "{idle} MB when idle, {peak} MB at most, {after} MB afterwards: {}",
        memory::figures(server.id())
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
        least = least.min(memory::anonymous(server.id()));
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
