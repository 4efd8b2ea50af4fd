//! The pool of MCP sessions.

use std::sync::Arc;

use contract::accounts::UserId;
use contract::credentials::CredentialId;
use contract::mcp_servers::McpServerId;
use contract::secret::SecretValue;
use serde_json::json;
use server::destination::Destination;
use server::mcp_servers::{SessionKey, SessionPool};
use server::outbound::mcp::{McpSession, McpTarget};
use server::outbound::{Bearer, Outbound, OutboundError, OutboundSettings};

use crate::peers::hostile::{Peer, Seen, answer};

fn pool() -> SessionPool {
    SessionPool::new(Outbound::new(&OutboundSettings::default()).unwrap())
}

fn key(revision: i64, version: i64) -> SessionKey {
    SessionKey {
        user: Some(UserId(uuid::Uuid::from_u128(9))),
        session: Some(uuid::Uuid::from_u128(7)),
        server: McpServerId(uuid::Uuid::from_u128(1)),
        revision,
        credential: Some((CredentialId(uuid::Uuid::from_u128(2)), version)),
    }
}

fn target(peer: &Peer, value: &str) -> McpTarget {
    let (url, destination) = Destination::parse(&peer.url()).unwrap();
    let bearer = Bearer::new(&SecretValue::new(value.to_owned()), destination).unwrap();
    McpTarget::Http {
        url,
        bearer: Some(bearer),
    }
}

async fn count_tools(pool: &SessionPool, key: SessionKey, target: McpTarget) -> Result<usize, OutboundError> {
    pool.run(key, target, std::future::pending(), async |session: Arc<McpSession>| {
        Ok(session.tools().await?.len())
    })
    .await
}

fn initializations(peer: &Peer) -> usize {
    peer.seen().iter().filter(|seen| seen.rpc() == "initialize").count()
}

#[tokio::test]
async fn a_session_is_used_again_until_the_value_or_the_server_changes() {
    let peer = Peer::start(Seen::decently).await;
    let pool = pool();
    for _ in 0..3 {
        count_tools(&pool, key(1, 1), target(&peer, "canary-first"))
            .await
            .unwrap();
    }
    assert_eq!(initializations(&peer), 1);

    let before = peer.seen().len();
    count_tools(&pool, key(1, 2), target(&peer, "canary-second"))
        .await
        .unwrap();
    assert_eq!(initializations(&peer), 2);
    assert!(
        peer.seen()[before..]
            .iter()
            .all(|seen| seen.echo() == "Bearer canary-second")
    );
    // The session with the earlier value is gone at once, not kept until it is idle.
    assert_eq!(pool.open_sessions(), 1);

    count_tools(&pool, key(2, 2), target(&peer, "canary-second"))
        .await
        .unwrap();
    assert_eq!(initializations(&peer), 3);
    assert_eq!(pool.open_sessions(), 1);
}

#[tokio::test]
async fn a_session_that_the_server_forgot_is_opened_again_once() {
    let peer = Peer::start({
        let lists = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        move |seen: &Seen| match seen.rpc() {
            // The second list is the first in a kept session.
            "tools/list" if lists.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 => {
                answer(410, "text/plain", "gone")
            }
            _ => seen.decently(),
        }
    })
    .await;
    let pool = pool();
    for _ in 0..2 {
        assert_eq!(
            count_tools(&pool, key(1, 1), target(&peer, "canary-value")).await,
            Ok(1)
        );
    }
    assert_eq!(initializations(&peer), 2);
}

#[tokio::test]
async fn a_call_whose_answer_broke_off_is_not_repeated() {
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/call" => answer(200, "text/event-stream", "event: message\n"),
        _ => seen.decently(),
    })
    .await;
    let pool = pool();
    count_tools(&pool, key(1, 1), target(&peer, "canary-value"))
        .await
        .unwrap();
    let outcome = pool
        .run(
            key(1, 1),
            target(&peer, "canary-value"),
            std::future::pending(),
            async |session: Arc<McpSession>| session.call("echo".to_owned(), json!({}).as_object().cloned()).await,
        )
        .await;
    assert!(matches!(outcome, Err(OutboundError::Unreachable(_))), "{outcome:?}");
    assert_eq!(peer.seen().iter().filter(|seen| seen.rpc() == "tools/call").count(), 1);
    assert_eq!(pool.open_sessions(), 0);
}

