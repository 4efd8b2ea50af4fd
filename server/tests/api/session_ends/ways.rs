//! Peers and streams that do not end by themselves, and the ways in which sessions end.

use std::time::Duration;

use axum::body::Body;
use chrono::TimeDelta;
use futures::StreamExt as _;
use http::{Method, Request, Response, header};
use serde_json::{Value, json};
use server::db::Db;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::peers::hostile::{Peer, Seen, answer, rpc};
use crate::support::statements::run;
use crate::support::{Answer, Engine, PASSWORD, TestApp};

/// Longer than a second, for a busy machine; far shorter than any other limit of an operation.
pub(super) const SOON: Duration = Duration::from_secs(8);

pub(super) fn request(cookie: &str, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "text/event-stream, application/json")
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    request.body(body).unwrap()
}

pub(super) async fn send(app: &TestApp, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    app.send(request(cookie, method, path, body)).await
}

pub(super) async fn sign_in(app: &TestApp) -> String {
    let body = json!({"email": "other@example.com", "password": PASSWORD});
    send(app, "", Method::POST, "/session", Some(body))
        .await
        .expect(200)
        .cookie()
}

/// The id of the session of a cookie.
pub(super) async fn session_of(app: &TestApp, cookie: &str) -> Uuid {
    let sessions = send(app, cookie, Method::GET, "/me/sessions", None)
        .await
        .expect(200)
        .json();
    let items = sessions["items"].as_array().unwrap();
    let current = items.iter().find(|item| item["current"] == true).unwrap();
    current["id"].as_str().unwrap().parse().unwrap()
}

/// The end that the row of a session keeps; `None` for a row that is gone.
pub(super) async fn kept_end(app: &TestApp, session: Uuid) -> Option<Option<String>> {
    const ENDED: &str = "SELECT ended_as FROM sessions WHERE id = $1";
    let row: Option<(Option<String>,)> = match &app.state.base.db {
        Db::Sqlite { reader, .. } => sqlx::query_as(ENDED).bind(session).fetch_optional(reader).await,
        Db::Postgres { pool, .. } => sqlx::query_as(ENDED).bind(session).fetch_optional(pool).await,
    }
    .unwrap();
    row.map(|(ended_as,)| ended_as)
}

/// Models and MCP servers that answer with a beginning, or not at all, and never end.
pub(super) async fn endless() -> Peer {
    Peer::start(|seen: &Seen| match seen.rpc() {
        "tools/call" => answer(
            200,
            "text/event-stream",
            Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>()),
        ),
        "" if seen.message["messages"].is_array() => {
            let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"more \"}}]}\n\n";
            let pieces = futures::stream::once(async move { Ok::<_, std::io::Error>(piece) });
            answer(
                200,
                "text/event-stream",
                Body::from_stream(pieces.chain(futures::stream::pending())),
            )
        }
        _ => seen.decently(),
    })
    .await
}

/// A model that asks for a tool in each answer, and an MCP server; both answer after a moment.
pub(super) async fn tireless() -> Peer {
    let call = json!({"index": 0, "id": "1", "function": {"name": "tools__echo", "arguments": "{}"}});
    let wants = json!({"choices": [{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]});
    let wants = format!("data: {wants}\n\ndata: [DONE]\n\n");
    Peer::start(move |seen: &Seen| {
        let (kind, text) = match seen.rpc() {
            "tools/call" => {
                let result = json!({"content": [{"type": "text", "text": "more"}]});
                ("application/json", rpc(&seen.message["id"], "result", &result))
            }
            "" if seen.message["messages"].is_array() => ("text/event-stream", wants.clone()),
            _ => return seen.decently(),
        };
        let late = futures::stream::once(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok::<_, std::io::Error>(text)
        });
        answer(200, kind, Body::from_stream(late))
    })
    .await
}

/// A binding and an MCP server of that peer, both with a credential.
pub(super) async fn records(app: &TestApp, peer: &Peer) -> (String, String) {
    let key = app.credential("admin", "KEY", "canary-7d1f-key").await;
    let settings = json!({"provider": "openai", "model_id": "m", "base_url": peer.url(), "api_key": key});
    let body = json!({"name": "model", "settings": settings});
    let binding = app.post("admin", "/model-bindings", body).await.expect(201).text("/id");
    let body = json!({"name": "tools", "url": peer.url(), "credential_id": key});
    let server = app.post("admin", "/mcp-servers", body).await.expect(201).text("/id");
    (binding, server)
}

