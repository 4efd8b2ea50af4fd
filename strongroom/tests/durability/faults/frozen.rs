//! One of two servers is frozen inside a transaction that holds the head of the trail.

use nix::sys::signal::Signal;
use sqlx::{Connection as _, PgConnection};

use super::*;
use crate::replicas::pair;

/// A transaction of a client that is silent holds the lock of the head.
const HELD: &str = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid \
     WHERE a.datname = current_database() AND a.state = 'idle in transaction' \
     AND l.relation = 'audit_head'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted)";

/// Writes until it is told to end.
async fn keep_writing(client: Client, number: usize) {
    for round in 0.. {
        let body = json!({"name": format!("F {number} {round}"), "value": "marked-canary"});
        let _ = client.send("POST", "/api/v1/credentials", Some(body)).await;
    }
}

/// Stops the process at moments of its work until it is stopped while it holds the head.
async fn freeze_with_the_head(server: &Server, database: &mut PgConnection) {
    for _ in 0..500 {
        server.signal(Signal::SIGSTOP);
        // What it had sent is done by now, so that the database waits for it.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let held: bool = sqlx::query_scalar(HELD).fetch_one(&mut *database).await.unwrap();
        if held {
            return;
        }
        server.signal(Signal::SIGCONT);
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    panic!("the server was never stopped while it held the head");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_others_go_on_when_a_server_is_frozen_with_the_head_and_so_does_it_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = pair(&folder).await;
    process::add_administrator(&a);
    let mut database = PgConnection::connect(a.database.as_deref().unwrap()).await.unwrap();
    let (frozen, other) = (Server::start(&a).await, Server::start(&b).await);
    let client = other.sign_in().await;
    let (_peer, test) = tested_server(&client).await;
    let writers: Vec<_> = (0..4)
        .map(|number| tokio::spawn(keep_writing(client.moved_to(&frozen), number)))
        .collect();
    freeze_with_the_head(&frozen, &mut database).await;
    let since = Instant::now();
    // Refused at worst, while the frozen one gets the locks that its other transactions wait for.
    let body = json!({"name": "AFTER THE FREEZE", "value": "marked-canary"});
    loop {
        let (status, answer) = client
            .send("POST", "/api/v1/credentials", Some(body.clone()))
            .await
            .unwrap();
        if status == 201 {
            break;
        }
        assert_eq!(status, 503, "{answer}");
        assert!(
            since.elapsed() < Duration::from_mins(1),
            "the others write within a minute"
        );
    }
    let (_, answer) = client.send("POST", &test, Some(json!({}))).await.unwrap();
    assert_eq!(answer["ok"], true, "{answer}");
    let waited = since.elapsed();
    assert!(waited < HEALED_WITHIN, "the others waited {waited:?}");

    frozen.signal(Signal::SIGCONT);
    for writer in writers {
        writer.abort();
    }
    let since = Instant::now();
    let back = client.moved_to(&frozen);
    loop {
        let (status, body) = back.send("POST", &test, Some(json!({}))).await.unwrap();
        if status == 200 && body["ok"] == true {
            break;
        }
        assert!(
            since.elapsed() < HEALED_WITHIN,
            "the frozen one works again: {status} {body}"
        );
    }
    process::assert_trail_holds(&b);
}
