//! Backup and restore: within an engine and from one to the other, beside a server that writes, and what
//! is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use server::backup;
use server::cli::open_base;
use server::config::{Options, Settings};
use server::db::Db;
use server::http::HostRule;
use server::keys;
use server::pages::ApiAlone;
use server::router::router;
use server::state::AppState;
use server::vault;

use crate::both_engines;
use crate::support::statements::tamper;
use crate::support::{Engine, TestApp};

const BREAK: &str = "UPDATE credential_versions SET ciphertext = value_nonce WHERE credential_id = $1";

/// An empty place to restore into, with a keyring.
struct Target {
    folder: tempfile::TempDir,
    database: Option<String>,
    keyring: PathBuf,
}

impl Target {
    async fn new(engine: Engine, keyring: &Path) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: engine.fresh_database().await,
            keyring: keyring.to_owned(),
        }
    }

    fn settings(&self) -> Settings {
        let options = Options {
            data_dir: Some(self.folder.path().join("data")),
            database_url: self.database.clone(),
            keyring_file: Some(self.keyring.clone()),
            ..Options::default()
        };
        options.complete(None).unwrap()
    }

    async fn restore(&self, app: &TestApp, file: &Path) -> anyhow::Result<backup::Restored> {
        backup::restore(&self.settings(), file, &app.state.base.clock, |_| {}).await
    }

    async fn refusal(&self, app: &TestApp, file: &Path) -> String {
        match self.restore(app, file).await {
            Ok(_) => panic!("it was restored"),
            Err(error) => format!("{error:#}"),
        }
    }

    async fn start(&self, app: &TestApp) -> AppState {
        let settings = self.settings();
        let base = open_base(&settings, app.state.base.clock.clone()).await.unwrap();
        AppState::start(base, &settings).unwrap()
    }
}

fn keyring(app: &TestApp) -> PathBuf {
    app.folder().join("keyring.json")
}

async fn backup_to(state: &AppState, file: &Path) -> anyhow::Result<backup::Summary> {
    backup::backup(&state.base, file, |_| {}).await
}

/// A database with some of everything, over a rotation of its key.
async fn furnish(app: &TestApp) {
    let used = app.credential("admin", "USED", "marked-canary-value").await;
    app.credential("manager", "Ünused \"quoted\"", "marked-canary\nvalue")
        .await;
    let gone = app.credential("other", "GONE", "marked-canary-value").await;
    app.delete("other", &format!("/credentials/{gone}")).await.expect(204);
    let server = json!({"name": "S", "url": "http://127.0.0.1:9/mcp", "credential_id": used});
    app.post("admin", "/mcp-servers", server).await.expect(201);
    keys::add(&app.state.base, None).await.unwrap();
    keys::activate(&app.state.base, None).await.unwrap();
    app.credential("admin", "NEWER", "marked-canary-value").await;
}

/// The rows of a backup by table, in an order that both engines agree on.
fn rows(file: &Path) -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    header["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| {
            let count = usize::try_from(table["rows"].as_u64().unwrap()).unwrap();
            let mut rows: Vec<String> = lines.by_ref().take(count).map(str::to_owned).collect();
            rows.sort();
            (table["name"].as_str().unwrap().to_owned(), rows)
        })
        .collect()
}

