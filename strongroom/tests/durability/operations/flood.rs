//! Floods of connections and sign-ins from strangers, and their effect on other users.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::prepared;
use crate::database::Engine;
use crate::hostile::Peer;
use crate::memory;
use crate::process::Server;

/// Longer than any step takes, even on a busy machine.
const LONG: Duration = Duration::from_mins(1);
pub(super) const HALF: &[u8] = b"POST /api/v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\nx-half: ";

/// A connection from an address of the loopback network; `None` if the server closes it at once.
pub(super) async fn connect(from: [u8; 4], server: &str) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    let server: SocketAddr = server.parse().unwrap();
    timeout(LONG, socket.connect(server)).await.ok()?.ok()
}

/// Status of a request from an address; `None` if there is no answer.
async fn ask(from: [u8; 4], server: &str, head: &str, body: &str) -> Option<u16> {
    let mut stream = connect(from, server).await?;
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    timeout(LONG, stream.read_to_end(&mut answer)).await.ok()?.ok()?;
    let text = String::from_utf8_lossy(&answer);
    text.split(' ').nth(1)?.parse().ok()
}

pub(super) async fn guess(from: [u8; 4], server: &str) -> Option<u16> {
    let body = json!({"email": "nobody@example.com", "password": "canary a wrong password"}).to_string();
    ask(from, server, "POST /api/v1/session", &body).await
}

/// This process needs descriptors for thousands of connections.
pub(super) fn raise_own_limit() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    assert!(hard >= 6000, "the test needs 6,000 descriptors: {hard}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_sent_requests_of_one_address_leave_the_others_alone() {
    raise_own_limit();
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let server = Server::start(&options).await;
    let mut open = Vec::new();
    for _ in 0..4200 {
        let Some(mut stream) = connect([127, 0, 0, 1], server.address()).await else {
            continue;
        };
        // The server may have closed it already.
        let _ = stream.write_all(HALF).await;
        open.push(stream);
    }
    let began = Instant::now();
    assert_eq!(
        ask([127, 0, 0, 2], server.address(), "GET /healthz", "").await,
        Some(200)
    );
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // Of the address itself at most 64 are left, and those end within ten seconds.
    let mut answers = 0;
    for stream in &mut open {
        answers += usize::from(timeout(Duration::from_millis(1), stream.read_u8()).await.is_err());
    }
    assert!(answers <= 64, "{answers} are open");
    let deadline = Instant::now() + LONG;
    for stream in &mut open {
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(
            timeout(left, stream.read_to_end(&mut Vec::new())).await.is_ok(),
            "it is closed"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_never_use_up_the_descriptors() {
    raise_own_limit();
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let mut command = Command::new("prlimit");
    command.arg("--nofile=256:1024").arg(options.command().get_program());
    command
        .args(options.command().get_args())
        .args(["--metrics-listen", "127.0.0.1:0"]);
    command.env("STRONGROOM_LOG", "warn").stderr(Stdio::null());
    let mut server = Server::launch(command).await;
    let metrics = server.next_address().await;
    let metrics = metrics
        .trim_start_matches("http://")
        .trim_end_matches("/metrics")
        .to_owned();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(
        files.split_whitespace().nth(3),
        Some("1024"),
        "the soft limit is raised: {files}"
    );
    // More than there are descriptors, from addresses of which none reaches its own limit.
    let mut open = Vec::new();
    for last in 10..40 {
        for _ in 0..50 {
            open.extend(connect([127, 0, 0, last], server.address()).await);
        }
    }
    for path in ["GET /healthz", "GET /readyz"] {
        assert_eq!(
            ask([127, 0, 0, 2], server.address(), path, "").await,
            Some(200),
            "{path}"
        );
        assert_eq!(
            ask([127, 0, 0, 2], &metrics, path, "").await,
            Some(200),
            "{path} beside the metrics"
        );
    }
    let client = server.sign_in().await;
    client.credential("STORED", "marked-canary-value").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let server = Server::start(&options).await;
    let mut stream = connect([127, 0, 0, 1], server.address()).await.unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let began = Instant::now();
    let mut answer = String::new();
    timeout(LONG, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

/// The memory of a small container.
const LIMIT: usize = 256 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_at_once_need_little_memory_and_give_it_back() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let server = Server::start(&options).await;
    let group = memory::Group::new(LIMIT);
    if let Some(group) = &group {
        group.take(server.id());
    }
    let mut peak = 0;
    for _ in 0..3 {
        let tries = (0..48).map(|last| guess([127, 0, 1, last], server.address()));
        let mut tries = std::pin::pin!(futures::future::join_all(tries));
        let statuses = loop {
            tokio::select! {
                statuses = &mut tries => break statuses,
                () = sleep(Duration::from_millis(20)) => peak = peak.max(memory::anonymous(server.id())),
            }
        };
        assert!(
            statuses.iter().all(|status| matches!(status, Some(401 | 429 | 503))),
            "{statuses:?}"
        );
    }
    assert!(peak < 200, "{peak} MB at once");
    // The threads free their memory when they are idle.
    let deadline = Instant::now() + LONG;
    while memory::anonymous(server.id()) > 60 {
        assert!(
            Instant::now() < deadline,
            "{} MB when idle",
            memory::anonymous(server.id())
        );
        sleep(Duration::from_millis(200)).await;
    }
    server.sign_in().await;
    server.kill();
    drop(group);
}

async fn flooded(engine: Engine) {
    raise_own_limit();
    let (_folder, options) = prepared(engine).await;
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    let peer = Peer::start(super::super::hostile::Seen::decently).await;
    let credential = client.credential("USED", "marked-canary-value").await;
    let url = peer.url();
    let body = json!({"name": "Peer", "enabled": true, "transport": "http", "url": url, "credential_id": credential, "allow_host": true});
    let (status, created) = client.send("POST", "/api/v1/mcp-servers", Some(body)).await.unwrap();
    assert_eq!(status, 201, "{created}");
    let test = format!("/api/v1/mcp-servers/{}/test", created["id"].as_str().unwrap());
    let stop = Arc::new(AtomicBool::new(false));
    let refused = Arc::new(AtomicU32::new(0));
    // 20 addresses with 20 connections each.
    let flood: Vec<_> = (0..400_u32)
        .map(|number| {
            let (stop, refused, address) = (stop.clone(), refused.clone(), server.address().to_owned());
            let from = [127, 0, 2, u8::try_from(number % 20 + 1).unwrap()];
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    if guess(from, &address).await == Some(429) {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    // Until most of the tries are refused.
    let deadline = Instant::now() + 2 * LONG;
    while refused.load(Ordering::Relaxed) < 1000 {
        assert!(Instant::now() < deadline, "{refused:?} refused tries are a flood");
        sleep(Duration::from_millis(100)).await;
    }
    for _ in 0..20 {
        let (status, answer) = client.send("POST", &test, None).await.unwrap();
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{answer}");
    }
    let began = Instant::now();
    assert_eq!(client.send("DELETE", "/api/v1/session", None).await.unwrap().0, 204);
    let took = began.elapsed();
    stop.store(true, Ordering::Relaxed);
    for task in flood {
        task.await.unwrap();
    }
    assert!(took < Duration::from_secs(5), "a sign-out took {took:?}");
    assert_eq!(client.send("GET", "/api/v1/me", None).await.unwrap().0, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uses_go_on_during_a_flood_of_sign_ins_on_sqlite() {
    flooded(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uses_go_on_during_a_flood_of_sign_ins_on_postgres() {
    flooded(Engine::Postgres).await;
}
