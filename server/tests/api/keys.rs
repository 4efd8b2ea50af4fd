//! Rotation of keys while servers run: what each step does, and what a server without the key does.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use http::Method;
use serde_json::{Value, json};
use server::cli::open_base;
use server::config::Options;
use server::db::Db;
use server::http::HostRule;
use server::keys::{self, Activated, Added};
use server::pages::ApiAlone;
use server::replicas::Membership;
use server::router::router;
use server::state::AppState;
use server::vault;

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Answer, Engine, TestApp, start_time, write_private};

const KEY_IDS: &str = "SELECT key_id FROM credential_versions ORDER BY credential_id";
const BYTES: &str = "SELECT ciphertext FROM credential_versions ORDER BY credential_id";
const EVENTS: &str =
    "SELECT action || ' ' || actor_name || ' ' || target_name FROM audit_events WHERE target_kind = 'key' ORDER BY seq";
const ALL_SILENT: &str = "UPDATE replicas SET last_seen_at = $1";
const SWAP: &str = "UPDATE credential_versions SET wrapped_key = ciphertext WHERE credential_id = $1";
const FORGET_MIGRATION: &str = "DELETE FROM _sqlx_migrations WHERE version = 3";
const NEWER_MIGRATION: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     VALUES (900001, 'newer', TRUE, $1, 0)";

macro_rules! all {
    ($app:expr, $query:expr) => {
        match &$app.state.base.db {
            Db::Sqlite { writer, .. } => $query.fetch_all(writer).await.unwrap(),
            Db::Postgres { pool, .. } => $query.fetch_all(pool).await.unwrap(),
        }
    };
}

macro_rules! change {
    ($app:expr, $query:expr) => {
        match &$app.state.base.db {
            Db::Sqlite { writer, .. } => drop($query.execute(writer).await.unwrap()),
            Db::Postgres { pool, .. } => drop($query.execute(pool).await.unwrap()),
        }
    };
}

async fn key_ids(app: &TestApp) -> Vec<String> {
    all!(app, sqlx::query_scalar(KEY_IDS))
}

fn keyring(app: &TestApp) -> PathBuf {
    app.folder().join("keyring.json")
}

/// A copy of the keyring as it is now.
fn copy(app: &TestApp, name: &str) -> PathBuf {
    let path = app.folder().join(name);
    fs::copy(keyring(app), &path).unwrap();
    path
}

fn new_key(added: &Added) -> String {
    match added {
        Added::New(id) => id.clone(),
        Added::WaitsAlready(id) => panic!("{id} waits already"),
    }
}

/// Another server on the same database, with this keyring.
async fn beside(app: &TestApp, keyring: &Path) -> AppState {
    let options = Options {
        data_dir: Some(app.folder()),
        database_url: app.database_url.clone(),
        keyring_file: Some(keyring.to_owned()),
        ..Options::default()
    };
    let settings = options.complete(None).unwrap();
    let base = open_base(&settings, app.state.base.clock.clone()).await.unwrap();
    AppState::start(base, &settings).unwrap()
}

/// Lets requests go to this server.
fn speak_to(app: &mut TestApp, state: &AppState) {
    app.router = router(state.clone(), ApiAlone, HostRule::new(None));
}

