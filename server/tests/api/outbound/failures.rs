//! Servers that fail, and how that is told.

use std::time::Duration;

use axum::body::Body;
use futures::stream;
use serde_json::json;
use server::outbound::{OutboundError, Unreachable};

use super::{CANARY, open, use_all};
use crate::peers::hostile::{Peer, Seen, answer, rpc};
use crate::peers::tls::Untrusted;

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
            let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]));
            answer(200, content_type, Body::from_stream(endless))
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

#[tokio::test]
async fn a_server_that_lists_more_than_anybody_reads_is_stopped_at_once() {
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/list" => {
            let tool = json!({"name": "long", "description": "x".repeat(200_000), "inputSchema": {"type": "object"}});
            seen.result(&json!({"tools": [tool], "nextCursor": "again"}))
        }
        _ => seen.decently(),
    })
    .await;
    let session = open(&peer.url(), None).await.unwrap();
    let error = session.tools().await.unwrap_err();
    assert_eq!(error, OutboundError::TooLarge { limit: 1024 * 1024 });
    let asked = peer.seen().iter().filter(|seen| seen.rpc() == "tools/list").count();
    assert_eq!(asked, 6);
}

#[tokio::test]
async fn what_nobody_looks_at_is_not_kept_of_a_tool() {
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/list" => {
            let tool = json!({"name": "a", "inputSchema": {"type": "object"}, "_meta": {"x": "y".repeat(200_000)}});
            seen.result(&json!({"tools": [tool]}))
        }
        _ => seen.decently(),
    })
    .await;
    let session = open(&peer.url(), None).await.unwrap();
    let tools = session.tools().await.unwrap();
    assert_eq!(
        serde_json::to_value(&tools).unwrap(),
        json!([{"name": "a", "inputSchema": {"type": "object"}}])
    );
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_the_connection() {
    let server = Untrusted::start().await;
    let error = open(&server.url(), Some(CANARY)).await.unwrap_err();
    assert_eq!(error, OutboundError::Unreachable(Unreachable::Tls));
    assert_eq!(server.handshakes(), 0);
}
