//! Serves the routes to whoever connects, and keeps no connection for somebody who does not go on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::{ServiceExt as _, service_fn};

/// How much connections may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// How long one may be without a whole head of a request: while the head comes, and between two requests.
    pub head: Duration,
    /// How many there are at a time. Whoever comes then waits.
    pub most: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            // Proxies keep connections for a minute, and must not send into one that ends.
            head: Duration::from_secs(75),
            most: 4096,
        }
    }
}

/// Serves until it is told to stop: accepts nothing more then, and finishes what runs.
pub async fn serve(mut listener: TcpListener, router: Router, limits: Connections, stop: impl Future<Output = ()>) {
    let slots = Arc::new(Semaphore::new(limits.most));
    // Only HTTP/1: to tell the versions apart, the first bytes would be waited for without end.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head);
    // Once here, and not with each request.
    let router = router.with_state(());
    let running = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (slot, stream, peer) = tokio::select! {
            connection = next(&mut listener, &slots) => connection,
            () = &mut stop => break,
        };
        let router = router.clone();
        let service = service_fn(move |mut request: Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = running.watch(connection.into_owned());
        tokio::spawn(async move {
            let _slot = slot;
            if let Err(error) = connection.await {
                tracing::trace!(error = %error, "a connection ended early");
            }
        });
    }
    drop(listener);
    running.shutdown().await;
}

/// The next connection, once there is room for it.
async fn next(
    listener: &mut TcpListener,
    slots: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream, SocketAddr) {
    // Nobody closes the semaphore.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    // Unlike the listener's own, this goes on after an error.
    let (stream, peer) = Listener::accept(listener).await;
    (slot, stream, peer)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;
    use tokio::time::{sleep, timeout};

    use super::*;

    const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    /// Longer than any step of a test takes, even on a busy machine.
    const LONG: Duration = Duration::from_secs(30);
    /// Shorter than any limit of a test that is not to be reached.
    const SHORT: Duration = Duration::from_millis(200);

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        task: JoinHandle<()>,
    }

    async fn start(head: Duration, most: usize) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // No routes: those of the sources are all described and tested as such.
        let router = Router::new().fallback(async |ConnectInfo(peer): ConnectInfo<SocketAddr>, body: String| {
            if body.is_empty() {
                return peer.ip().to_string();
            }
            sleep(SHORT).await;
            body
        });
        let (stop, asked) = oneshot::channel();
        let limits = Connections { head, most };
        let task = tokio::spawn(serve(listener, router, limits, async {
            let _ = asked.await;
        }));
        Running { address, stop, task }
    }

    /// What comes until the answer has this end.
    async fn read_until(stream: &mut TcpStream, end: &str) -> String {
        let mut text = String::new();
        let mut bytes = [0; 1024];
        while !text.ends_with(end) {
            let count = timeout(LONG, stream.read(&mut bytes)).await.unwrap().unwrap();
            assert!(count > 0, "the connection ended after {text}");
            text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
        text
    }

    #[tokio::test]
    async fn a_connection_without_a_whole_head_is_closed() {
        let server = start(SHORT, 10).await;
        for half in [&b""[..], b"GET / HTTP/1.1\r\nho", b"P"] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(half).await.unwrap();
            let mut rest = Vec::new();
            timeout(LONG, stream.read_to_end(&mut rest)).await.unwrap().unwrap();
            assert!(!rest.starts_with(b"HTTP/1.1 200"), "{half:?}");
        }
    }

    #[tokio::test]
    async fn a_connection_is_kept_for_further_requests_and_its_address_is_known() {
        let server = start(LONG, 10).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        for _ in 0..3 {
            stream.write_all(ASK).await.unwrap();
            let answer = read_until(&mut stream, "127.0.0.1").await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
    }

    #[tokio::test]
    async fn an_answer_may_take_longer_than_a_head() {
        let server = start(SHORT / 4, 10).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let ask = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody";
        stream.write_all(ask.as_bytes()).await.unwrap();
        let answer = read_until(&mut stream, "body").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    #[tokio::test]
    async fn whoever_comes_when_all_places_are_taken_waits() {
        let server = start(LONG, 1).await;
        let mut first = TcpStream::connect(server.address).await.unwrap();
        first.write_all(ASK).await.unwrap();
        read_until(&mut first, "127.0.0.1").await;
        let mut second = TcpStream::connect(server.address).await.unwrap();
        second.write_all(ASK).await.unwrap();
        assert!(
            timeout(SHORT, second.read_u8()).await.is_err(),
            "it is not answered yet"
        );
        drop(first);
        let answer = read_until(&mut second, "127.0.0.1").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    #[tokio::test]
    async fn a_stop_finishes_what_runs_and_ends_what_waits() {
        let server = start(LONG, 10).await;
        let mut idle = TcpStream::connect(server.address).await.unwrap();
        idle.write_all(ASK).await.unwrap();
        read_until(&mut idle, "127.0.0.1").await;
        let mut running = TcpStream::connect(server.address).await.unwrap();
        let ask = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
        running.write_all(ask.as_bytes()).await.unwrap();
        read_until(&mut running, "100 Continue\r\n\r\n").await;
        server.stop.send(()).unwrap();
        let mut rest = Vec::new();
        timeout(LONG, idle.read_to_end(&mut rest)).await.unwrap().unwrap();
        assert!(rest.is_empty());
        assert!(
            TcpStream::connect(server.address).await.is_err(),
            "nothing more is accepted"
        );
        running.write_all(b"body").await.unwrap();
        let answer = read_until(&mut running, "body").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        timeout(LONG, server.task).await.unwrap().unwrap();
    }
}
