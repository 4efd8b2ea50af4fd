//! The warnings about a proxy that is not trusted: at the start, and once in the log.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::json_log::LoggedServer;
use super::prepared;
use crate::database::Engine;
use crate::process::Options;

const AT_START: &str = "public_url is https but no proxy is trusted";
const IN_LOG: &str = "ignoring X-Forwarded-For from an address that is not in trusted_proxies";

/// A server behind an https proxy.
fn start(options: &Options, arguments: &[&str]) -> LoggedServer {
    let mut command = options.command();
    command
        .args(["--public-url", "https://strongroom.example"])
        .args(arguments);
    LoggedServer::start(command, "info,access=off")
}

/// The address of the only server. The log has the public one.
async fn address(options: &Options) -> String {
    let file = SqliteConnectOptions::new().filename(options.folder.join("strongroom.db"));
    let mut connection = file.read_only(true).connect().await.unwrap();
    let name: String = sqlx::query_scalar("SELECT name FROM replicas")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let mut words = name.split_whitespace();
    words.find(|word| word.starts_with("127.0.0.1:")).unwrap().to_owned()
}

/// A request with these lines after the host: the status line of the response.
fn request(address: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let head = format!("GET /healthz HTTP/1.1\r\nhost: strongroom.example\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_reported_at_the_start_and_once_in_the_log() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let mut server = start(&options, &[]);
    let warning = server.with(AT_START).next().expect("the warning of the start");
    assert_eq!(warning["target"], "start", "{warning}");
    assert!(
        warning["message"].as_str().unwrap().contains("--trusted-proxies"),
        "the setting is named: {warning}"
    );
    let address = address(&options).await;
    assert!(request(&address, "").ends_with("200 OK"));
    for client in ["203.0.113.7", "203.0.113.8", "203.0.113.9"] {
        assert!(request(&address, &format!("x-forwarded-for: {client}\r\n")).ends_with("200 OK"));
    }
    server.end();
    assert_eq!(server.count(AT_START), 1, "{:?}", server.events);
    assert_eq!(server.count(IN_LOG), 1, "{:?}", server.events);
    let warning = server.with(IN_LOG).next().unwrap();
    assert_eq!(
        (&warning["level"], &warning["peer"]),
        (&"WARN".into(), &"127.0.0.1".into())
    );
}

#[tokio::test]
async fn a_trusted_proxy_is_not_reported() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let mut server = start(&options, &["--trusted-proxies", "127.0.0.1"]);
    let address = address(&options).await;
    assert!(request(&address, "x-forwarded-for: 203.0.113.7\r\n").ends_with("200 OK"));
    server.end();
    assert_eq!(
        (server.count(AT_START), server.count(IN_LOG)),
        (0, 0),
        "{:?}",
        server.events
    );
}
