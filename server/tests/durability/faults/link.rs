//! A link to PostgreSQL that fails in the ways of networks: silent, without a reset.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The fate of new connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum New {
    /// Passed on.
    Pass,
    /// Accepted, and no byte is answered.
    Silent,
}

/// A running link; all its connections end with this value.
pub struct Link {
    address: SocketAddr,
    new: Arc<watch::Sender<New>>,
    /// Connections that were made before the newest number are silent.
    silenced: Arc<watch::Sender<u64>>,
    task: JoinHandle<()>,
}

impl Link {
    /// To the server of this database URL.
    pub async fn start(database: &str) -> Self {
        let target = url::Url::parse(database).unwrap();
        let target = (target.host_str().unwrap().to_owned(), target.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let new = Arc::new(watch::Sender::new(New::Pass));
        let silenced = Arc::new(watch::Sender::new(0));
        let (mode, silent) = (new.clone(), silenced.clone());
        let task = tokio::spawn(async move {
            while let Ok((incoming, _)) = listener.accept().await {
                let (target, silent) = (target.clone(), silent.subscribe());
                let mode = *mode.borrow();
                tokio::spawn(async move {
                    match mode {
                        New::Silent => {
                            let _incoming = incoming;
                            std::future::pending::<()>().await;
                        }
                        New::Pass => pass(incoming, target, silent).await,
                    }
                });
            }
        });
        Self {
            address,
            new,
            silenced,
            task,
        }
    }

    /// The database URL with this link in place of the server.
    pub fn url(&self, database: &str) -> String {
        let mut url = url::Url::parse(database).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.to_string()
    }

    /// Existing connections carry no byte any more; none is closed.
    pub fn silence(&self) {
        self.silenced.send_modify(|number| *number += 1);
    }

    /// New connections are treated like this from now on.
    pub fn set_new(&self, new: New) {
        self.new.send_replace(new);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(client: TcpStream, server: (String, u16), silenced: watch::Receiver<u64>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = pump(from_client, to_server, silenced.clone());
    let back = pump(from_server, to_client, silenced);
    // Either end closes both.
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}

/// Copies until an end closes, or waits for ever without a byte once it is silenced.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut silenced: watch::Receiver<u64>) {
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = tokio::select! {
            biased;
            _ = silenced.changed() => return std::future::pending().await,
            read = from.read(&mut bytes) => read,
        };
        match read {
            Ok(count) if count > 0 => {
                if to.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}
