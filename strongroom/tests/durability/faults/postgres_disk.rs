//! The disk of PostgreSQL is full or fails with EIO for a while. PostgreSQL may end with it; Strongroom goes on.

use sqlx::{Connection as _, PgConnection};

use super::broken_disk::{assert_stored, slug, store, until_it_works, until_ready_is};
use super::io_errors::IoErrors;
use super::used::Used;
use super::*;
use crate::own_postgres::OwnPostgres;

/// Longer than anything here takes, even on a busy machine.
const LONG: Duration = Duration::from_mins(1);
/// The time within which everything works again, with the recovery of PostgreSQL after a crash.
const RECOVERED_WITHIN: Duration = Duration::from_secs(20);

/// A PostgreSQL with a server, a credential that is used, and what was stored.
struct Scene {
    _folder: tempfile::TempDir,
    options: Options,
    postgres: OwnPostgres,
    _server: Server,
    client: Client,
    used: Used,
    stored: Vec<String>,
}

impl Scene {
    async fn new(mut postgres: OwnPostgres) -> Self {
        postgres.start().await;
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(&folder, "data", Some(postgres.url()));
        process::add_administrator(&options);
        let server = Server::start(&options).await;
        let client = server.sign_in().await;
        let used = Used::new(&client).await;
        assert!(used.once(&client).await);
        Self {
            _folder: folder,
            options,
            postgres,
            _server: server,
            client,
            used,
            stored: Vec::new(),
        }
    }

    /// Stores values of 64 KiB, which cannot be compressed once they are sealed, until that is refused; the problem.
    async fn until_refused(&mut self, name: &str) -> Value {
        let value = "c".repeat(64 << 10);
        for number in 0..400 {
            match store(&self.client, &format!("{name} {number}"), &value).await {
                Ok(id) => self.stored.push(id),
                Err(problem) => return problem,
            }
        }
        panic!("{name}: no write is refused");
    }

    /// Uses the credential until that is refused.
    async fn until_no_use_is_recorded(&self) {
        for _ in 0..1000 {
            if !self.used.once(&self.client).await {
                return;
            }
        }
        panic!("no use is refused");
    }

    /// The fault is over. PostgreSQL is started again if it has ended, as a supervisor does.
    async fn heal(&mut self, name: &str) {
        if self.postgres.has_ended() {
            self.postgres.start().await;
        }
        let id = until_it_works(&self.client, &self.used, name, RECOVERED_WITHIN).await;
        self.stored.push(id);
        until_ready_is(&self.client, true, RECOVERED_WITHIN).await;
    }

    /// Nothing that was acknowledged is lost, and no use is unrecorded.
    async fn check(&self) {
        assert_stored(&self.client, &self.stored).await;
        self.used.assert_recorded(&self.options).await;
        process::verify(&self.options);
        process::assert_trail_holds(&self.options);
    }
}

/// Writes to the log until PostgreSQL ends the session.
async fn fill_log(postgres: &OwnPostgres) {
    const MEGABYTE: &str = "SELECT pg_logical_emit_message(false, '', repeat('x', 1000000))";
    if let Ok(mut database) = PgConnection::connect(&postgres.url()).await {
        while sqlx::query(MEGABYTE).execute(&mut database).await.is_ok() {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_postgres_is_said_as_that_and_heals() {
    let small_log = ["max_wal_size=32MB", "min_wal_size=32MB", "autovacuum=off"];
    let mut scene = Scene::new(OwnPostgres::on_own_disk(&small_log, 128)).await;
    for round in 0..2 {
        // Tables cannot grow, while the log has room yet.
        scene.postgres.disk().fill();
        let problem = scene.until_refused(&format!("FULL {round}")).await;
        assert_eq!(slug(&problem), "storage-full", "{problem}");
        scene.until_no_use_is_recorded().await;
        assert!(!scene.postgres.has_ended());
        scene.postgres.disk().empty();
        scene.heal(&format!("ROOM {round}")).await;
    }

    // Not even the log can grow: PostgreSQL ends all sessions, and itself if its recovery finds no room either.
    scene.postgres.disk().fill();
    let since = Instant::now();
    loop {
        fill_log(&scene.postgres).await;
        if !scene.used.once(&scene.client).await {
            break;
        }
        assert!(since.elapsed() < LONG, "the log is full");
    }
    if scene.postgres.has_ended() {
        until_ready_is(&scene.client, false, LONG).await;
    }
    scene.postgres.disk().empty();
    scene.heal("ROOM FOR THE LOG").await;
    scene.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_with_io_errors_under_postgres_is_unavailable_and_heals() {
    let errors = IoErrors::new();
    let mut postgres = OwnPostgres::new(&["autovacuum=off"]);
    postgres.set_environment(errors.environment());
    let mut scene = Scene::new(postgres).await;

    // Tables cannot grow; the log can.
    errors.begin("/base/", "write");
    let problem = scene.until_refused("TABLES").await;
    assert_eq!(slug(&problem), "unavailable", "{problem}");
    scene.until_no_use_is_recorded().await;
    assert!(!scene.postgres.has_ended());
    errors.end();
    scene.heal("TABLES AGAIN").await;

    // A COMMIT cannot be made durable: PostgreSQL ends all sessions, and itself if its recovery fails as well.
    errors.begin("/pg_wal/", "sync");
    let problem = scene.until_refused("LOG").await;
    let slugs = ["unavailable", "outcome-unknown"];
    assert!(slugs.contains(&slug(&problem)), "{problem}");
    assert!(!scene.used.once(&scene.client).await);
    until_ready_is(&scene.client, false, LONG).await;
    errors.end();
    scene.heal("LOG AGAIN").await;
    scene.check().await;
}