both_engines! {
    async fn what_is_restored_is_what_was_backed_up_on_either_engine(app: TestApp) {
        let mut app = app;
        furnish(&app).await;
        let list = "/credentials?sort=name&limit=100";
        let (credentials, servers) = (app.get("admin", list).await.json(), app.get("admin", "/mcp-servers").await.json());
        let file = app.folder().join("first.backup");
        let written = backup_to(&app.state, &file).await.unwrap();
        assert_eq!((written.values, written.keys.len()), (3, 2));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let before = rows(&file);
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let target = Target::new(engine, &keyring(&app)).await;
            let restored = target.restore(&app, &file).await.unwrap();
            assert_eq!((restored.summary.values, restored.summary.rows), (written.values, written.rows));
            assert_eq!(restored.trail.complaint(), None);
            // The restore itself is the last event.
            assert!(restored.trail.checked > 1);
            let state = target.start(&app).await;
            let again = target.folder.path().join("again.backup");
            backup_to(&state, &again).await.unwrap();
            for ((table, old), (same, new)) in before.iter().zip(rows(&again)) {
                assert_eq!(*table, same);
                let added = match table.as_str() {
                    // The restore and the second backup are on record.
                    "audit_events" => 2,
                    "audit_head" => continue,
                    _ => 0,
                };
                assert!(old.iter().all(|row| new.contains(row)), "{table}");
                assert_eq!(new.len(), old.len() + added, "{table}");
            }
            app.forget_cookies();
            app.router = router(state.clone(), ApiAlone, HostRule::new(None));
            assert_eq!(app.get("admin", list).await.expect(200).json(), credentials);
            assert_eq!(app.get("admin", "/mcp-servers").await.expect(200).json(), servers);
            app.credential("manager", "goes on", "marked-canary").await;
            let verified = vault::verify(&state.base.db, &state.base.vault, |_| {}).await.unwrap();
            assert_eq!((verified.opened, verified.broken.len()), (4, 0));
            let told = target.refusal(&app, &file).await;
            assert!(told.contains("already contains data"), "{told}");
        }
    }

    async fn a_backup_holds_neither_the_keyring_nor_a_session_nor_a_value(app: TestApp) {
        furnish(&app).await;
        let file = app.folder().join("a.backup");
        backup_to(&app.state, &file).await.unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let keyring: Value = serde_json::from_slice(&fs::read(keyring(&app)).unwrap()).unwrap();
        for key in keyring["keys"].as_array().unwrap() {
            assert!(text.contains(key["id"].as_str().unwrap()));
            assert!(!text.contains(key["key"].as_str().unwrap()), "no key is in it");
        }
        assert!(!text.contains("marked-canary"));
        let tables: Vec<String> = rows(&file).into_iter().map(|(name, _)| name).collect();
        for left_out in ["sessions", "sign_in_attempts", "replicas", "_sqlx_migrations"] {
            assert!(!tables.contains(&left_out.to_owned()), "{left_out}");
        }
    }

    async fn every_table_is_carried_over_or_named_as_left_out(app: TestApp) {
        const SQLITE: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        const POSTGRES: &str = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let file = app.folder().join("a.backup");
        backup_to(&app.state, &file).await.unwrap();
        let mut carried: Vec<String> = rows(&file).into_iter().map(|(name, _)| name).collect();
        carried.extend(backup::LEFT_OUT.map(str::to_owned));
        let tables: Vec<String> = match &app.state.base.db {
            Db::Sqlite { reader, .. } => sqlx::query_scalar(SQLITE).fetch_all(reader).await.unwrap(),
            Db::Postgres { pool, .. } => sqlx::query_scalar(POSTGRES).fetch_all(pool).await.unwrap(),
        };
        assert!(tables.len() > 10, "{tables:?}");
        for table in tables {
            assert!(carried.contains(&table), "{table}");
        }
    }

    async fn a_backup_beside_a_server_that_writes_is_of_one_moment(app: TestApp) {
        let app = std::sync::Arc::new(app);
        app.credential("admin", "FIRST", "marked-canary").await;
        let writer = {
            let app = app.clone();
            tokio::spawn(async move {
                for number in 0..60 {
                    let id = app.credential("admin", &format!("W {number}"), "marked-canary").await;
                    app.patch("admin", &format!("/credentials/{id}"), json!({"value": "marked-canary-2"})).await.expect(200);
                }
            })
        };
        let mut taken = Vec::new();
        while !writer.is_finished() || taken.is_empty() {
            let file = app.folder().join(format!("{}.backup", taken.len()));
            taken.push((backup_to(&app.state, &file).await.unwrap().values, file));
        }
        writer.await.unwrap();
        assert!(taken.len() > 1, "there were backups meanwhile");
        for (values, file) in taken.iter().take(3) {
            let target = Target::new(Engine::Sqlite, &keyring(&app)).await;
            assert_eq!(target.restore(&app, file).await.unwrap().summary.values, *values);
        }
    }

    async fn a_value_that_does_not_open_is_named_and_no_file_is_kept(app: TestApp) {
        app.credential("admin", "WHOLE", "marked-canary").await;
        let id: uuid::Uuid = app.credential("admin", "BROKEN", "marked-canary").await.parse().unwrap();
        match &app.state.base.db {
            Db::Sqlite { writer, .. } => drop(sqlx::query(BREAK).bind(id).execute(writer).await.unwrap()),
            Db::Postgres { pool, .. } => drop(sqlx::query(BREAK).bind(id).execute(pool).await.unwrap()),
        }
        let folder = tempfile::tempdir().unwrap();
        let told = backup_to(&app.state, &folder.path().join("a.backup")).await.unwrap_err().to_string();
        assert!(told.contains("BROKEN") && !told.contains("WHOLE"), "{told}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    async fn a_trail_that_was_changed_before_the_backup_is_restored_and_said(app: TestApp) {
        furnish(&app).await;
        tamper(&app, "UPDATE audit_events SET outcome = 'refused' WHERE seq = 2").await;
        let file = app.folder().join("a.backup");
        backup_to(&app.state, &file).await.unwrap();
        let target = Target::new(app.engine, &keyring(&app)).await;
        let restored = target.restore(&app, &file).await.unwrap();
        let complaint = restored.trail.complaint().unwrap();
        assert!(complaint.contains("event 2 was changed"), "{complaint}");
        let state = target.start(&app).await;
        let opened = vault::verify(&state.base.db, &state.base.vault, |_| {}).await.unwrap();
        assert_eq!((opened.opened, opened.broken.len()), (3, 0), "everything else is there");
    }

    async fn a_database_with_data_is_left_alone(app: TestApp) {
        let file = app.folder().join("a.backup");
        backup_to(&app.state, &file).await.unwrap();
        let told = backup_to(&app.state, &file).await.unwrap_err().to_string();
        assert!(told.contains("exists"), "{told}");
        let other = TestApp::start(app.engine).await;
        let target = Target {
            folder: tempfile::tempdir().unwrap(),
            database: Some(match &other.database_url {
                Some(url) => url.clone(),
                None => format!("sqlite:{}", other.folder().join("strongroom.db").display()),
            }),
            keyring: keyring(&app),
        };
        let told = target.refusal(&app, &file).await;
        assert!(told.contains("already contains data"), "{told}");
        other.get("admin", "/credentials").await.expect(200);
    }
}

