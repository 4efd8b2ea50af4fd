//! Faults of the disk, of PostgreSQL and of the network before it: the server refuses while they last and works again by itself.

mod broken_disk;
mod failover;
mod frozen;
mod io_errors;
pub mod link;
mod lost;
mod postgres_disk;
mod restarts;
mod silent;
mod tls;
mod used;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::database::Engine;
use crate::hostile::{Peer, Seen};
use crate::process::{self, Options, Server};
use link::Link;
pub use restarts::rounds;

/// The time within which everything works again.
const HEALED_WITHIN: Duration = Duration::from_secs(5);

/// A server whose PostgreSQL is behind a link, and an MCP server that takes a credential.
struct Linked {
    _folder: tempfile::TempDir,
    options: Options,
    link: Link,
    server: Server,
    /// The URL of the metrics.
    metrics: String,
    client: Client,
    _peer: Peer,
    test: String,
}

impl Linked {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Engine::Postgres.fresh_database().await.unwrap();
        let link = Link::start(&database).await;
        // Commands at the terminal go past the link.
        let options = Options::new(&folder, "data", Some(database.clone()));
        process::add_administrator(&options);
        let linked = Options {
            database: Some(link.url(&database)),
            ..options.clone()
        };
        let mut command = linked.command();
        command.args(["--metrics-listen", "127.0.0.1:0"]);
        let mut server = Server::launch(command).await;
        // A line about the keyring of other servers is between the two addresses.
        server.next_line().await;
        let metrics = server.next_address().await;
        let client = server.sign_in().await;
        let (peer, test) = tested_server(&client).await;
        Self {
            _folder: folder,
            options,
            link,
            server,
            metrics,
            client,
            _peer: peer,
            test,
        }
    }

    /// The sum of a metric over its labels.
    async fn figure(&self, metric: &str) -> i64 {
        let (status, text) = self.client.text_of(&self.metrics).await;
        assert_eq!(status, 200, "{text}");
        let of_metric = |line: &&str| line.split(['{', ' ']).next() == Some(metric);
        let lines = text.lines().filter(of_metric);
        lines
            .map(|line| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap())
            .sum()
    }

    /// Reads a metric until its sum is as expected.
    async fn until_figure(&self, metric: &str, expected: impl Fn(i64) -> bool) {
        let since = Instant::now();
        loop {
            let figure = self.figure(metric).await;
            if expected(figure) {
                return;
            }
            assert!(since.elapsed() < Duration::from_mins(1), "{metric} is {figure}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Uses the credential once; `true` if the use was recorded and its value was sent.
    async fn uses(&self) -> bool {
        let (_, body) = self.client.send("POST", &self.test, Some(json!({}))).await.unwrap();
        body["ok"] == true
    }

    /// Uses the credential until that works.
    async fn until_it_uses(&self) -> Duration {
        let since = Instant::now();
        while !self.uses().await {
            assert!(since.elapsed() < Duration::from_mins(1), "uses go on within a minute");
        }
        since.elapsed()
    }

    /// Asks until the readiness is this one, for at most this time.
    async fn until_ready_is(&self, ready: bool, within: Duration) -> Value {
        let since = Instant::now();
        loop {
            let (status, body) = self.server.client().send("GET", "/readyz", None).await.unwrap();
            if (status == 200) == ready {
                return body;
            }
            assert!(since.elapsed() < within, "/readyz is {status} {body}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// A saved MCP server with a credential, and the path of its test.
async fn tested_server(client: &Client) -> (Peer, String) {
    let peer = Peer::start(Seen::decently).await;
    let id = client.credential("USED", "canary-of-a-link").await;
    let body = json!({"name": "S", "url": peer.url(), "credential_id": id});
    let (status, saved) = client.send("POST", "/api/v1/mcp-servers", Some(body)).await.unwrap();
    assert_eq!(status, 201, "{saved}");
    let test = format!("/api/v1/mcp-servers/{}/test", saved["id"].as_str().unwrap());
    (peer, test)
}
