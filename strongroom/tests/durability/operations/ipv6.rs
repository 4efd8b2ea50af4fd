//! Connections over IPv6 count for their network.

use std::ffi::OsStr;
use std::net::{Ipv6Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::flood::{HALF, raise_own_limit};
use super::prepared;
use crate::database::Engine;
use crate::process::Server;

const LONG: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ipv6_network_has_as_many_connections_as_an_address() {
    if tokio::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_err() {
        crate::not_checked("connections over IPv6: this machine has no address ::1");
        return;
    }
    raise_own_limit();
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let plain = options.command();
    let arguments = plain.get_args().map(|argument| {
        let is_address = argument == OsStr::new("127.0.0.1:0");
        if is_address { OsStr::new("[::1]:0") } else { argument }
    });
    let mut command = Command::new(plain.get_program());
    command
        .args(arguments)
        .env("STRONGROOM_LOG", "warn")
        .stderr(Stdio::null());
    let server = Server::launch(command).await;
    let address: SocketAddr = server.address().parse().unwrap();
    assert!(address.is_ipv6());
    let mut open = Vec::new();
    for _ in 0..200 {
        if let Ok(Ok(mut stream)) = timeout(LONG, TcpStream::connect(address)).await {
            // The server may have closed it already.
            let _ = stream.write_all(HALF).await;
            open.push(stream);
        }
    }
    let client = server.client();
    assert_eq!(
        client.send("GET", "/healthz", None).await.unwrap().0,
        200,
        "the oldest makes room"
    );
    let mut left = 0;
    for stream in &mut open {
        left += usize::from(timeout(Duration::from_millis(1), stream.read_u8()).await.is_err());
    }
    assert!((1..=64).contains(&left), "{left} are open");
}
