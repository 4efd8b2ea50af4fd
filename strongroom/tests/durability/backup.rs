//! Backup and restore from the command line, beside a server that runs.

use crate::database::Engine;
use crate::process::{self, Options, Server};

async fn moved(from: Engine, to: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let old = Options::new(&folder, "old", from.fresh_database().await);
    process::add_administrator(&old);
    let server = Server::start(&old).await;
    let client = server.sign_in().await;
    let id = client.credential("MOVED", "marked-canary").await;
    let file = folder.path().join("whole.backup");
    let file = file.to_str().unwrap();
    let told = process::run(&old, &["backup", file]).done();
    assert!(told.contains("1 stored value,") && told.contains("(active)"), "{told}");
    let told = process::run(&old, &["backup", file]).refused();
    assert!(told.contains("exists"), "{told}");

    let new = Options::new(&folder, "new", to.fresh_database().await);
    let told = process::run(&new, &["restore", file]).refused();
    assert!(
        told.contains("keyring.json is missing") && !new.folder.exists(),
        "{told}"
    );
    new.take_keyring(&old);
    // The head of another database, which was in the folder before.
    let noted = new.folder.join("audit-head");
    std::fs::write(&noted, format!("7:{}\n", "ab".repeat(32))).unwrap();
    process::run(&new, &["restore", file]).done();
    assert_eq!(
        std::fs::read_to_string(&noted).unwrap(),
        process::run(&new, &["audit", "head"]).done(),
        "the head of the restored trail is noted"
    );
    let told = process::run(&new, &["restore", file]).refused();
    assert!(told.contains("already contains data"), "{told}");
    assert!(process::verify(&new).contains("The 1 stored value can be decrypted"));
    let restored = Server::start(&new).await;
    let (status, _) = client
        .moved_to(&restored)
        .send("GET", "/api/v1/me", None)
        .await
        .unwrap();
    assert_eq!(status, 401, "sessions stay behind");
    let path = format!("/api/v1/credentials/{id}");
    let (status, body) = restored.sign_in().await.send("GET", &path, None).await.unwrap();
    assert_eq!((status, body["name"].as_str()), (200, Some("MOVED")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_moves_from_sqlite_to_postgres() {
    moved(Engine::Sqlite, Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_moves_from_postgres_to_sqlite() {
    moved(Engine::Postgres, Engine::Sqlite).await;
}
