//! Two servers on one PostgreSQL behind a balancer are as one; one of them may die.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::balancer::Balancer;
use crate::client::Client;
use crate::database::Engine;
use crate::hostile::{Peer, Seen};
use crate::process::{self, Options, Server};
use crate::tables::Tables;
use crate::{Acknowledged, WRITERS, check, check_all};

/// Two data folders with one keyring, on one database.
pub async fn pair(folder: &tempfile::TempDir) -> (Options, Options) {
    let database = Engine::Postgres.fresh_database().await;
    let (a, b) = (
        Options::new(folder, "a", database.clone()),
        Options::new(folder, "b", database),
    );
    // Whichever command runs first makes the keyring.
    process::run(&a, &["keys", "list"]).done();
    b.take_keyring(&a);
    (a, b)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_secrets_do_not_notice_which_server_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = pair(&folder).await;
    let options = a.clone();
    let (mut a, mut b) = (Server::start(&a).await, Server::start(&b).await);

    // One set-up link, which is spent once.
    let token = a.set_up_token().await;
    assert_eq!(token, b.set_up_token().await);
    let (mut first, mut second) = (a.client(), b.client());
    let (one, other) = tokio::join!(first.set_up(&token), second.set_up(&token));
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);

    // A session of the one is a session of the other, until it ends.
    let client = a.sign_in().await;
    let there = client.moved_to(&b);
    assert_eq!(there.send("GET", "/api/v1/me", None).await.unwrap().0, 200);

    // What is saved at the one is used by the other, in its newest version.
    let peer = Peer::start(Seen::decently).await;
    let id = client.credential("ROTATED", "canary-first").await;
    let body = json!({"name": "S", "url": peer.url(), "credential_id": id});
    let (status, server) = client.send("POST", "/api/v1/mcp-servers", Some(body)).await.unwrap();
    assert_eq!(status, 201, "{server}");
    let tools = format!("/api/v1/mcp-servers/{}/tools", server["id"].as_str().unwrap());
    for (version, value) in ["canary-first", "canary-second", "canary-third"].iter().enumerate() {
        if version > 0 {
            let path = format!("/api/v1/credentials/{id}");
            let rotated = client
                .send("PATCH", &path, Some(json!({"value": value})))
                .await
                .unwrap();
            assert_eq!(rotated.0, 200, "{}", rotated.1);
        }
        let before = peer.seen().len();
        for at in [&there, &client, &there] {
            let (status, body) = at.send("GET", &tools, None).await.unwrap();
            assert_eq!((status, body["total"].as_i64()), (200, Some(1)), "{body}");
        }
        let sent = peer.seen().split_off(before);
        assert!(!sent.is_empty());
        for seen in sent {
            assert_eq!(
                seen.authorization,
                Some(format!("Bearer {value}")),
                "no server sends an older version"
            );
        }
    }

    // Wrong passwords count together, wherever they were tried.
    let balancer = Balancer::start(&[a.address(), b.address()]).await;
    let mut stranger = Client::at(&balancer.origin());
    let mut refused = Vec::new();
    for _ in 0..12 {
        refused.push(stranger.sign_in("nobody@example.com", "marked-canary-password").await);
    }
    assert_eq!(
        refused.iter().filter(|status| **status == 401).count(),
        10,
        "{refused:?}"
    );
    assert!(refused.ends_with(&[429, 429]), "{refused:?}");
    assert!(
        balancer.counts().iter().all(|count| *count >= 5),
        "both were asked: {:?}",
        balancer.counts()
    );

    assert_eq!(there.send("DELETE", "/api/v1/session", None).await.unwrap().0, 204);
    assert_eq!(
        client.send("GET", "/api/v1/me", None).await.unwrap().0,
        401,
        "an end is an end everywhere"
    );
    process::assert_trail_holds(&options);
}

/// How often one of the two is killed.
const KILLS: usize = 3;

/// How long writers may take for a few writes, on a busy machine.
const WRITE_WITHIN: Duration = Duration::from_mins(1);

/// Waits until so many writes were acknowledged. Writers that ended, e.g. because they saw what may not be, write no
/// more: the wait is bounded.
async fn wait_for(acknowledged: &Acknowledged, count: usize) {
    let deadline = Instant::now() + WRITE_WITHIN;
    loop {
        let written = acknowledged.lock().unwrap().len();
        if written >= count {
            return;
        }
        assert!(Instant::now() < deadline, "{written} writes of {count} after a minute");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Stores and rotates until told to stop; what was answered in full is kept.
async fn write(client: Client, writer: usize, until: Arc<Mutex<bool>>, acknowledged: Acknowledged) {
    for number in 0.. {
        if *until.lock().unwrap() {
            return;
        }
        let body = json!({"name": format!("R {writer} {number}"), "value": "marked-canary-value"});
        // Nothing where the server died before it answered: the next try goes to the other.
        let Some((status, created)) = client.send("POST", "/api/v1/credentials", Some(body)).await else {
            continue;
        };
        assert_eq!(status, 201, "{created}");
        let id = created["id"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().insert(id.clone(), Some(1));
        let rotation = Some(json!({"value": "marked-canary-value-2"}));
        let version = match client
            .send("PATCH", &format!("/api/v1/credentials/{id}"), rotation)
            .await
        {
            Some((status, _)) => {
                assert_eq!(status, 200);
                2
            }
            None => -1,
        };
        acknowledged.lock().unwrap().insert(id, Some(version));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_is_killed_under_load_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = pair(&folder).await;
    process::add_administrator(&a);
    let mut tables = Tables::open(&a).await;
    let (mut first, second) = (Server::start(&a).await, Server::start(&b).await);
    let mut settled = BTreeMap::new();
    for _ in 0..KILLS {
        let balancer = Balancer::start(&[first.address(), second.address()]).await;
        let client = second.sign_in().await;
        let client = client.at_origin(&balancer.origin());
        let (until, acknowledged): (Arc<Mutex<bool>>, Acknowledged) = (Arc::default(), Arc::default());
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let number = settled.len() + writer * 1_000_000;
                tokio::spawn(write(client.clone(), number, until.clone(), acknowledged.clone()))
            })
            .collect();
        wait_for(&acknowledged, 20).await;
        first.kill();
        let at_death = acknowledged.lock().unwrap().len();
        wait_for(&acknowledged, at_death + 20).await;
        *until.lock().unwrap() = true;
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(balancer.counts().iter().all(|count| *count > 0), "both had work");
        let acknowledged: BTreeMap<String, Option<i64>> = acknowledged.lock().unwrap().clone();
        settled.append(&mut check(&second.sign_in().await, &acknowledged).await);
        tables.assert_trail_whole().await;
        first = Server::start(&a).await;
    }
    check_all(&second.sign_in().await, &settled, WRITERS * KILLS).await;
    let verified = process::verify(&b);
    assert!(verified.contains("stored values can be decrypted"), "{verified}");
    process::assert_trail_holds(&b);
}
