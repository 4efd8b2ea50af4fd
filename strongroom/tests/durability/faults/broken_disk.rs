//! The disk of the database fails with EIO for a while: the server refuses while it lasts and works again by itself.

use super::io_errors::IoErrors;
use super::used::Used;
use super::*;
use crate::tables::Tables;

/// Longer than the heartbeats take that are missed before a server is not ready.
const NOT_READY_WITHIN: Duration = Duration::from_mins(1);

/// The slug of a problem.
pub fn slug(problem: &Value) -> &str {
    problem["type"]
        .as_str()
        .and_then(|kind| kind.rsplit(':').next())
        .unwrap_or_default()
}

/// Stores a credential: its id, or the problem of a 503. No other answer is right.
pub async fn store(client: &Client, name: &str, value: &str) -> Result<String, Value> {
    let body = json!({"name": name, "value": value});
    let (status, answer) = client.send("POST", "/api/v1/credentials", Some(body)).await.unwrap();
    assert!(matches!(status, 201 | 503), "{status} {answer}");
    if status == 201 {
        Ok(answer["id"].as_str().unwrap().to_owned())
    } else {
        Err(answer)
    }
}

/// Waits until `/readyz` answers 200, or something else.
pub async fn until_ready_is(client: &Client, ready: bool, within: Duration) {
    let since = Instant::now();
    loop {
        let (status, body) = client.send("GET", "/readyz", None).await.unwrap();
        if (status == 200) == ready {
            return;
        }
        assert!(since.elapsed() < within, "/readyz is {status} {body}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a credential is stored and one is used; the id of the stored one.
pub async fn until_it_works(client: &Client, used: &Used, name: &str, within: Duration) -> String {
    let since = Instant::now();
    loop {
        match store(client, name, "marked-canary").await {
            Ok(id) if used.once(client).await => return id,
            outcome => assert!(
                since.elapsed() < within,
                "it works again within {within:?}: {outcome:?}"
            ),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// All credentials of these ids are there.
pub async fn assert_stored(client: &Client, ids: &[String]) {
    for id in ids {
        let path = format!("/api/v1/credentials/{id}");
        let (status, answer) = client.send("GET", &path, None).await.unwrap();
        assert_eq!(status, 200, "an acknowledged credential is there: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_with_io_errors_under_sqlite_is_unavailable_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", None);
    process::add_administrator(&options);
    let errors = IoErrors::new();
    let mut command = options.command();
    command.envs(errors.environment());
    let server = Server::launch(command).await;
    let client = server.sign_in().await;
    let used = Used::new(&client).await;
    assert!(used.once(&client).await);
    until_ready_is(&client, true, HEALED_WITHIN).await;
    let mut stored = Vec::new();
    for (kinds, slugs) in [
        ("sync", &["unavailable"][..]),
        // SQLite has one code for EIO, EDQUOT and EFBIG of a write.
        ("write", &["storage-full"]),
        ("read write sync", &["unavailable", "storage-full"]),
    ] {
        errors.begin("/strongroom.db", kinds);
        for attempt in 0..3 {
            let refused = store(&client, &format!("BROKEN {kinds} {attempt}"), "marked-canary").await;
            let refused = refused.expect_err("no write is acknowledged");
            assert!(slugs.contains(&slug(&refused)), "{kinds}: {refused}");
            assert!(!used.once(&client).await, "a use that cannot be recorded is refused");
        }
        until_ready_is(&client, false, NOT_READY_WITHIN).await;
        errors.end();
        stored.push(until_it_works(&client, &used, &format!("AGAIN {kinds}"), HEALED_WITHIN).await);
        until_ready_is(&client, true, 2 * HEALED_WITHIN).await;
    }
    assert_stored(&client, &stored).await;
    server.kill();
    // And the same is on the disk.
    let server = Server::start(&options).await;
    assert_stored(&server.sign_in().await, &stored).await;
    server.kill();
    used.assert_recorded(&options).await;
    Tables::open(&options).await.assert_trail_whole().await;
    process::verify(&options);
    process::assert_trail_holds(&options);
}