async fn ready(app: &TestApp) -> Answer {
    app.call(None, Method::GET, "/readyz", None).await
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

both_engines! {
    async fn a_rotation_leaves_every_value_as_it_was_and_wrapped_with_the_new_key(app: TestApp) {
        let base = &app.state.base;
        for name in ["A", "B", "C"] {
            app.credential("admin", name, "marked-canary").await;
        }
        let old = key_ids(&app).await[0].clone();
        let sealed: Vec<Vec<u8>> = all!(app, sqlx::query_scalar(BYTES));
        let new = new_key(&keys::add(base, None).await.unwrap());
        assert_eq!(keys::add(base, None).await.unwrap(), Added::WaitsAlready(new.clone()), "adding is repeatable");
        app.credential("admin", "D", "marked-canary").await;
        assert_eq!(key_ids(&app).await, vec![old.clone(); 4], "a pending key seals nothing");

        let activated = keys::activate(base, None).await.unwrap();
        assert_eq!(activated, Activated::Now { key: new.clone(), before: old.clone() });
        assert_eq!(keys::activate(base, Some(&new)).await.unwrap(), Activated::Already(new.clone()));
        app.credential("admin", "E", "marked-canary").await;
        assert_eq!(key_ids(&app).await.last(), Some(&new), "the active key seals");

        let mut heard = (0, 0);
        let report = keys::rewrap(base, |done, total| heard = (done, total)).await.unwrap();
        assert_eq!((report.rewrapped, report.skipped, report.broken.len(), heard), (4, 0, 0, (4, 4)));
        assert_eq!(key_ids(&app).await, vec![new.clone(); 5]);
        let after: Vec<Vec<u8>> = all!(app, sqlx::query_scalar(BYTES));
        assert_eq!(after[..3], sealed, "the sealed values keep their bytes");
        let verified = vault::verify(&base.db, &base.vault, |_| {}).await.unwrap();
        assert_eq!((verified.opened, verified.broken.len()), (5, 0));
        assert_eq!(keys::rewrap(base, |_, _| {}).await.unwrap().rewrapped, 0, "rewrapping is repeatable");

        let events: Vec<String> = all!(app, sqlx::query_scalar(EVENTS));
        let expected = ["key.add", "key.activate", "key.rewrap_begin", "key.rewrap"];
        assert_eq!(events, expected.map(|action| format!("{action} command line {new}")));
        let (listed, servers) = keys::list(base).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|key| (key.id.as_str(), key.state, key.values, key.held)).collect();
        assert_eq!(listed, [(old.as_str(), Some("retiring"), 0, true), (new.as_str(), Some("active"), 5, true)]);
        assert_eq!(servers, 0);
        // The next start needs both keys.
        let again = beside(&app, &keyring(&app)).await;
        assert_eq!(again.base.vault.held_ids().len(), 2);
    }

    async fn no_key_is_activated_that_a_running_server_lacks(app: TestApp) {
        let base = &app.state.base;
        let lacking = beside(&app, &copy(&app, "old.json")).await;
        let own = Membership::join(base.clone(), address(7001)).await.unwrap();
        let without = Membership::join(lacking.base.clone(), address(7002)).await.unwrap();
        keys::add(base, None).await.unwrap();
        let told = keys::activate(base, None).await.unwrap_err().to_string();
        assert!(told.contains("127.0.0.1:7001") && told.contains("127.0.0.1:7002"), "{told}");
        own.leave().await;
        let own = Membership::join(base.clone(), address(7001)).await.unwrap();
        let told = keys::activate(base, None).await.unwrap_err().to_string();
        assert!(!told.contains("127.0.0.1:7001") && told.contains("127.0.0.1:7002"), "{told}");
        let (listed, servers) = keys::list(base).await.unwrap();
        assert_eq!((servers, listed[1].state, listed[1].without.len()), (2, Some("pending"), 1));
        // A server that ended does not count, whether it said so or was killed.
        change!(app, sqlx::query(ALL_SILENT).bind(start_time() - chrono::TimeDelta::hours(1)));
        assert!(matches!(keys::activate(base, None).await.unwrap(), Activated::Now { .. }));
        own.leave().await;
        without.leave().await;
        let refused = Membership::join(lacking.base.clone(), address(7002)).await.unwrap_err().to_string();
        assert!(refused.contains("old.json") && refused.contains("key-"), "{refused}");
    }

    async fn a_server_without_the_active_key_says_so_and_does_nothing_with_values(app: TestApp) {
        let mut app = app;
        let peer = Peer::start(Seen::decently).await;
        let id = app.credential("admin", "A", "marked-canary").await;
        let body = json!({"name": "S", "url": peer.url(), "credential_id": id});
        let mcp = app.post("admin", "/mcp-servers", body).await.expect(201).text("/id");
        let old = copy(&app, "old.json");
        let lacking = beside(&app, &old).await;
        let base = app.state.base.clone();
        let new = new_key(&keys::add(&base, None).await.unwrap());

        speak_to(&mut app, &lacking);
        let pending = ready(&app).await.expect(200);
        assert_eq!(pending.json()["keys"]["pending_not_held"], json!([new]), "a pending key is told");
        keys::activate(&base, Some(&new)).await.unwrap();
        let problem = ready(&app).await.problem(503, "key-missing");
        assert!(problem.text("/detail").contains(&new), "{}", problem.text("/detail"));
        let path = format!("/mcp-servers/{mcp}/test");
        let create = json!({"name": "B", "value": "marked-canary"});
        for refused in [
            app.post("admin", "/credentials", create.clone()).await,
            app.patch("admin", &format!("/credentials/{id}"), json!({"value": "marked-canary"})).await,
            app.call(Some("admin"), Method::POST, &format!("/api/v1{path}"), None).await,
        ] {
            let problem = refused.problem(503, "key-missing");
            assert!(problem.text("/detail").contains(&new), "{}", problem.text("/detail"));
        }
        assert!(peer.seen().is_empty(), "nothing was sent");
        assert_eq!(app.get("admin", "/credentials").await.expect(200).number("/total"), 1, "nothing was stored");
        assert_eq!(app.get("admin", "/credentials").await.expect(200).number("/items/0/version"), 1);

        // The file with the key comes: no restart is needed.
        fs::copy(keyring(&app), &old).unwrap();
        app.post("admin", "/credentials", create).await.expect(201);
        app.call(Some("admin"), Method::POST, &format!("/api/v1{path}"), None).await.expect(200);
        assert!(!peer.seen().is_empty());
        assert_eq!(ready(&app).await.expect(200).json()["keys"]["held"].as_array().unwrap().len(), 2);
    }

    async fn a_key_that_is_another_one_is_not_taken_up(app: TestApp) {
        let mut app = app;
        // Signing in is on record too: it needs the active key.
        app.cookie("admin").await;
        let other = copy(&app, "other.json");
        let lacking = beside(&app, &other).await;
        let base = app.state.base.clone();
        let new = new_key(&keys::add(&base, None).await.unwrap());
        keys::activate(&base, None).await.unwrap();
        let mut document: Value = serde_json::from_slice(&fs::read(keyring(&app)).unwrap()).unwrap();
        let own = document["keys"][1]["key"].take();
        document["keys"][1]["key"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        write_private(&other, document.to_string());
        let standing = lacking.base.vault.reload(&lacking.base.db).await.unwrap();
        let complaint = standing.complaint.clone().unwrap();
        assert!(complaint.contains(&new) && complaint.contains("other.json"), "{complaint}");
        assert!(!complaint.contains("AAAA"), "{complaint}");
        assert_eq!(standing.missing().map(|row| row.id.as_str()), Some(new.as_str()));
        speak_to(&mut app, &lacking);
        app.post("admin", "/credentials", json!({"name": "B", "value": "v"})).await.problem(503, "key-missing");
        document["keys"][1]["key"] = own;
        write_private(&other, document.to_string());
        app.post("admin", "/credentials", json!({"name": "B", "value": "v"})).await.expect(201);
    }

    async fn a_keyring_that_loses_a_key_is_told_and_the_server_goes_on(app: TestApp) {
        let base = &app.state.base;
        let before = fs::read(keyring(&app)).unwrap();
        let old = base.vault.held_ids()[0].clone();
        keys::add(base, None).await.unwrap();
        keys::activate(base, None).await.unwrap();
        let mut document: Value = serde_json::from_slice(&fs::read(keyring(&app)).unwrap()).unwrap();
        document["keys"].as_array_mut().unwrap().remove(0);
        write_private(&keyring(&app), document.to_string());
        let complaint = base.vault.reload(&base.db).await.unwrap().complaint.unwrap();
        assert!(complaint.contains(&old), "{complaint}");
        app.credential("admin", "A", "v").await;
        fs::remove_file(keyring(&app)).unwrap();
        assert!(base.vault.reload(&base.db).await.unwrap().complaint.unwrap().contains("keyring.json"));
        write_private(&keyring(&app), "{");
        assert!(base.vault.reload(&base.db).await.unwrap().complaint.unwrap().contains("damaged"));
        app.credential("admin", "B", "v").await;
        write_private(&keyring(&app), before);
    }

    async fn what_does_not_open_is_named_and_stays_as_it_was(app: TestApp) {
        let base = &app.state.base;
        app.credential("admin", "WHOLE", "marked-canary").await;
        let broken = app.credential("admin", "BROKEN", "marked-canary").await;
        let id: uuid::Uuid = broken.parse().unwrap();
        change!(app, sqlx::query(SWAP).bind(id));
        let old = key_ids(&app).await[0].clone();
        let new = new_key(&keys::add(base, None).await.unwrap());
        keys::activate(base, None).await.unwrap();
        let report = keys::rewrap(base, |_, _| {}).await.unwrap();
        assert_eq!((report.rewrapped, report.broken), (1, vec!["BROKEN".to_owned()]));
        assert_eq!(key_ids(&app).await, [new, old]);
    }

    async fn values_that_are_written_meanwhile_are_neither_lost_nor_mixed_up(app: TestApp) {
        let base = app.state.base.clone();
        let mut ids = Vec::new();
        for number in 0..120 {
            ids.push(app.credential("admin", &format!("K {number}"), "marked-canary").await);
        }
        keys::add(&base, None).await.unwrap();
        keys::activate(&base, None).await.unwrap();
        let writer = async {
            for id in ids.iter().rev().step_by(3) {
                app.patch("admin", &format!("/credentials/{id}"), json!({"value": "marked-canary-2"})).await.expect(200);
            }
            for id in ids.iter().step_by(7) {
                app.delete("admin", &format!("/credentials/{id}")).await.expect(204);
            }
        };
        // Broken off in the middle, and begun again.
        let first = tokio::time::timeout(std::time::Duration::from_millis(30), keys::rewrap(&base, |_, _| {}));
        let ((), _) = tokio::join!(writer, first);
        let (_, second) = tokio::join!(app.credential("admin", "late", "marked-canary"), keys::rewrap(&base, |_, _| {}));
        assert!(second.unwrap().broken.is_empty());
        let active = base.vault.held_ids().pop().unwrap();
        assert!(key_ids(&app).await.iter().all(|id| *id == active));
        let verified = vault::verify(&base.db, &base.vault, |_| {}).await.unwrap();
        assert_eq!((verified.opened, verified.broken.len()), (120 - 18 + 1, 0));
    }

    async fn a_database_whose_tables_are_older_is_not_ready_and_a_newer_one_is(app: TestApp) {
        assert_eq!(ready(&app).await.expect(200).text("/schema"), "current");
        change!(app, sqlx::query(NEWER_MIGRATION).bind(vec![0_u8; 48]));
        assert_eq!(ready(&app).await.expect(200).text("/schema"), "newer");
        change!(app, sqlx::query(FORGET_MIGRATION));
        let problem = ready(&app).await.problem(503, "schema-behind");
        assert!(!problem.header("retry-after").is_empty());
    }

    async fn a_live_credential_without_its_value_is_told(app: TestApp) {
        app.credential("admin", "HOLLOW", "marked-canary").await;
        change!(app, sqlx::query("DELETE FROM credential_versions"));
        let base = &app.state.base;
        let verified = vault::verify(&base.db, &base.vault, |_| {}).await.unwrap();
        assert_eq!(verified.broken, ["HOLLOW"]);
    }
}

#[tokio::test]
async fn a_keyring_from_elsewhere_is_copied_with_one_more_key_and_never_written() {
    let app = TestApp::start(Engine::Sqlite).await;
    let given = copy(&app, "given.json");
    let kept = fs::read(&given).unwrap();
    let state = beside(&app, &given).await;
    let refused = keys::add(&state.base, None).await.unwrap_err().to_string();
    assert!(refused.contains("outside its data folder"), "{refused}");
    let grown = app.folder().join("grown.json");
    let id = state.base.vault.write_grown_keyring(&grown).unwrap();
    assert!(
        state.base.vault.write_grown_keyring(&grown).is_err(),
        "no file is overwritten"
    );
    assert_eq!(fs::read(&given).unwrap(), kept);
    assert!(
        keys::add(&state.base, Some(&id)).await.is_err(),
        "the old keyring does not hold it"
    );
    fs::rename(&grown, &given).unwrap();
    assert_eq!(keys::add(&state.base, Some(&id)).await.unwrap(), Added::New(id.clone()));
    assert!(matches!(
        keys::activate(&state.base, Some(&id)).await.unwrap(),
        Activated::Now { .. }
    ));
}
