//! Answers that are made to take memory: the server stays within its limit, lives, and names the peer in each refusal.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axum::body::Body;
use serde_json::{Value, json};

use super::prepared;
use crate::client::Client;
use crate::database::Engine;
use crate::hostile::{Peer, Seen, answer};
use crate::memory::{Group, figure};
use crate::process::{self, Options, PASSWORD, Server};

const MIB: usize = 1024 * 1024;

/// The memory that the server may have.
const LIMIT: usize = 256 * MIB;

/// The most that is resident. Pages of code count here, of which a development build has some 50 MiB more; the kernel
/// takes them back where the limit asks for it.
const MOST: usize = LIMIT + if cfg!(debug_assertions) { 64 * MIB } else { 0 };

/// The memory that may stay after the load, on top of the memory before it.
const MAX_KEPT: usize = 30 * MIB;

const USERS: usize = 4;
const EACH: usize = 4;

/// The command of a server inside of the group.
fn confined(options: &Options, group: Option<&Group>) -> Command {
    let command = options.command();
    let Some(group) = group else { return command };
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "echo $$ > \"$0\" && exec \"$@\""])
        .arg(group.processes())
        .arg(command.get_program())
        .args(command.get_args())
        .env("STRONGROOM_LOG", "warn")
        .stderr(Stdio::null());
    shell
}

async fn person(options: &Options, server: &Server, number: usize) -> Client {
    let email = format!("user{number}@example.com");
    process::add_user(options, &email, &email);
    let mut client = server.client();
    assert_eq!(client.sign_in(&email, PASSWORD).await, 200);
    client
}

/// A body in chunks: this many times a piece, between a beginning and an end.
fn chunked(before: &str, piece: &str, times: usize, after: &str) -> Body {
    let chunk = piece.repeat(64 * 1024 / piece.len());
    let chunks = std::iter::repeat_n(chunk, times * piece.len() / (64 * 1024));
    let chunks = std::iter::once(before.to_owned())
        .chain(chunks)
        .chain([after.to_owned()]);
    Body::from_stream(futures::stream::iter(chunks.map(Ok::<_, std::io::Error>)))
}

/// The kinds of hostile answers, each in turn.
fn hostile(kind: usize) -> impl Fn(&Seen) -> axum::response::Response + Clone + Send + Sync + 'static {
    // Almost 8 MiB.
    let many = MIB + MIB / 8;
    let object = r#"{"":0},"#;
    move |_| match kind % 4 {
        0 => answer(200, "application/json", chunked("[", object, many, "0]")),
        1 => answer(200, "text/event-stream", chunked("data: [", object, many, "0]\n\n")),
        // Fewer nodes than are counted.
        2 => answer(200, "application/json", chunked("[", object, 99_000, "0]")),
        _ => answer(200, "text/event-stream", chunked("data: ", "x", 60 * MIB, "\n\n")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_hostile_answers_at_once_are_refused_within_the_memory_limit() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let group = Group::new(LIMIT);
    let mut server = Server::launch(confined(&options, group.as_ref())).await;
    let mut people = Vec::new();
    for number in 0..USERS {
        people.push(person(&options, &server, number).await);
    }
    let before = figure(server.id(), "VmRSS");
    let mut peers = Vec::new();
    for kind in 0..USERS * EACH {
        peers.push(Peer::start(hostile(kind)).await);
    }
    for _ in 0..2 {
        let asked = peers
            .iter()
            .zip(people.iter().cycle())
            .map(|(peer, client)| async move {
                let settings = json!({"provider": "openai", "model_id": "m", "base_url": peer.url()});
                let body = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}});
                let model = client
                    .send("POST", "/api/v1/actions/ai_generate_text", Some(body))
                    .await
                    .unwrap();
                let server = json!({"name": "x", "url": peer.url()});
                let tools = client
                    .send("POST", "/api/v1/mcp-servers/test", Some(server))
                    .await
                    .unwrap();
                (model, tools)
            });
        for ((status, told), (tested, tools)) in futures::future::join_all(asked).await {
            assert!(is_refusal(status, &told), "{status} {told}");
            let error = if tested == 200 { &tools["error"] } else { &tools };
            assert!(error["detail"].is_string(), "{tested} {tools}");
        }
        let (status, _) = people[0].send("GET", "/api/v1/me", None).await.unwrap();
        assert_eq!(status, 200, "it serves on");
    }
    let most = figure(server.id(), "VmHWM");
    assert!(most < MOST, "{} MiB at most", most / MIB);
    drop(peers);
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut after = figure(server.id(), "VmRSS");
    while after > before + MAX_KEPT && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(500)).await;
        after = figure(server.id(), "VmRSS");
    }
    assert!(
        after <= before + MAX_KEPT,
        "{} MiB before, {} at most, {} after",
        before / MIB,
        most / MIB,
        after / MIB
    );
    server.signal(nix::sys::signal::Signal::SIGTERM);
    while !server.next_line().await.is_empty() {}
    assert!(server.ended().await.success());
}

/// `true` for the refusal of an answer, which names the peer, and for that of a user who reads too much at once.
fn is_refusal(status: u16, told: &Value) -> bool {
    let detail = told["detail"].as_str().unwrap_or_default();
    let slug = told["type"]
        .as_str()
        .unwrap_or_default()
        .rsplit(':')
        .next()
        .unwrap_or_default();
    let named = detail.contains("127.0.0.1");
    matches!(
        (status, slug, named),
        (502, "answer-too-large", true) | (503, "too-much-at-once", true)
    )
}
