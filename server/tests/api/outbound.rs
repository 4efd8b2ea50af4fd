//! The outbound client against real servers and hostile ones.

use std::time::Duration;

use app::secret::SecretValue;
use axum::body::Body;
use futures::stream;
use rmcp::model::CallToolResult;
use serde_json::json;
use server::destination::Destination;
use server::outbound::mcp::{McpSession, McpTarget};
use server::outbound::{Bearer, Limits, NotMcp, Outbound, OutboundError, OutboundSettings, Unreachable};

use crate::peers::hostile::{Peer, Seen, answer, rpc};
use crate::peers::real::RealServer;

/// A marked canary; the part after the hyphen is looked for in everything that comes back.
const CANARY: &str = "canary-7d1f9b\"/é";

fn outbound() -> Outbound {
    Outbound::new(&OutboundSettings {
        private_networks: true,
        limits: Limits {
            connect: Duration::from_secs(2),
            list: Duration::from_secs(3),
            call: Duration::from_secs(3),
            answer_bytes: 256 * 1024,
            failure_bytes: 4 * 1024,
        },
    })
    .unwrap()
}

fn target(url: &str, value: Option<&str>) -> McpTarget {
    let (url, destination) = Destination::parse(url).unwrap();
    let bearer = value.map(|value| Bearer::new(&SecretValue::new(value.to_owned()), destination).unwrap());
    McpTarget { url, bearer }
}

async fn open(url: &str, value: Option<&str>) -> Result<McpSession, OutboundError> {
    McpSession::open(&outbound(), target(url, value)).await
}

async fn call(session: &McpSession, tool: &str, arguments: serde_json::Value) -> Result<CallToolResult, OutboundError> {
    session.call(tool.to_owned(), arguments.as_object().cloned()).await
}

/// Fails where anything that was read or said holds the canary.
#[track_caller]
fn assert_clean(shown: &impl std::fmt::Debug) {
    let shown = format!("{shown:?}");
    assert!(!shown.contains("7d1f9b"), "the canary is in {shown}");
}

/// Opens, lists and calls; gives the first failure.
async fn use_all(url: &str, value: Option<&str>) -> Result<CallToolResult, OutboundError> {
    let session = open(url, value).await?;
    session.tools().await?;
    let result = call(&session, "echo", json!({})).await;
    session.close().await;
    result
}

#[tokio::test]
async fn the_reference_server_lists_its_tools_and_answers_a_call() {
    let server = RealServer::everything().await;
    let session = open(&server.url, None).await.unwrap();
    let tools = session.tools().await.unwrap();
    assert!(tools.iter().any(|tool| tool.name == "echo"), "{tools:?}");
    let version = session.protocol_version().unwrap();
    assert!(version.as_str() >= "2025-06-18", "{version}");
    let (name, _) = session.server().unwrap();
    assert!(name.contains("everything"), "{name}");
    let result = call(&session, "echo", json!({"message": "hello there"})).await.unwrap();
    assert!(serde_json::to_string(&result).unwrap().contains("hello there"));
    session.close().await;
}

#[tokio::test]
async fn the_reference_server_takes_a_credential_that_it_does_not_ask_for() {
    let server = RealServer::everything().await;
    let session = open(&server.url, Some(CANARY)).await.unwrap();
    // Its echo repeats what it is told: also when that is the secret.
    let result = call(&session, "echo", json!({"message": format!("it is {CANARY}")}))
        .await
        .unwrap();
    assert_clean(&result);
    assert!(serde_json::to_string(&result).unwrap().contains("it is [redacted]"));
    session.close().await;
}

#[tokio::test]
async fn a_server_that_checks_tokens_accepts_the_right_one_only() {
    let server = RealServer::aimock("canary-right-key").await;
    let session = open(&server.url, Some("canary-right-key")).await.unwrap();
    let tools = session.tools().await.unwrap();
    assert_eq!(tools.len(), 1);
    assert_eq!(session.server(), Some(("checked".to_owned(), "1.2.3".to_owned())));
    let result = call(&session, "find_customer", json!({"query": "Ada"})).await.unwrap();
    assert!(serde_json::to_string(&result).unwrap().contains("Found one."));
    session.close().await;

    let refused = |with_credential| OutboundError::Refused {
        status: 401,
        with_credential,
    };
    assert_eq!(
        open(&server.url, Some("canary-wrong-key")).await.unwrap_err(),
        refused(true)
    );
    assert_eq!(open(&server.url, None).await.unwrap_err(), refused(false));
}