/// Begins a stream, reads its first event, and waits until it is idle.
pub(super) async fn idle_stream(
    app: &TestApp,
    cookie: &str,
    binding: &str,
) -> impl futures::Stream<Item = Result<bytes::Bytes, axum::Error>> + Unpin + use<> {
    let body = json!({"model_binding_id": binding, "inputs": {"prompt": "x"}});
    let mut stream = stream_of(app, cookie, "ai_generate_text", body).await;
    let first = stream.next().await.expect("an event").expect("a body");
    assert!(first.starts_with(b"event: text"), "{first:?}");
    stream
}

/// Begins an action whose answer is a stream.
pub(super) async fn stream_of(
    app: &TestApp,
    cookie: &str,
    action: &str,
    body: Value,
) -> impl futures::Stream<Item = Result<bytes::Bytes, axum::Error>> + Unpin + use<> {
    let request = request(cookie, Method::POST, &format!("/actions/{action}"), Some(body));
    let Ok(response): Result<Response<Body>, _> = app.router.clone().oneshot(request).await;
    assert_eq!(response.status(), 200);
    // The driver of a server polls a body all the time; here a task does.
    let mut body = response.into_body().into_data_stream();
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    tokio::spawn(async move {
        while let Some(piece) = body.next().await {
            if sender.unbounded_send(piece).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The rest of a stream.
pub(super) async fn rest(stream: impl futures::Stream<Item = Result<bytes::Bytes, axum::Error>> + Unpin) -> String {
    let whole = stream
        .map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap())
        .collect::<Vec<_>>();
    tokio::time::timeout(SOON, whole)
        .await
        .expect("the stream is cut")
        .concat()
}

pub(super) async fn user_id(app: &TestApp) -> String {
    app.get("admin", "/users?search=other")
        .await
        .expect(200)
        .text("/items/0/id")
}

/// Ends a session in one of the ways that there are.
pub(super) async fn end(app: &TestApp, how: &str, cookie: &str) {
    if how == "expired" {
        app.wait(TimeDelta::hours(25));
        return;
    }
    let session = session_of(app, cookie).await;
    if how == "on another server" {
        let sql = format!(
            "UPDATE sessions SET ended_at = last_seen_at, ended_as = 'revoked' WHERE {}",
            is(app, session)
        );
        assert_eq!(run(app, &sql).await, 1);
        return;
    }
    match how {
        "signed out" => send(app, cookie, Method::DELETE, "/session", None).await.expect(204),
        "ended in the list" => {
            let there = sign_in(app).await;
            send(app, &there, Method::DELETE, &format!("/me/sessions/{session}"), None)
                .await
                .expect(204)
        }
        "all others ended" => {
            let there = sign_in(app).await;
            send(app, &there, Method::DELETE, "/me/sessions", None)
                .await
                .expect(204)
        }
        "new password" => {
            let there = sign_in(app).await;
            let body = json!({"current_password": PASSWORD, "new_password": "violet lantern on the quay"});
            send(app, &there, Method::PATCH, "/me", Some(body)).await.expect(200)
        }
        "disabled" => {
            let path = format!("/users/{}", user_id(app).await);
            app.patch("admin", &path, json!({"disabled": true})).await.expect(200)
        }
        "deleted" => {
            let path = format!("/users/{}", user_id(app).await);
            app.delete("admin", &path).await.expect(204)
        }
        how => panic!("{how}"),
    };
}

/// A condition for the id of a session, as each engine stores it.
pub(super) fn is(app: &TestApp, session: Uuid) -> String {
    match app.engine {
        Engine::Sqlite => format!("id = x'{}'", session.simple()),
        Engine::Postgres => format!("id = '{session}'"),
    }
}

pub(super) const WAYS: [(&str, &str, &str); 5] = [
    ("signed out", "signed_out", "You signed out"),
    ("ended in the list", "revoked", "You were signed out"),
    ("all others ended", "revoked", "You were signed out"),
    ("on another server", "revoked", "You were signed out"),
    ("new password", "revoked", "You were signed out"),
];
