//! A file of the database cannot grow any more, and then can again: the server heals without a restart.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::unistd::User;
use serde_json::{Value, json};

use super::prepared;
use crate::client::Client;
use crate::database::Engine;
use crate::hostile::{Peer, Seen};
use crate::own_disk::OwnDisk;
use crate::process::{self, EMAIL, Options, Server};

/// Longer than four heartbeats take, even on a busy machine.
const WITHIN: Duration = Duration::from_mins(1);

/// Limits the size of the files that the server writes: a write beyond it fails with EFBIG, as one on a full disk fails
/// with ENOSPC.
pub(super) fn limit(server: &Server, bytes: &str) {
    let limited = Command::new("prlimit")
        .arg(format!("--fsize={bytes}:"))
        .args(["--pid", &server.id().to_string()])
        .status()
        .expect("prlimit of util-linux runs");
    assert!(limited.success());
}

/// Waits until `/readyz` answers so.
async fn until_ready_is(client: &Client, status: u16) -> Value {
    let deadline = Instant::now() + WITHIN;
    loop {
        let (found, body) = client.send("GET", "/readyz", None).await.unwrap();
        if found == status {
            return body;
        }
        assert!(Instant::now() < deadline, "{found}: {body}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn store(client: &Client, name: &str) -> (u16, Value) {
    let body = json!({"name": name, "value": "marked-canary-value"});
    client.send("POST", "/api/v1/credentials", Some(body)).await.unwrap()
}

/// Stores a credential as soon as there is room.
async fn until_stored(client: &Client, name: &str) {
    let deadline = Instant::now() + WITHIN;
    loop {
        let (status, answer) = store(client, name).await;
        if status == 201 {
            return;
        }
        assert_eq!((status, slug(&answer)), (503, "storage-full"), "{answer}");
        assert!(Instant::now() < deadline, "there is room again: {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The slug of a problem.
fn slug(problem: &Value) -> &str {
    problem["type"]
        .as_str()
        .and_then(|kind| kind.rsplit(':').next())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_server_whose_disk_was_full_writes_again_without_a_restart() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    let peer = Peer::start(Seen::decently).await;
    let id = client.credential("USED", "canary-used").await;
    let body = json!({"name": "S", "url": peer.url(), "credential_id": id});
    let (status, saved) = client.send("POST", "/api/v1/mcp-servers", Some(body)).await.unwrap();
    assert_eq!(status, 201, "{saved}");
    let test = format!("/api/v1/mcp-servers/{}/test", saved["id"].as_str().unwrap());
    let (status, tested) = client.send("POST", &test, Some(json!({}))).await.unwrap();
    assert_eq!((status, &tested["ok"]), (200, &json!(true)), "{tested}");
    until_ready_is(&client, 200).await;

    for round in 0..2 {
        limit(&server, "4096");
        for attempt in 0..3 {
            let (status, refused) = store(&client, &format!("FULL {round} {attempt}")).await;
            assert_eq!((status, slug(&refused)), (503, "storage-full"), "{refused}");
            let (status, refused) = client.send("POST", &test, Some(json!({}))).await.unwrap();
            let refused = if status == 200 {
                refused["error"].clone()
            } else {
                refused
            };
            assert_eq!(slug(&refused), "audit-unavailable", "{refused}");
        }
        let (status, listed) = client.send("GET", "/api/v1/credentials", None).await.unwrap();
        assert_eq!(status, 200, "reading goes on: {listed}");
        let problem = until_ready_is(&client, 503).await;
        assert!(
            ["cannot-write", "audit-unavailable"].contains(&slug(&problem)),
            "{problem}"
        );

        limit(&server, "unlimited");
        until_stored(&client, &format!("AGAIN {round}")).await;
        let (_, tested) = client.send("POST", &test, Some(json!({}))).await.unwrap();
        assert_eq!(tested["ok"], json!(true), "{tested}");
        until_ready_is(&client, 200).await;
    }
    drop(server);
    process::assert_trail_holds(&options);
}

/// A server on a disk of 24 MiB that no other process sees, with a reserve of 8 MiB and without quotas.
struct SmallDisk {
    // Dropped first: the server ends before its disk.
    server: Server,
    disk: OwnDisk,
    _folder: tempfile::TempDir,
}

impl SmallDisk {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(&folder, "data", None);
        std::fs::create_dir(&options.folder).unwrap();
        let root = nix::unistd::geteuid();
        let user = root.is_root().then(|| User::from_uid(root).unwrap().unwrap());
        let disk = OwnDisk::new(&options.folder, 24, user);
        let on_disk = |plain: Command| {
            let mut command = disk.command(Path::new(plain.get_program()));
            command
                .args(plain.get_args())
                .envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))))
                .stderr(Stdio::null());
            command
        };
        process::add_user_by(on_disk(options.command()), EMAIL, "admin");
        let mut command = on_disk(options.command());
        command.args(["--reserve-mib", "8", "--quota-values-mib", "0", "--quota-records", "0"]);
        let server = Server::launch(command).await;
        Self {
            server,
            disk,
            _folder: folder,
        }
    }

    /// The bytes of the reserve whose blocks are allocated; `None` without the file.
    fn reserve(&self) -> Option<u64> {
        let found = std::fs::metadata(self.disk.seen_at().join("reserve")).ok()?;
        Some(found.len().min(found.blocks() * 512))
    }
}