#[tokio::test]
async fn a_file_that_is_not_what_was_written_is_refused_before_anything_is_made() {
    let app = TestApp::start(Engine::Sqlite).await;
    furnish(&app).await;
    let file = app.folder().join("a.backup");
    backup_to(&app.state, &file).await.unwrap();
    let whole = fs::read(&file).unwrap();
    let target = Target::new(Engine::Sqlite, &keyring(&app)).await;
    let changed = app.folder().join("changed.backup");

    for position in (0..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[position] ^= 1;
        fs::write(&changed, &bytes).unwrap();
        let told = target.refusal(&app, &changed).await;
        assert!(told.contains("changed.backup"), "byte {position}: {told}");
        assert!(
            !told.contains("marked-canary") && !told.contains('['),
            "byte {position}: {told}"
        );
    }
    for length in [0, 1, 500, whole.len() / 2, whole.len() - 60, whole.len() - 2] {
        fs::write(&changed, &whole[..length]).unwrap();
        let told = target.refusal(&app, &changed).await;
        assert!(
            told.contains("its end is missing") || told.contains("not a Strongroom backup"),
            "{length}: {told}"
        );
    }
    // Cut off and closed again by somebody, or changed with a right SHA-256, but without the keyring.
    let forged = forge(&whole, "admin@example.com", "enemy@example.com");
    fs::write(&changed, forged).unwrap();
    let told = target.refusal(&app, &changed).await;
    assert!(told.contains("without the keyring"), "{told}");
    fs::write(
        &changed,
        forge(&whole, "\"strongroom_backup\":1", "\"strongroom_backup\":2"),
    )
    .unwrap();
    let told = target.refusal(&app, &changed).await;
    assert!(told.contains("newer release"), "{told}");

    assert!(!target.folder.path().join("data").exists(), "nothing was made");
    assert!(target.restore(&app, &file).await.is_ok(), "the whole file is restored");
}

#[tokio::test]
async fn a_keyring_that_does_not_open_the_backup_is_refused_with_the_key_that_it_lacks() {
    let app = TestApp::start(Engine::Sqlite).await;
    furnish(&app).await;
    let file = app.folder().join("a.backup");
    backup_to(&app.state, &file).await.unwrap();
    let other = TestApp::start(Engine::Sqlite).await;
    let target = Target::new(Engine::Sqlite, &keyring(&other)).await;
    let told = target.refusal(&app, &file).await;
    assert!(told.contains(&app.state.base.vault.held_ids()[0]), "{told}");
    assert!(told.contains("Nothing was restored"), "{told}");
    assert!(!target.folder.path().join("data").exists(), "nothing was made");
    let missing = Target::new(Engine::Sqlite, &app.folder().join("nowhere.json")).await;
    let told = missing.refusal(&app, &file).await;
    assert!(told.contains("nowhere.json"), "{told}");
    let told = target.refusal(&app, &app.folder().join("nowhere.backup")).await;
    assert!(told.contains("nowhere.backup"), "{told}");
}

/// Changes a text and makes the SHA-256 right again, as anybody can.
fn forge(whole: &[u8], from: &str, to: &str) -> Vec<u8> {
    use base64::Engine as _;
    use sha2::Digest as _;
    let text = String::from_utf8(whole.to_vec()).unwrap();
    assert!(text.contains(from));
    let text = text.replace(from, to);
    let (rows, last) = text.trim_end().rsplit_once('\n').unwrap();
    let rows = format!("{rows}\n");
    let mut end: Value = serde_json::from_str(last).unwrap();
    let sum = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(rows.as_bytes()));
    end["end"]["sha256"] = json!(sum);
    format!("{rows}{end}\n").into_bytes()
}
