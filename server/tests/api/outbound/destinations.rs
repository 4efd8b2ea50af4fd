//! Where a secret goes, and when.

use std::time::Duration;

use server::outbound::mcp::{McpSession, McpTarget};
use server::outbound::{Outbound, OutboundError, OutboundSettings};

use super::{CANARY, open, outbound, target};
use crate::peers::hostile::{Peer, Seen};

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
    if let McpTarget::Http { url, .. } = &mut elsewhere {
        *url = peer.url().parse().unwrap();
    }
    let error = McpSession::open(&outbound(), elsewhere).await.unwrap_err();
    assert_eq!(error, OutboundError::HostNotAllowed);
    assert!(peer.seen().is_empty());
}