#[tokio::test]
async fn on_a_full_disk_deleting_and_uses_go_on_until_there_is_room_again() {
    let small = SmallDisk::start().await;
    let server = &small.server;
    let client = server.sign_in().await;
    let peer = Peer::start(Seen::decently).await;
    let used = client.credential("USED", "canary-used").await;
    let body = json!({"name": "S", "url": peer.url(), "credential_id": used});
    let (_, saved) = client.send("POST", "/api/v1/mcp-servers", Some(body)).await.unwrap();
    let test = format!("/api/v1/mcp-servers/{}/test", saved["id"].as_str().unwrap());
    let ready = until_ready_is(&client, 200).await;
    assert_eq!(ready["writes"], "all", "{ready}");

    let value = "c".repeat(64 << 10);
    let mut stored = Vec::new();
    loop {
        let body = json!({"name": format!("L{}", stored.len()), "value": value});
        let (status, answer) = client.send("POST", "/api/v1/credentials", Some(body)).await.unwrap();
        if status == 201 {
            stored.push(answer["id"].as_str().unwrap().to_owned());
            assert!(stored.len() < 400, "the disk fills up");
            continue;
        }
        assert_eq!((status, slug(&answer)), (503, "storage-full"), "{answer}");
        break;
    }
    assert!(stored.len() > 40, "{} values", stored.len());

    let ready = until_ready_is(&client, 200).await;
    assert_eq!(ready["writes"], "deletes-only", "{ready}");
    let (status, refused) = store(&client, "SMALL").await;
    assert_eq!((status, slug(&refused)), (503, "storage-full"), "{refused}");
    let (_, tested) = client.send("POST", &test, Some(json!({}))).await.unwrap();
    assert_eq!(tested["ok"], json!(true), "uses are recorded: {tested}");
    let other = server.sign_in().await;
    assert_eq!(other.send("DELETE", "/api/v1/session", None).await.unwrap().0, 204);
    for id in &stored {
        let deleted = client.send("DELETE", &format!("/api/v1/credentials/{id}"), None).await;
        assert_eq!(deleted.unwrap().0, 204);
    }

    until_stored(&client, "SMALL").await;
    let ready = until_ready_is(&client, 200).await;
    assert_eq!(ready["writes"], "all", "{ready}");
    let (_, tested) = client.send("POST", &test, Some(json!({}))).await.unwrap();
    assert_eq!(tested["ok"], json!(true), "{tested}");
}

#[tokio::test]
async fn the_reserve_is_given_up_on_a_full_disk_and_made_again() {
    const RESERVE: u64 = 8 << 20;
    let small = SmallDisk::start().await;
    let client = small.server.sign_in().await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(small.server.sign_in().await);
    }
    let removed = client.credential("REMOVED", "marked-canary-value").await;
    until_ready_is(&client, 200).await;
    assert_eq!(small.reserve(), Some(RESERVE), "its blocks are allocated");

    // The server itself takes the last blocks: the reserve is not there for the foreign file.
    small.disk.fill_up_to(1 << 20);
    let value = "c".repeat(64 << 10);
    for number in 0.. {
        assert!(number < 400, "the disk is full");
        let body = json!({"name": format!("L{number}"), "value": value});
        let (status, answer) = client.send("POST", "/api/v1/credentials", Some(body)).await.unwrap();
        if status != 201 {
            assert_eq!((status, slug(&answer)), (503, "storage-full"), "{answer}");
            break;
        }
    }
    let deadline = Instant::now() + WITHIN;
    while small.reserve().is_some() {
        assert!(Instant::now() < deadline, "the reserve is given up");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for other in &others {
        assert_eq!(other.send("DELETE", "/api/v1/session", None).await.unwrap().0, 204);
        assert_eq!(other.send("GET", "/api/v1/me", None).await.unwrap().0, 401);
    }
    let path = format!("/api/v1/credentials/{removed}");
    assert_eq!(client.send("DELETE", &path, None).await.unwrap().0, 204);
    let (status, refused) = store(&client, "SMALL").await;
    assert_eq!((status, slug(&refused)), (503, "storage-full"), "{refused}");
    let ready = until_ready_is(&client, 200).await;
    assert_eq!(ready["writes"], "deletes-only", "{ready}");
    assert_eq!(small.reserve(), None, "there is no room for it yet");

    small.disk.empty();
    let deadline = Instant::now() + WITHIN;
    while small.reserve() != Some(RESERVE) {
        assert!(Instant::now() < deadline, "{:?} of the reserve", small.reserve());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    until_stored(&client, "AGAIN").await;
    let ready = until_ready_is(&client, 200).await;
    assert_eq!(ready["writes"], "all", "{ready}");
}
