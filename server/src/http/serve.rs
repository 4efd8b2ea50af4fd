//! Serves the routes on a listener, with limits for each connection.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;
use tower::{ServiceExt as _, service_fn};

use super::connections::{Admission, Connection, Connections, Registry};

/// The largest head of a request.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// The most headers of a request.
const MAX_HEADERS: usize = 100;

/// Serves until it is told to stop: accepts nothing more then, and finishes what runs.
pub async fn serve(mut listener: TcpListener, router: Router, limits: Connections, stop: impl Future<Output = ()>) {
    let registry = Registry::new(limits.clone());
    // Only HTTP/1: to tell the versions apart, the first bytes would be waited for without end.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES);
    // Once here, and not with each request.
    let router = router.with_state(());
    let running = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (connection, stream, peer) = tokio::select! {
            accepted = next(&mut listener, &registry) => accepted,
            () = &mut stop => break,
        };
        let (begun, first_head) = watch::channel(false);
        let (router, place) = (router.clone(), connection.clone());
        let service = service_fn(move |mut request: Request<_>| {
            begun.send_replace(true);
            let answered = place.begin();
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(place.clone());
            let answer = router.clone().oneshot(request);
            async move { Ok::<_, std::convert::Infallible>(answer.await?.map(answered)) }
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.stalled));
        let served = builder.serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service));
        let served = running.watch(served.into_owned());
        let first = limits.first_head;
        tokio::spawn(async move {
            tokio::select! {
                ended = served => {
                    if let Err(error) = ended {
                        tracing::trace!(error = %error, "a connection ended early");
                    }
                }
                () = late(first_head, first) => tracing::trace!("a connection sent no request in time"),
                () = connection.told_to_close() => tracing::trace!("closed an idle connection to make room for another"),
            }
        });
    }
    drop(listener);
    running.shutdown().await;
}

/// Ready if no request has begun in this time.
async fn late(mut begun: watch::Receiver<bool>, time: std::time::Duration) {
    tokio::time::sleep(time).await;
    if *begun.borrow_and_update() {
        std::future::pending::<()>().await;
    }
}

/// The next connection that has a place.
async fn next(listener: &mut TcpListener, registry: &Registry) -> (Connection, TcpStream, SocketAddr) {
    loop {
        // Unlike the listener's own, this goes on after an error, and waits where no descriptor is left.
        let (stream, peer) = Listener::accept(listener).await;
        loop {
            match registry.admit(peer.ip()) {
                Admission::Admitted(connection) => return (connection, stream, peer),
                Admission::Refused => break,
                Admission::Full => registry.room().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        let limits = Connections {
            first_head: head,
            head,
            most,
            ..Connections::default()
        };
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
    async fn a_full_server_closes_an_idle_connection_and_none_with_a_running_request() {
        let server = start(LONG, 1).await;
        let mut first = TcpStream::connect(server.address).await.unwrap();
        first.write_all(ASK).await.unwrap();
        read_until(&mut first, "127.0.0.1").await;
        let mut second = TcpStream::connect(server.address).await.unwrap();
        let ask = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
        second.write_all(ask.as_bytes()).await.unwrap();
        read_until(&mut second, "100 Continue\r\n\r\n").await;
        assert_eq!(
            timeout(LONG, first.read(&mut [0; 8])).await.unwrap().unwrap(),
            0,
            "it was idle"
        );
        let mut third = TcpStream::connect(server.address).await.unwrap();
        third.write_all(ASK).await.unwrap();
        assert!(timeout(SHORT, third.read_u8()).await.is_err(), "the second is busy");
        second.write_all(b"body").await.unwrap();
        let answer = read_until(&mut second, "body").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let answer = read_until(&mut third, "127.0.0.1").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    #[tokio::test]
    async fn heads_are_bounded_in_bytes_and_headers() {
        let server = start(LONG, 10).await;
        let many = "x: a\r\n".repeat(MAX_HEADERS + 1);
        let long = format!("x: {}\r\n", "a".repeat(2 * MAX_HEAD_BYTES));
        for headers in [many, long] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            let ask = format!("GET / HTTP/1.1\r\nhost: a\r\n{headers}\r\n");
            // The server may close before all is written.
            let _ = stream.write_all(ask.as_bytes()).await;
            let mut answer = Vec::new();
            let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap();
            assert!(
                answer.is_empty() || answer.starts_with(b"HTTP/1.1 431 "),
                "{}",
                String::from_utf8_lossy(&answer)
            );
        }
    }

    #[tokio::test]
    async fn a_peer_that_does_not_read_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (dropped, ended) = oneshot::channel::<()>();
        let dropped = std::sync::Arc::new(std::sync::Mutex::new(Some(dropped)));
        // An endless answer that reports its drop.
        let router = Router::new().fallback(move || {
            let held = dropped.lock().unwrap().take();
            let stream = futures::stream::repeat_with(move || {
                let _ = &held;
                Ok::<_, std::io::Error>(vec![b'a'; 64 * 1024])
            });
            async move { axum::body::Body::from_stream(stream) }
        });
        let limits = Connections {
            stalled: SHORT,
            ..Connections::default()
        };
        tokio::spawn(serve(listener, router, limits, std::future::pending()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(ASK).await.unwrap();
        let ended = timeout(LONG, ended).await.expect("the connection is closed");
        assert!(ended.is_err(), "by dropping the answer");
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
