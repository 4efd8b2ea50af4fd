//! Real server processes: killed at any moment under write load, they lose nothing that they acknowledged;
//! several on one database are as one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose preparation fails has failed"
)]

#[path = "../../../server/tests/support/database.rs"]
mod database;
#[path = "../../../server/tests/api/peers/hostile.rs"]
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod hostile;
#[path = "../../../server/tests/support/program.rs"]
mod program;

mod backup;
mod balancer;
mod client;
mod environment;
mod faketime;
mod faults;
mod keys;
mod memory;
mod operations;
mod own_disk;
mod own_postgres;
mod process;
mod replicas;
mod tables;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use client::Client;
use database::Engine;
use process::Server;
use serde_json::json;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_strongroom");

/// How often the server is killed, on each engine, unless `STRONGROOM_TEST_KILLS` says otherwise.
const KILLS: u32 = 20;
/// Writers at the same time.
const WRITERS: usize = 4;

/// Reports a check that this machine does not allow, past the capture of a test's output: a test that passes says nothing
/// otherwise.
fn not_checked(what: &str) {
    use std::io::Write as _;
    // A closed standard error fails no test.
    let _ = writeln!(std::io::stderr(), "NOT CHECKED: {what}");
}

/// What the server acknowledged: the newest version of each credential; deleted ones have none.
type Acknowledged = Arc<Mutex<BTreeMap<String, Option<i64>>>>;

async fn write_until_it_dies(client: Client, round: u32, writer: usize, acknowledged: Acknowledged) {
    for number in 0.. {
        let body = json!({"name": format!("K {round} {writer} {number}"), "value": "marked-canary-value"});
        let Some(created) = client.send("POST", "/api/v1/credentials", Some(body)).await else {
            return;
        };
        assert_eq!(created.0, 201, "{}", created.1);
        let id = created.1["id"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().insert(id.clone(), Some(1));
        let path = format!("/api/v1/credentials/{id}");
        let Some(rotated) = client
            .send("PATCH", &path, Some(json!({"value": "marked-canary-value-2"})))
            .await
        else {
            // Not known whether this happened: either version is right.
            acknowledged.lock().unwrap().insert(id, Some(-1));
            return;
        };
        assert_eq!(rotated.0, 200, "{}", rotated.1);
        acknowledged.lock().unwrap().insert(id.clone(), Some(2));
        if number % 3 == 0 {
            let Some(deleted) = client.send("DELETE", &path, None).await else {
                acknowledged.lock().unwrap().remove(&id);
                return;
            };
            assert_eq!(deleted.0, 204);
            acknowledged.lock().unwrap().insert(id, None);
        }
    }
}

/// Each write is as it was acknowledged. Gives what holds from now on: of a rotation that nobody knew of, the outcome
/// is known now.
async fn check(client: &Client, acknowledged: &BTreeMap<String, Option<i64>>) -> BTreeMap<String, Option<i64>> {
    let mut settled = BTreeMap::new();
    for (id, version) in acknowledged {
        let (status, body) = client
            .send("GET", &format!("/api/v1/credentials/{id}"), None)
            .await
            .unwrap();
        let found = body["version"].as_i64();
        match version {
            None => assert_eq!(status, 404, "a deleted credential stays deleted"),
            Some(version) => {
                assert_eq!(status, 200, "an acknowledged credential is there");
                assert!(
                    found == Some(*version) || *version == -1 && matches!(found, Some(1 | 2)),
                    "{found:?} instead of {version}"
                );
            }
        }
        settled.insert(id.clone(), version.and(found));
    }
    settled
}

/// After all that happened since, everything is as it was found before. The list may have what nobody acknowledged, at
/// most as many as there were writers when the server died.
async fn check_all(client: &Client, settled: &BTreeMap<String, Option<i64>>, unanswered: usize) {
    let mut listed = BTreeMap::new();
    let mut path = "/api/v1/credentials?limit=100".to_owned();
    loop {
        let (status, page) = client.send("GET", &path, None).await.unwrap();
        assert_eq!(status, 200, "{page}");
        for item in page["items"].as_array().unwrap() {
            let known = (
                item["id"].as_str().unwrap().to_owned(),
                item["version"].as_i64().unwrap(),
            );
            assert_eq!(listed.insert(known.0, known.1), None, "each is listed once");
        }
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/credentials?limit=100&cursor={next}");
    }
    for (id, version) in settled {
        assert_eq!(listed.remove(id), *version, "{id} is as it was rounds ago");
    }
    assert!(listed.len() <= unanswered, "{} that nobody stored", listed.len());
}

fn kills() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests may ask for more")]
    let asked = std::env::var("STRONGROOM_TEST_KILLS");
    asked.map_or(KILLS, |number| {
        number.parse().expect("STRONGROOM_TEST_KILLS is a number, e.g. 200")
    })
}

async fn killed_under_load(engine: Engine) {
    let kills = kills();
    let folder = tempfile::tempdir().unwrap();
    let database = engine.fresh_database().await;
    let options = process::Options::new(&folder, "data", database);
    process::add_administrator(&options);
    let mut settled = BTreeMap::new();
    for round in 0..kills {
        let acknowledged: Acknowledged = Arc::default();
        let server = Server::start(&options).await;
        let client = server.sign_in().await;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(write_until_it_dies(client.clone(), round, writer, acknowledged.clone())))
            .collect();
        // A busy machine may take long to begin.
        let began = Instant::now();
        while acknowledged.lock().unwrap().len() < 2 {
            assert!(began.elapsed() < Duration::from_secs(30), "no write was acknowledged");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Somewhere in the middle of the load: each round at another time.
        tokio::time::sleep(Duration::from_millis(60 + u64::from(round) * 137 % 397)).await;
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        let acknowledged = acknowledged.lock().unwrap().clone();
        let server = Server::start(&options).await;
        settled.append(&mut check(&server.sign_in().await, &acknowledged).await);
        server.kill();
    }
    assert!(settled.len() > kills as usize, "there was load: {}", settled.len());
    let server = Server::start(&options).await;
    check_all(&server.sign_in().await, &settled, WRITERS * kills as usize).await;
    server.kill();
    let verified = process::verify(&options);
    assert!(verified.contains("stored values can be decrypted"), "{verified}");
    process::assert_trail_holds(&options);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    killed_under_load(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_postgres() {
    killed_under_load(Engine::Postgres).await;
}
