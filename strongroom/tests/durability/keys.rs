//! Rotation of keys with real servers, from the command line.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::client::Client;
use crate::database::Engine;
use crate::process::{self, Options, Server};
use crate::tables::Tables;

/// Long enough for servers that tell of themselves every 5 seconds, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

const LEFT: &str = "SELECT count(*) FROM credential_versions v WHERE NOT EXISTS \
     (SELECT 1 FROM encryption_keys k WHERE k.id = v.key_id AND k.state = 'active')";
const REPLICAS: &str = "SELECT count(*) FROM replicas";

/// Tries again until the outcome is there.
async fn eventually<T>(mut attempt: impl AsyncFnMut() -> Result<T, String>) -> T {
    let since = Instant::now();
    loop {
        match attempt().await {
            Ok(outcome) => return outcome,
            Err(told) => assert!(since.elapsed() < PATIENCE, "{told}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_keyring_that_other_users_can_read_or_replace_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", None);
    process::add_administrator(&options);
    let set = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&options.keyring(), 0o666);
    set(&options.folder, 0o777);
    let commands: [&[&str]; 3] = [&["serve"], &["keys", "list"], &["audit", "verify"]];
    for command in commands {
        let told = process::run(&options, command).refused();
        let chmod = format!("chmod 600 '{}'", options.keyring().canonicalize().unwrap().display());
        assert!(told.contains(&chmod), "{told}");
    }
    set(&options.keyring(), 0o600);
    let told = process::run(&options, &["serve"]).refused();
    assert!(told.contains("chmod go-w '"), "{told}");
    set(&options.folder, 0o700);
    process::run(&options, &["keys", "list"]).done();
}

#[tokio::test]
async fn a_server_refuses_a_keyring_of_another_user() {
    use std::os::unix::fs::chown;
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", None);
    process::add_administrator(&options);
    let keyring = options.keyring();
    if chown(&keyring, Some(4711), None).is_err() {
        // The rule itself has its unit test.
        crate::not_checked("a keyring of another user: only root can give files away");
        return;
    }
    let told = process::run(&options, &["serve"]).refused();
    assert!(told.contains("uid 4711") && told.contains("chown 0 '"), "{told}");
    // Root runs commands on the files of the server's user.
    process::run(&options, &["keys", "list"]).done();
    chown(&keyring, Some(0), None).unwrap();
    chown(&options.folder, Some(4711), None).unwrap();
    let told = process::run(&options, &["serve"]).refused();
    assert!(told.contains("uid 4711"), "{told}");
}

async fn stores(client: &Client, name: &str) {
    client.credential(name, "marked-canary").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_activated_only_when_every_running_server_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = Engine::Postgres.fresh_database().await;
    let (a, b) = (
        Options::new(&folder, "a", database.clone()),
        Options::new(&folder, "b", database),
    );
    process::add_administrator(&a);
    b.take_keyring(&a);
    let (first, second) = (Server::start(&a).await, Server::start(&b).await);
    let (at_first, at_second) = (first.sign_in().await, second.sign_in().await);
    stores(&at_first, "BEFORE").await;

    let told = process::run(&a, &["keys", "add"]).done();
    assert!(
        told.contains("Copy ") && told.contains("strongroom keys activate key-"),
        "{told}"
    );
    // The first server takes the key up from its file; the second has it nowhere.
    let (owns, lacks) = (first.address().to_owned(), second.address().to_owned());
    eventually(async || {
        let told = process::run(&a, &["keys", "activate"]).refused();
        assert!(told.contains(&lacks), "{told}");
        if told.contains(&owns) { Err(told) } else { Ok(()) }
    })
    .await;
    let listed = process::run(&a, &["keys", "list"]).done();
    assert!(
        listed.contains("2 servers use") && listed.contains(&lacks) && !listed.contains(&owns),
        "{listed}"
    );
    let (status, ready) = at_second.send("GET", "/readyz", None).await.unwrap();
    assert_eq!(
        (status, ready["keys"]["pending_not_held"].as_array().unwrap().len()),
        (200, 1),
        "{ready}"
    );

    b.take_keyring(&a);
    eventually(async || {
        let said = process::run(&a, &["keys", "activate"]);
        if said.done { Ok(()) } else { Err(said.err) }
    })
    .await;
    stores(&at_first, "AT FIRST").await;
    stores(&at_second, "AT SECOND").await;
    let mut tables = Tables::open(&a).await;
    assert_eq!(tables.number(LEFT).await, 1);
    let told = process::run(&b, &["keys", "rewrap"]).done();
    assert!(told.starts_with("1 value rewrapped"), "{told}");
    assert_eq!(tables.number(LEFT).await, 0);
    assert!(process::verify(&b).contains("All 3 stored values can be decrypted"));

    // One that stops says so; one that is killed is forgotten later.
    first.signal(Signal::SIGTERM);
    assert!(first.ended().await.success());
    assert_eq!(tables.number(REPLICAS).await, 1);
    second.kill();
    assert_eq!(tables.number(REPLICAS).await, 1);
}

/// Rotates the key and kills the rewrapping; false where it was faster.
async fn kill_a_rewrap(options: &Options, tables: &mut Tables) -> bool {
    process::run(options, &["keys", "add"]).done();
    eventually(async || {
        let said = process::run(options, &["keys", "activate"]);
        if said.done { Ok(()) } else { Err(said.err) }
    })
    .await;
    let total = tables.number(LEFT).await;
    let mut rewrap = process::begin(options, &["keys", "rewrap"]);
    // Replacing takes values away too, 100 at most: more are gone only when batches were written.
    while tables.number(LEFT).await >= total - 100 {
        if rewrap.try_wait().unwrap().is_some() {
            return false;
        }
    }
    rewrap.kill().unwrap();
    let ended = rewrap.wait().unwrap().success();
    !ended && tables.number(LEFT).await > 0
}

async fn killed_in_the_middle(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", engine.fresh_database().await);
    process::add_administrator(&options);
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    let mut ids = Vec::new();
    // Few at once: on a busy machine the last of many waits for longer than the server lets it.
    for writer in 0..40 {
        let names = (0..10).map(|number| format!("K {writer} {number}"));
        let stored = names.map(|name| {
            let client = client.clone();
            async move { client.credential(&name, "marked-canary").await }
        });
        ids.extend(futures::future::join_all(stored).await);
    }
    // People go on replacing a part of the values.
    let (stop, writer) = (Arc::new(AtomicBool::new(false)), client.clone());
    let rotations = tokio::spawn({
        let (stop, ids) = (stop.clone(), ids.split_off(300));
        async move {
            for id in ids.iter().cycle() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let path = format!("/api/v1/credentials/{id}");
                let body = json!({"value": "marked-canary-2"});
                let rotated = writer.send("PATCH", &path, Some(body)).await.unwrap();
                assert_eq!(rotated.0, 200, "{}", rotated.1);
            }
        }
    });
    let mut tables = Tables::open(&options).await;
    let mut tries = 1;
    while !kill_a_rewrap(&options, &mut tables).await {
        tries += 1;
        assert!(tries < 6, "it is killed before it ends, once");
    }
    assert_eq!(
        process::verify(&options).trim(),
        "All 400 stored values can be decrypted."
    );
    process::assert_trail_holds(&options);

    process::run(&options, &["keys", "rewrap"]).done();
    stop.store(true, Ordering::Relaxed);
    rotations.await.unwrap();
    process::run(&options, &["keys", "rewrap"]).done();
    assert_eq!(tables.number(LEFT).await, 0);
    assert_eq!(
        process::verify(&options).trim(),
        "All 400 stored values can be decrypted."
    );
    tables.assert_trail_whole().await;
    process::assert_trail_holds(&options);
    let (status, _) = client.send("GET", "/readyz", None).await.unwrap();
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rewrap_that_was_killed_goes_on_where_it_was_on_sqlite() {
    killed_in_the_middle(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rewrap_that_was_killed_goes_on_where_it_was_on_postgres() {
    killed_in_the_middle(Engine::Postgres).await;
}

#[tokio::test]
async fn a_keyring_from_elsewhere_gets_its_key_by_the_steps_that_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", None);
    process::run(&options, &["keys", "list"]).done();
    let given = folder.path().join("given.json");
    std::fs::rename(options.keyring(), &given).unwrap();
    let given = given.to_str().unwrap();
    let told = process::run(&options, &["--keyring-file", given, "keys", "add"]).refused();
    assert!(
        told.contains("--write-keyring") && told.contains("--key-from-keyring"),
        "{told}"
    );
    let grown = folder.path().join("grown.json");
    let grown = grown.to_str().unwrap();
    let told = process::run(
        &options,
        &["--keyring-file", given, "keys", "add", "--write-keyring", grown],
    )
    .done();
    let id = told
        .split("--key-from-keyring ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    for step in [
        &["keys", "add", "--key-from-keyring", id][..],
        &["keys", "activate", id],
    ] {
        process::run(&options, &[&["--keyring-file", grown], step].concat()).done();
    }
    let told = process::run(&options, &["--keyring-file", given, "keys", "list"]).refused();
    assert!(
        told.contains(id) && told.contains("given.json"),
        "the old keyring does not do any more: {told}"
    );
}