#[tokio::test]
async fn a_server_that_restarted_is_met_with_a_new_session() {
    let peer = Peer::start({
        let sessions = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        move |seen: &Seen| {
            use std::sync::atomic::Ordering;
            if seen.rpc() == "initialize" {
                let number = sessions.fetch_add(1, Ordering::SeqCst) + 1;
                let mut response = seen.decently();
                response
                    .headers_mut()
                    .insert("mcp-session-id", number.to_string().parse().unwrap());
                return response;
            }
            let id = seen.headers.get("mcp-session-id").and_then(|id| id.to_str().ok());
            if seen.rpc() == "tools/list" && id == Some("1") {
                // What many servers answer instead of 404.
                let error = json!({"code": -32000, "message": "Bad Request: No valid session ID provided"});
                return answer(400, "application/json", rpc(&json!(null), "error", &error));
            }
            seen.decently()
        }
    })
    .await;
    let session = open(&peer.url(), Some(CANARY)).await.unwrap();
    assert_eq!(session.tools().await.unwrap().len(), 1);
    session.close().await;
}

#[tokio::test]
async fn every_request_carries_the_header_and_none_is_sent_after_the_operation() {
    let peer = Peer::start(|seen| {
        let mut response = seen.decently();
        if seen.rpc() == "initialize" {
            response.headers_mut().insert("mcp-session-id", "one".parse().unwrap());
        }
        response
    })
    .await;
    let session = open(&peer.url(), Some("canary-7d1f9b")).await.unwrap();
    session.tools().await.unwrap();
    let before = peer.seen();
    assert!(
        before
            .iter()
            .all(|seen| seen.authorization.as_deref() == Some("Bearer canary-7d1f9b"))
    );
    // Dropped without an operation: rmcp wants to end the session, but nothing may carry the secret now.
    drop(session);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(peer.seen().len(), before.len());
}

#[tokio::test]
async fn an_echo_in_a_result_is_masked() {
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/list" => seen.result(&json!({"tools": [{
            "name": "echo",
            "description": format!("You sent {}", seen.echo()),
            "inputSchema": {"type": "object", "default": seen.echo()},
        }]})),
        "tools/call" => seen.result(&json!({
            "content": [{"type": "text", "text": seen.echo()}],
            "structuredContent": {seen.echo(): [seen.echo()]},
        })),
        _ => seen.decently(),
    })
    .await;
    let session = open(&peer.url(), Some(CANARY)).await.unwrap();
    let tools = session.tools().await.unwrap();
    assert_clean(&tools);
    let result = call(&session, "echo", json!({})).await.unwrap();
    assert_clean(&result);
    assert!(serde_json::to_string(&result).unwrap().contains("Bearer [redacted]"));
}

#[tokio::test]
async fn an_echo_with_odd_escapes_is_masked() {
    let peer = Peer::start(|seen| {
        if seen.rpc() != "tools/call" {
            return seen.decently();
        }
        let text: String = seen.echo().encode_utf16().fold(String::new(), |mut text, unit| {
            use std::fmt::Write as _;
            write!(text, "\\u{unit:04x}").unwrap();
            text
        });
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":{},"result":{{"content":[{{"type":"text","text":"{text}"}}]}}}}"#,
            seen.message["id"]
        );
        answer(200, "application/json", body)
    })
    .await;
    let result = use_all(&peer.url(), Some(CANARY)).await.unwrap();
    assert_clean(&result);
    assert!(serde_json::to_string(&result).unwrap().contains("[redacted]"));
}

#[tokio::test]
async fn an_echo_in_an_error_is_masked() {
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/list" => seen.error(&format!("bad token {}", seen.echo())),
        _ => seen.decently(),
    })
    .await;
    let error = use_all(&peer.url(), Some(CANARY)).await.unwrap_err();
    assert_clean(&error);
    assert!(error.to_string().contains("bad token Bearer [redacted]"), "{error}");
}

