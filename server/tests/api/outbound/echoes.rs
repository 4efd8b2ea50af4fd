//! Whatever a server repeats is masked, and no log holds it.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use futures::stream;
use serde_json::json;
use server::outbound::mcp::McpSession;
use server::outbound::{NotMcp, OutboundError, UpstreamText};

use super::{CANARY, assert_clean, call, open, outbound, target, use_all};
use crate::peers::hostile::{Peer, answer, rpc};

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
async fn a_value_of_an_earlier_request_is_masked_for_a_record_without_a_credential() {
    let earlier = Arc::new(Mutex::new(String::new()));
    let peer = Peer::start(move |seen| {
        let mut earlier = earlier.lock().unwrap();
        if seen.echo().contains("7d1f9b") {
            seen.echo().clone_into(&mut earlier);
        }
        match seen.rpc() {
            "tools/call" => seen.result(&json!({"content": [{"type": "text", "text": *earlier}]})),
            _ => seen.decently(),
        }
    })
    .await;
    let outbound = outbound();
    let with = McpSession::open(&outbound, target(&peer.url(), Some(CANARY)))
        .await
        .unwrap();
    call(&with, "echo", json!({})).await.unwrap();
    for value in [None, Some("other-canary-value-of-another-record")] {
        let without = McpSession::open(&outbound, target(&peer.url(), value)).await.unwrap();
        let result = call(&without, "echo", json!({})).await.unwrap();
        assert_clean(&result);
        let shown = serde_json::to_string(&result).unwrap();
        assert!(shown.contains("Bearer [redacted]"), "{shown}");
    }
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
                    sent_as: Some("Authorization: Bearer"),
                    said: UpstreamText::of_scanned(""),
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
