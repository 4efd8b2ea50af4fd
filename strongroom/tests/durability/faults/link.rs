//! A link to PostgreSQL that fails in the ways of networks: silent, closed at once, the answer of a COMMIT lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    /// Accepted and closed.
    Close,
}

/// A running link; all its connections end with this value.
pub struct Link {
    address: SocketAddr,
    new: Arc<watch::Sender<New>>,
    /// Connections that were made before the newest number are silent.
    silenced: Arc<watch::Sender<u64>>,
    lose_commit: Arc<AtomicBool>,
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
        let lose_commit = Arc::new(AtomicBool::new(false));
        let (mode, silent, lose) = (new.clone(), silenced.clone(), lose_commit.clone());
        let task = tokio::spawn(async move {
            while let Ok((incoming, _)) = listener.accept().await {
                let (target, lose, silent) = (target.clone(), lose.clone(), silent.subscribe());
                let mode = *mode.borrow();
                tokio::spawn(async move {
                    match mode {
                        New::Close => drop(incoming),
                        New::Silent => {
                            let _incoming = incoming;
                            std::future::pending::<()>().await;
                        }
                        New::Pass => pass(incoming, target, silent, lose).await,
                    }
                });
            }
        });
        Self {
            address,
            new,
            silenced,
            lose_commit,
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

    /// The next COMMIT reaches the server, and its answer is lost with the connection.
    pub fn lose_next_commit(&self) {
        self.lose_commit.store(true, Ordering::SeqCst);
    }

    /// `true` if a COMMIT was lost since.
    pub fn has_lost_it(&self) -> bool {
        !self.lose_commit.load(Ordering::SeqCst)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(client: TcpStream, server: (String, u16), silenced: watch::Receiver<u64>, lose: Arc<AtomicBool>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let swallowed = Arc::new(AtomicBool::new(false));
    let there = pump(from_client, to_server, silenced.clone(), |bytes| {
        let commits = bytes.windows(7).any(|window| window == b"COMMIT\0");
        if commits && lose.swap(false, Ordering::SeqCst) {
            swallowed.store(true, Ordering::SeqCst);
        }
        true
    });
    let back = pump(from_server, to_client, silenced, |_| !swallowed.load(Ordering::SeqCst));
    // Either end closes both.
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}

/// Copies until an end closes, until `allow` refuses a piece, or for ever without a byte once it is silenced.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut silenced: watch::Receiver<u64>,
    allow: impl Fn(&[u8]) -> bool,
) {
    let mut bytes = vec![0; 1 << 16];
    loop {
        let read = tokio::select! {
            biased;
            _ = silenced.changed() => return std::future::pending().await,
            read = from.read(&mut bytes) => read,
        };
        match read {
            Ok(count) if count > 0 && allow(&bytes[..count]) => {
                if to.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}