#[tokio::test]
async fn an_echo_in_a_stream_is_masked_wherever_the_chunks_are_cut() {
    for size in [1, 3, 7, 64] {
        let peer = Peer::start(move |seen| {
            if seen.rpc() != "tools/call" {
                return seen.decently();
            }
            let result = json!({"content": [{"type": "text", "text": format!("a {} z", seen.echo())}]});
            let event = format!(
                "id: {}\nevent: message\ndata: {}\n\n",
                seen.echo(),
                rpc(&seen.message["id"], "result", &result)
            );
            let chunks: Vec<_> = event
                .as_bytes()
                .chunks(size)
                .map(<[u8]>::to_vec)
                .map(Ok::<_, std::io::Error>)
                .collect();
            answer(200, "text/event-stream", Body::from_stream(stream::iter(chunks)))
        })
        .await;
        let result = use_all(&peer.url(), Some(CANARY)).await.unwrap();
        assert_clean(&result);
        assert!(
            serde_json::to_string(&result)
                .unwrap()
                .contains("a Bearer [redacted] z"),
            "{size}: {result:?}"
        );
    }
}

#[tokio::test]
async fn an_echo_in_every_part_of_a_failure_is_masked() {
    for status in [400, 401, 403, 404, 418, 429, 500, 503] {
        for content_type in ["application/json", "text/html", "text/event-stream"] {
            let peer = Peer::start(move |seen| {
                let mut response = answer(status, content_type, format!("<p>{}</p>", seen.echo()));
                let header: http::HeaderValue = seen.echo().replace(['"', 'é'], "").parse().unwrap();
                for name in ["www-authenticate", "mcp-session-id", "location", "retry-after"] {
                    response.headers_mut().insert(name, header.clone());
                }
                response
            })
            .await;
            let error = open(&peer.url(), Some(CANARY)).await.unwrap_err();
            assert_clean(&error);
            let expected = match status {
                401 | 403 => OutboundError::Refused {
                    status,
                    with_credential: true,
                },
                404 => OutboundError::NotMcp(NotMcp::Path),
                _ => OutboundError::Upstream { status },
            };
            assert_eq!(error, expected, "{status} {content_type}");
        }
    }
}

#[tokio::test]
async fn a_session_id_that_is_the_secret_is_not_taken() {
    let peer = Peer::start(|seen| {
        let mut response = seen.decently();
        response
            .headers_mut()
            .insert("mcp-session-id", "canary-7d1f9b".parse().unwrap());
        response
    })
    .await;
    use_all(&peer.url(), Some("canary-7d1f9b")).await.unwrap();
    assert!(
        peer.seen()
            .iter()
            .all(|seen| !seen.headers.contains_key("mcp-session-id"))
    );
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Peer::start(Seen::decently).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("{}?q=1#x", elsewhere.url());
        let peer = Peer::start(move |_| {
            let mut response = answer(status, "text/plain", String::new());
            response.headers_mut().insert("location", to.parse().unwrap());
            response
        })
        .await;
        let error = open(&peer.url(), Some(CANARY)).await.unwrap_err();
        assert_eq!(
            error,
            OutboundError::Redirected {
                status,
                to: Some(elsewhere.url())
            }
        );
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    for content_type in ["application/json", "text/event-stream"] {
        let peer = Peer::start(move |seen| {
            if seen.rpc() != "tools/list" {
                return seen.decently();
            }
            let chunk = Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]);
            answer(
                200,
                content_type,
                Body::from_stream(stream::repeat_with(move || {
                    Ok::<_, std::io::Error>(chunk.as_ref().unwrap().clone())
                })),
            )
        })
        .await;
        let error = use_all(&peer.url(), Some(CANARY)).await.unwrap_err();
        assert_eq!(error, OutboundError::TooLarge { limit: 256 * 1024 }, "{content_type}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_times_out() {
    let peer = Peer::start(|seen| {
        if seen.rpc() != "tools/list" {
            return seen.decently();
        }
        answer(
            200,
            "text/event-stream",
            Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>()),
        )
    })
    .await;
    let error = use_all(&peer.url(), Some(CANARY)).await.unwrap_err();
    assert_eq!(error, OutboundError::TimedOut(Duration::from_secs(3)));
}

