//! A server that is told to stop finishes what runs and takes nothing more.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::prepared;
use crate::database::Engine;
use crate::hostile::{self, Peer};
use crate::process::Server;

/// Waits until the server takes no connections any more.
async fn until_closed(address: &str) {
    for _ in 0..500 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("new connections are still accepted");
}

/// A request whose body the server has begun to read: it says so with `100 Continue`.
async fn begin(address: &str, path: &str, cookie: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

async fn finishes_what_runs(engine: Engine) {
    let (_folder, options) = prepared(engine).await;
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    let address = server.address().to_owned();
    let body = json!({"name": "STOPPING", "value": "marked-canary-value"}).to_string();
    let mut running = begin(&address, "/api/v1/credentials", client.cookie(), body.len()).await;
    server.signal(Signal::SIGTERM);
    until_closed(&address).await;
    running.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    running.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(server.ended().await.code(), Some(0));
    // What was acknowledged while stopping is there.
    let server = Server::start(&options).await;
    let found = server
        .sign_in()
        .await
        .send("GET", "/api/v1/credentials", None)
        .await
        .unwrap();
    assert_eq!(found.1["items"][0]["name"], "STOPPING", "{}", found.1);
}

#[tokio::test]
async fn a_running_request_is_finished_on_sqlite() {
    finishes_what_runs(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_running_request_is_finished_on_postgres() {
    finishes_what_runs(Engine::Postgres).await;
}

#[tokio::test]
async fn connections_that_wait_for_nothing_do_not_hold_the_end_up() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let server = Server::start(&options).await;
    // Kept alive after its answer.
    let client = server.sign_in().await;
    assert_eq!(client.send("GET", "/healthz", None).await.unwrap().0, 200);
    server.signal(Signal::SIGINT);
    assert_eq!(server.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let server = Server::start(&options).await;
    let address = server.address().to_owned();
    let _running = begin(&address, "/api/v1/session", "", 9).await;
    server.signal(Signal::SIGTERM);
    until_closed(&address).await;
    server.signal(Signal::SIGTERM);
    assert_eq!(server.ended().await.code(), Some(1));
}

/// A model that begins to answer and never goes on.
async fn stuck_model() -> Peer {
    Peer::start(|_| {
        let silence = futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>();
        hostile::answer(200, "text/event-stream", axum::body::Body::from_stream(silence))
    })
    .await
}

#[tokio::test]
async fn balancers_are_told_first_and_a_stream_that_is_cut_says_why() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let mut command = options.command();
    command.args(["--drain-time", "2", "--stop-time", "1"]);
    let server = Server::launch(command).await;
    let client = server.sign_in().await;
    let address = server.address().to_owned();
    let model = stuck_model().await;
    let settings = json!({"provider": "openai", "model_id": "m", "base_url": model.url()});
    let body = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}}).to_string();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /api/v1/actions/ai_generate_text HTTP/1.1\r\nhost: {address}\r\ncookie: {}\r\n\
         content-type: application/json\r\naccept: text/event-stream\r\ncontent-length: {}\r\n\r\n{body}",
        client.cookie(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    while model.seen().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(client.send("GET", "/readyz", None).await.unwrap().0, 200);
    server.signal(Signal::SIGTERM);
    // New connections are still taken while balancers find out.
    let problem = loop {
        let (status, body) = client.send("GET", "/readyz", None).await.unwrap();
        if status == 503 {
            break body;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(problem["type"], "urn:strongroom:problem:stopping", "{problem}");
    assert_eq!(client.send("GET", "/api/v1/me", None).await.unwrap().0, 200);
    assert_eq!(client.send("GET", "/healthz", None).await.unwrap().0, 200);
    let mut answer = String::new();
    tokio::time::timeout(Duration::from_mins(1), stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(
        answer.contains("event: error\n") && answer.contains("urn:strongroom:problem:stopping"),
        "{answer}"
    );
    assert!(answer.ends_with("0\r\n\r\n"), "the stream is whole: {answer}");
    assert_eq!(server.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_request_that_takes_longer_than_the_stop_is_answered_that_the_server_stops() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let mut command = options.command();
    command.args(["--drain-time", "0", "--stop-time", "1"]);
    let server = Server::launch(command).await;
    let client = server.sign_in().await;
    let model = stuck_model().await;
    let settings = json!({"provider": "openai", "model_id": "m", "base_url": model.url()});
    let body = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}});
    let asking = tokio::spawn(async move {
        client
            .send("POST", "/api/v1/actions/ai_generate_text", Some(body))
            .await
    });
    while model.seen().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.signal(Signal::SIGTERM);
    let (status, problem) = asking.await.unwrap().unwrap();
    assert_eq!(
        (status, problem["type"].as_str()),
        (503, Some("urn:strongroom:problem:stopping"))
    );
    assert_eq!(server.ended().await.code(), Some(0));
}