#[tokio::test]
async fn a_session_belongs_to_one_user_and_ends_when_that_user_may_not_use_it_any_more() {
    let peer = Peer::start(Seen::decently).await;
    let pool = pool();
    let of = |user| SessionKey {
        user: Some(UserId(uuid::Uuid::from_u128(user))),
        ..key(1, 1)
    };
    let end = Arc::new(tokio::sync::Notify::new());
    let list = async |key, revoked: bool| {
        let end = end.clone();
        let revoked = async move {
            if revoked {
                end.notified().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        let tools = async |session: Arc<McpSession>| session.tools().await;
        pool.run(key, target(&peer, "canary-value"), revoked, tools)
            .await
            .unwrap();
    };
    for _ in 0..2 {
        list(of(1), true).await;
        list(of(2), false).await;
    }
    assert_eq!((initializations(&peer), pool.open_sessions()), (2, 2));
    end.notify_waiters();
    for _ in 0..100 {
        if pool.open_sessions() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(pool.open_sessions(), 1);
    list(of(2), false).await;
    assert_eq!(initializations(&peer), 2, "the other user's session stays");
    list(of(1), true).await;
    assert_eq!(initializations(&peer), 3);
    // A rotation ends the sessions of all users.
    list(
        SessionKey {
            credential: key(1, 2).credential,
            ..of(1)
        },
        true,
    )
    .await;
    assert_eq!(pool.open_sessions(), 1);
}

#[tokio::test]
async fn an_mcp_session_ends_with_its_session_and_those_of_the_users_other_sessions_stay() {
    let peer = Peer::start(Seen::decently).await;
    let pool = pool();
    let of = |session| SessionKey {
        session: Some(uuid::Uuid::from_u128(session)),
        ..key(1, 1)
    };
    let list = async |session| count_tools(&pool, of(session), target(&peer, "canary-value")).await;
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let revoked = async move {
        let _ = ended.await;
    };
    let tools = async |session: Arc<McpSession>| session.tools().await;
    pool.run(of(1), target(&peer, "canary-value"), revoked, tools)
        .await
        .unwrap();
    for session in [2, 1, 2] {
        assert_eq!(list(session).await, Ok(1));
    }
    assert_eq!((initializations(&peer), pool.open_sessions()), (2, 2));
    end.send(()).unwrap();
    for _ in 0..100 {
        if pool.open_sessions() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(list(2).await, Ok(1));
    assert_eq!((initializations(&peer), pool.open_sessions()), (2, 1));
}

#[tokio::test]
async fn one_user_keeps_a_bounded_number_of_sessions_and_takes_none_from_others() {
    let peer = Peer::start(Seen::decently).await;
    let pool = pool();
    let of = |user, server| SessionKey {
        user: Some(UserId(uuid::Uuid::from_u128(user))),
        server: McpServerId(uuid::Uuid::from_u128(server)),
        ..key(1, 1)
    };
    count_tools(&pool, of(1, 1), target(&peer, "canary-value"))
        .await
        .unwrap();
    for server in 1..=20 {
        count_tools(&pool, of(2, server), target(&peer, "canary-value"))
            .await
            .unwrap();
    }
    assert_eq!(pool.open_sessions(), 17);
    let before = initializations(&peer);
    count_tools(&pool, of(1, 1), target(&peer, "canary-value"))
        .await
        .unwrap();
    count_tools(&pool, of(2, 20), target(&peer, "canary-value"))
        .await
        .unwrap();
    assert_eq!(initializations(&peer), before);
    count_tools(&pool, of(2, 1), target(&peer, "canary-value"))
        .await
        .unwrap();
    assert_eq!(initializations(&peer), before + 1, "the oldest was closed");
}