#[tokio::test]
async fn what_is_not_mcp_is_called_so() {
    for (status, content_type, body) in [
        (200, "text/html", "<!doctype html><title>Welcome</title>"),
        (200, "application/json", r#"{"hello": "world"}"#),
        (200, "application/json", "{"),
        (200, "text/event-stream", "data: hello\n\n"),
        (200, "text/event-stream", ""),
        (404, "text/html", "nothing here"),
        (405, "text/html", "no"),
    ] {
        let peer = Peer::start(move |_| answer(status, content_type, body)).await;
        let error = open(&peer.url(), Some(CANARY)).await.unwrap_err();
        assert!(
            matches!(error, OutboundError::NotMcp(_)),
            "{content_type} {body}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let gone = {
        let peer = Peer::start(Seen::decently).await;
        peer.url()
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(
        open(&gone, Some(CANARY)).await.unwrap_err(),
        OutboundError::Unreachable(Unreachable::Closed)
    );
    // A label this long is no name, so that no resolver has to be asked.
    let unknown = format!("http://{}.invalid/mcp", "a".repeat(64));
    let error = open(&unknown, Some(CANARY)).await.unwrap_err();
    assert_eq!(error, OutboundError::Unreachable(Unreachable::UnknownHost));
    // Plain HTTP where TLS is expected.
    let peer = Peer::start(Seen::decently).await;
    let error = open(&peer.url().replace("http:", "https:"), Some(CANARY))
        .await
        .unwrap_err();
    assert_eq!(error, OutboundError::Unreachable(Unreachable::Tls));
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn closed_networks_stay_closed_by_address_and_by_name() {
    let peer = Peer::start(Seen::decently).await;
    let closed = Outbound::new(&OutboundSettings {
        private_networks: false,
        ..OutboundSettings::default()
    })
    .unwrap();
    let port = peer.url().rsplit_once(':').unwrap().1.to_owned();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "localhost",
    ] {
        let error = McpSession::open(&closed, target(&format!("http://{host}:{port}"), Some(CANARY)))
            .await
            .unwrap_err();
        assert_eq!(error, OutboundError::PrivateRefused, "{host}");
    }
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn a_header_goes_nowhere_but_to_the_destination_it_was_resolved_for() {
    let peer = Peer::start(Seen::decently).await;
    let mut elsewhere = target("http://127.0.0.1:1/mcp", Some(CANARY));
    elsewhere.url = peer.url().parse().unwrap();
    let error = McpSession::open(&outbound(), elsewhere).await.unwrap_err();
    assert_eq!(error, OutboundError::HostNotAllowed);
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn a_server_that_never_stops_listing_is_stopped() {
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/list" => seen.result(&json!({"tools": [], "nextCursor": "again"})),
        _ => seen.decently(),
    })
    .await;
    let session = open(&peer.url(), None).await.unwrap();
    assert!(session.tools().await.unwrap().is_empty());
    assert!(peer.seen().len() < 60);
}

/// Collects log lines in memory.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_line_of_any_library_holds_the_secret_even_at_trace_level() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let peer = Peer::start(|seen| {
        let mut response = match seen.rpc() {
            "tools/list" => seen.error(seen.echo()),
            "tools/call" => answer(500, "text/plain", seen.echo().to_owned()),
            "" => answer(400, "text/plain", seen.echo().to_owned()),
            _ => seen.decently(),
        };
        for name in ["www-authenticate", "mcp-session-id", "x-echo"] {
            response.headers_mut().insert(name, seen.echo().parse().unwrap());
        }
        response
    })
    .await;
    let session = open(&peer.url(), Some("canary-7d1f9b")).await.unwrap();
    assert_clean(&session.tools().await.unwrap_err());
    assert_clean(&call(&session, "echo", json!({})).await.unwrap_err());
    session.close().await;
    drop(guard);
    let lines = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(lines.contains("rmcp"), "the log was not caught");
    for line in lines.lines() {
        // The request that the peer itself received is its own business.
        assert!(!line.contains("7d1f9b") && !line.contains("Y2FuYXJ5"), "{line}");
    }
}
