//! PostgreSQL itself ends and starts again under load, or has no connection left.

use std::sync::{Arc, Mutex};

use nix::sys::signal::Signal;
use sqlx::{Connection as _, PgConnection};

use super::*;
use crate::own_postgres::OwnPostgres;
use crate::{Acknowledged, check};

/// How often PostgreSQL ends in each way, unless `STRONGROOM_TEST_RESTARTS` says otherwise.
const ROUNDS: u32 = 1;
/// The time within which writes go on after PostgreSQL started again.
const WRITES_WITHIN: Duration = Duration::from_secs(10);

/// How often each fault comes.
pub fn rounds() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "the caller of the tests may ask for more")]
    let asked = std::env::var("STRONGROOM_TEST_RESTARTS");
    asked.map_or(ROUNDS, |number| {
        number.parse().expect("STRONGROOM_TEST_RESTARTS is a number, e.g. 5")
    })
}

/// Stores credentials until it is told to end. Each answer is 201, or a 503 that the caller can rely on.
async fn keep_storing(client: Client, writer: usize, until: Arc<Mutex<bool>>, acknowledged: Acknowledged) {
    for number in 0.. {
        if *until.lock().unwrap() {
            return;
        }
        let body = json!({"name": format!("P {writer} {number}"), "value": "marked-canary"});
        let (status, answer) = client.send("POST", "/api/v1/credentials", Some(body)).await.unwrap();
        if status == 201 {
            let id = answer["id"].as_str().unwrap().to_owned();
            acknowledged.lock().unwrap().insert(id, Some(1));
        } else {
            assert_eq!(status, 503, "{answer}");
        }
    }
}

/// Waits until more writes were acknowledged than at the call.
async fn until_more(acknowledged: &Acknowledged, within: Duration) {
    let before = acknowledged.lock().unwrap().len();
    let since = Instant::now();
    while acknowledged.lock().unwrap().len() <= before {
        assert!(since.elapsed() < within, "writes go on within {within:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_postgres_restarts_or_crashes_under_load() {
    let mut postgres = OwnPostgres::new(&[]);
    postgres.start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", Some(postgres.url()));
    process::add_administrator(&options);
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    let (until, acknowledged): (Arc<Mutex<bool>>, Acknowledged) = (Arc::default(), Arc::default());
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            tokio::spawn(keep_storing(
                client.clone(),
                writer,
                until.clone(),
                acknowledged.clone(),
            ))
        })
        .collect();
    for _ in 0..rounds() {
        // A fast and an immediate shutdown, and a crash.
        for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL] {
            until_more(&acknowledged, WRITES_WITHIN).await;
            postgres.end(signal).await;
            postgres.start().await;
            until_more(&acknowledged, WRITES_WITHIN).await;
        }
    }
    *until.lock().unwrap() = true;
    for writer in writers {
        writer.await.unwrap();
    }
    let acknowledged = acknowledged.lock().unwrap().clone();
    check(&client, &acknowledged).await;
    assert_eq!(client.send("GET", "/readyz", None).await.unwrap().0, 200);
    process::assert_trail_holds(&options);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_without_a_connection_left_is_said_as_that_and_works_again() {
    let mut postgres = OwnPostgres::new(&["max_connections=8", "superuser_reserved_connections=0"]);
    postgres.start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", Some(postgres.url()));
    process::add_administrator(&options);
    let mut taken = Vec::new();
    while let Ok(connection) = PgConnection::connect(&postgres.url()).await {
        taken.push(connection);
    }
    assert!(taken.len() > 3, "{}", taken.len());
    let refused = process::run(&options, &["keys", "list"]).refused();
    assert!(
        refused.contains("has too many connections: raise its max_connections"),
        "{refused}"
    );
    for connection in taken.split_off(3) {
        connection.close().await.unwrap();
    }
    // Three are taken: the server gets fewer than it may have, and goes on with those.
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    let stored = (0..24).map(|number| {
        let client = client.clone();
        async move {
            let body = json!({"name": format!("C {number}"), "value": "marked-canary"});
            client.send("POST", "/api/v1/credentials", Some(body)).await.unwrap().0
        }
    });
    let statuses = futures::future::join_all(stored).await;
    assert!(
        statuses.iter().all(|status| matches!(status, 201 | 503)),
        "{statuses:?}"
    );
    drop(taken);
    client.credential("AFTERWARDS", "marked-canary").await;
    process::assert_trail_holds(&options);
}
