//! Against real servers.

use serde_json::json;
use server::outbound::OutboundError;

use super::{CANARY, assert_clean, call, open};
use crate::peers::real::RealServer;

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

    for (value, header) in [(Some("canary-wrong-key"), Some("Authorization: Bearer")), (None, None)] {
        let error = open(&server.url, value).await.unwrap_err();
        assert!(
            matches!(error, OutboundError::Refused { status: 401, sent_as, .. } if sent_as == header),
            "{error:?}"
        );
    }
}
