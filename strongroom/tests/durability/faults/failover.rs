//! Several hosts in the database URL: the one that takes writes is found again after a failover.

use nix::sys::signal::Signal;

use super::link::New;
use super::*;
use crate::own_postgres::OwnPostgres;

/// The time within which the next host is used after the one before was lost.
const FOUND_WITHIN: Duration = Duration::from_secs(15);

/// Writes until that works.
async fn until_it_writes(client: &Client, name: &str) -> Duration {
    let since = Instant::now();
    let body = json!({"name": name, "value": "marked-canary"});
    loop {
        let (status, answer) = client
            .send("POST", "/api/v1/credentials", Some(body.clone()))
            .await
            .unwrap();
        match status {
            // 409 after an earlier try whose outcome was not known.
            201 | 409 => return since.elapsed(),
            _ => assert_eq!(status, 503, "{answer}"),
        }
        assert!(
            since.elapsed() < FOUND_WITHIN,
            "the host that takes writes is found: {answer}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_host_is_used_when_the_first_one_does_not_answer_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let database = Engine::Postgres.fresh_database().await.unwrap();
    let (first, second) = (Link::start(&database).await, Link::start(&database).await);
    let options = Options::new(&folder, "data", Some(database.clone()));
    process::add_administrator(&options);
    let address = |link: &Link| {
        link.url(&database)
            .rsplit_once('@')
            .unwrap()
            .1
            .split_once('/')
            .unwrap()
            .0
            .to_owned()
    };
    let (place, _) = database.rsplit_once('@').unwrap();
    let (_, name) = database.rsplit_once('/').unwrap();
    let url = format!(
        "{place}@{},{}/{name}?target_session_attrs=read-write",
        address(&first),
        address(&second)
    );
    let server = Server::start(&Options {
        database: Some(url),
        ..options.clone()
    })
    .await;
    let client = server.sign_in().await;
    for (round, (lost, kept)) in [(&first, &second), (&second, &first)].into_iter().enumerate() {
        client.credential(&format!("BEFORE {round}"), "marked-canary").await;
        lost.set_new(New::Silent);
        lost.silence();
        until_it_writes(&client, &format!("AFTER {round}")).await;
        lost.set_new(New::Pass);
        kept.set_new(New::Pass);
    }
    process::assert_trail_holds(&options);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promoted_standby_is_used_and_the_old_primary_is_not_when_it_comes_back_as_a_standby() {
    let mut first = OwnPostgres::new(&[]);
    first.start().await;
    let mut second = first.standby();
    second.start().await;
    let folder = tempfile::tempdir().unwrap();
    let several = format!("postgres://postgres@{},{}/postgres", first.address(), second.address());
    let options = Options::new(&folder, "data", Some(several));
    process::add_administrator(&options);
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    client.credential("AT THE FIRST", "marked-canary").await;
    let (port, folders) = (first.port(), first.data().to_owned());

    // The standby has everything that was acknowledged before.
    first.wait_for_standby().await;
    first.end(Signal::SIGQUIT).await;
    second.promote();
    until_it_writes(&client, "AT THE SECOND").await;

    // The first address answers again, and can only be read.
    let mut back = second.standby_at(port);
    back.start().await;
    assert_ne!(back.data(), folders);
    for number in 0..8 {
        client
            .credential(&format!("STILL AT THE SECOND {number}"), "marked-canary")
            .await;
    }
    let restarted = Server::start(&options).await;
    assert_eq!(
        restarted.sign_in().await.send("GET", "/readyz", None).await.unwrap().0,
        200
    );

    second.wait_for_standby().await;
    second.end(Signal::SIGQUIT).await;
    back.promote();
    until_it_writes(&client, "AT THE FIRST AGAIN").await;
    for name in [
        "AT THE FIRST",
        "AT THE SECOND",
        "AT THE FIRST AGAIN",
        "STILL AT THE SECOND 7",
    ] {
        let path = format!("/api/v1/credentials?search={}", name.replace(' ', "%20"));
        let (_, page) = client.send("GET", &path, None).await.unwrap();
        assert!(page["total"].as_i64() >= Some(1), "{name}: {page}");
    }
    process::assert_trail_holds(&options);
}
