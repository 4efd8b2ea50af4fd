//! How sessions end, and what ends with them: uses, streams, tests and calls of tools.

use std::time::Duration;

use axum::body::Body;
use chrono::TimeDelta;
use contract::accounts::{Role, UserId};
use contract::credentials::{CredentialId, ReferrerKind};
use futures::StreamExt as _;
use http::{Method, Request, Response, header};
use serde_json::{Value, json};
use server::credentials::{Referrer, ResolveError, UseRequest};
use server::db::Db;
use server::destination::Destination;
use server::http::{Principal, SessionEnd};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer, rpc};
use crate::support::statements::run;
use crate::support::{Answer, Engine, PASSWORD, TestApp};

/// Longer than a second, for a busy machine; far shorter than any other limit of an operation.
const SOON: Duration = Duration::from_secs(8);

fn request(cookie: &str, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
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

async fn send(app: &TestApp, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    app.send(request(cookie, method, path, body)).await
}

async fn sign_in(app: &TestApp) -> String {
    let body = json!({"email": "other@example.com", "password": PASSWORD});
    send(app, "", Method::POST, "/session", Some(body))
        .await
        .expect(200)
        .cookie()
}

/// The id of the session of a cookie.
async fn session_of(app: &TestApp, cookie: &str) -> Uuid {
    let sessions = send(app, cookie, Method::GET, "/me/sessions", None)
        .await
        .expect(200)
        .json();
    let items = sessions["items"].as_array().unwrap();
    let current = items.iter().find(|item| item["current"] == true).unwrap();
    current["id"].as_str().unwrap().parse().unwrap()
}

/// The end that the row of a session keeps; `None` for a row that is gone.
async fn kept_end(app: &TestApp, session: Uuid) -> Option<Option<String>> {
    const ENDED: &str = "SELECT ended_as FROM sessions WHERE id = $1";
    let row: Option<(Option<String>,)> = match &app.state.base.db {
        Db::Sqlite { reader, .. } => sqlx::query_as(ENDED).bind(session).fetch_optional(reader).await,
        Db::Postgres { pool, .. } => sqlx::query_as(ENDED).bind(session).fetch_optional(pool).await,
    }
    .unwrap();
    row.map(|(ended_as,)| ended_as)
}

/// Models and MCP servers that answer with a beginning, or not at all, and never end.
async fn endless() -> Peer {
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
async fn tireless() -> Peer {
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
async fn records(app: &TestApp, peer: &Peer) -> (String, String) {
    let key = app.credential("admin", "KEY", "canary-7d1f-key").await;
    let settings = json!({"provider": "openai", "model_id": "m", "base_url": peer.url(), "api_key": key});
    let body = json!({"name": "model", "settings": settings});
    let binding = app.post("admin", "/model-bindings", body).await.expect(201).text("/id");
    let body = json!({"name": "tools", "url": peer.url(), "credential_id": key});
    let server = app.post("admin", "/mcp-servers", body).await.expect(201).text("/id");
    (binding, server)
}

/// Begins a stream, reads its first event, and waits until it is idle.
async fn idle_stream(
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
async fn stream_of(
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
async fn rest(stream: impl futures::Stream<Item = Result<bytes::Bytes, axum::Error>> + Unpin) -> String {
    let whole = stream
        .map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap())
        .collect::<Vec<_>>();
    tokio::time::timeout(SOON, whole)
        .await
        .expect("the stream is cut")
        .concat()
}

async fn user_id(app: &TestApp) -> String {
    app.get("admin", "/users?search=other")
        .await
        .expect(200)
        .text("/items/0/id")
}

/// Ends a session in one of the ways that there are.
async fn end(app: &TestApp, how: &str, cookie: &str) {
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
fn is(app: &TestApp, session: Uuid) -> String {
    match app.engine {
        Engine::Sqlite => format!("id = x'{}'", session.simple()),
        Engine::Postgres => format!("id = '{session}'"),
    }
}

const WAYS: [(&str, &str, &str); 5] = [
    ("signed out", "signed_out", "You signed out"),
    ("ended in the list", "revoked", "You were signed out"),
    ("all others ended", "revoked", "You were signed out"),
    ("on another server", "revoked", "You were signed out"),
    ("new password", "revoked", "You were signed out"),
];

both_engines! {
    async fn sessions_of_one_user_share_no_mcp_session(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let (_, server) = records(&app, &peer).await;
        let (first, second) = (sign_in(&app).await, sign_in(&app).await);
        let tools = format!("/mcp-servers/{server}/tools");
        let opened = || peer.seen().iter().filter(|seen| seen.rpc() == "initialize").count();
        for cookie in [&first, &second, &first, &second] {
            send(&app, cookie, Method::GET, &tools, None).await.expect(200);
        }
        assert_eq!(opened(), 2);
        send(&app, &first, Method::DELETE, "/session", None).await.expect(204);
        send(&app, &second, Method::GET, &tools, None).await.expect(200);
        assert_eq!(opened(), 2, "the other session keeps its own");
    }

    async fn an_idle_stream_ends_with_its_session_and_says_so(app: TestApp) {
        let peer = endless().await;
        let (binding, _) = records(&app, &peer).await;
        for (how, ended_as, words) in WAYS {
            let cookie = sign_in(&app).await;
            let session = session_of(&app, &cookie).await;
            let stream = idle_stream(&app, &cookie, &binding).await;
            end(&app, how, &cookie).await;
            let rest = rest(stream).await;
            assert!(rest.contains("event: error") && rest.contains("problem:session-ended"), "{how}: {rest}");
            assert!(rest.contains(words), "{how}: {rest}");
            assert_eq!(kept_end(&app, session).await.unwrap().as_deref(), Some(ended_as), "{how}");
            send(&app, &cookie, Method::GET, "/me", None).await.problem(401, "unauthorized");
        }
    }

    async fn an_idle_stream_ends_with_its_account_its_permission_and_the_age_of_its_session(app: TestApp) {
        let peer = endless().await;
        let (binding, _) = records(&app, &peer).await;
        let path = format!("/users/{}", user_id(&app).await);
        let cookie = sign_in(&app).await;
        let stream = idle_stream(&app, &cookie, &binding).await;
        app.patch("admin", &path, json!({"role": "viewer"})).await.expect(200);
        let text = rest(stream).await;
        assert!(text.contains("event: error") && text.contains("problem:forbidden"), "{text}");
        app.patch("admin", &path, json!({"role": "manager"})).await.expect(200);
        for how in ["expired", "disabled", "deleted"] {
            let cookie = sign_in(&app).await;
            let stream = idle_stream(&app, &cookie, &binding).await;
            end(&app, how, &cookie).await;
            let text = rest(stream).await;
            assert!(text.contains("event: error") && text.contains("problem:session-ended"), "{how}: {text}");
            app.forget_cookies();
            if how == "disabled" {
                app.patch("admin", &path, json!({"disabled": false})).await.expect(200);
            }
        }
    }

    async fn an_agent_at_work_sends_no_further_request_after_the_end_of_its_session(app: TestApp) {
        let peer = tireless().await;
        let (binding, server) = records(&app, &peer).await;
        for how in ["signed out", "on another server"] {
            let cookie = sign_in(&app).await;
            let before = peer.seen().len();
            let body = json!({
                "model_binding_id": binding, "inputs": {"prompt": "x"}, "mcp": [{"server_id": server}],
                "settings": {"stop_step_count": 50},
            });
            let stream = stream_of(&app, &cookie, "ai_agent", body).await;
            while peer.seen().len() < before + 12 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            end(&app, how, &cookie).await;
            let at_the_end = peer.seen().len();
            let rest = rest(stream).await;
            assert!(rest.contains("event: error") && rest.contains("problem:session-ended"), "{how}: {rest}");
            tokio::time::sleep(Duration::from_secs(2)).await;
            // One request may have been recorded before, and on its way.
            let further = peer.seen().len() - at_the_end;
            assert!(further <= 1, "{how}: {further} further requests");
        }
    }

    async fn tests_lists_and_calls_end_with_the_session_that_began_them(app: TestApp) {
        let peer = endless().await;
        let (binding, server) = records(&app, &peer).await;
        let silent = Peer::start(|_| answer(200, "text/event-stream", Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>()))).await;
        let body = json!({"name": "silent", "url": silent.url()});
        let other = app.post("admin", "/mcp-servers", body).await.expect(201).text("/id");
        for (method, path, body) in [
            (Method::POST, format!("/mcp-servers/{server}/tools/echo/call"), json!({"arguments": {}})),
            (Method::POST, format!("/model-bindings/{binding}/test"), json!({})),
            (Method::POST, "/actions/ai_agent".to_owned(), json!({"model_binding_id": binding, "inputs": {"prompt": "x"}, "mcp": [{"server_id": other}]})),
            (Method::POST, format!("/mcp-servers/{other}/test"), json!({})),
            (Method::GET, format!("/mcp-servers/{other}/tools"), Value::Null),
        ] {
            let cookie = sign_in(&app).await;
            let before = peer.seen().len() + silent.seen().len();
            let mut asked = request(&cookie, method, &path, (!body.is_null()).then_some(body));
            asked.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
            let running = app.send(asked);
            let ending = async {
                while peer.seen().len() + silent.seen().len() == before {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                end(&app, "on another server", &cookie).await;
                tokio::time::Instant::now()
            };
            let (answer, ended) = tokio::join!(running, ending);
            assert!(ended.elapsed() < SOON, "{path}");
            answer.problem(401, "session-ended");
        }
    }

    async fn an_export_of_the_trail_is_cut_with_the_session_that_began_it(app: TestApp) {
        app.credential("admin", "KEY", "canary-7d1f-key").await;
        assert_eq!(run(&app, "INSERT INTO audit_events (seq, at, actor_kind, actor_name, action, target_kind, target_name, outcome, key_id, mac) \
             WITH RECURSIVE n (i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
             SELECT n.i, e.at, e.actor_kind, e.actor_name, 'copy', e.target_kind, e.target_name, e.outcome, e.key_id, e.mac \
             FROM n, audit_events e WHERE e.seq = 1").await, 1500);
        run(&app, "UPDATE audit_head SET seq = 3000").await;
        let cookie = app.cookie("admin").await;
        for ends in [false, true] {
            let asked = request(&cookie, Method::GET, "/audit-events/export?action=copy", None);
            let Ok(response): Result<Response<Body>, _> = app.router.clone().oneshot(asked).await;
            let mut body = response.into_body().into_data_stream();
            let mut text = String::from_utf8(body.next().await.unwrap().unwrap().to_vec()).unwrap();
            if ends {
                end(&app, "on another server", &cookie).await;
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
            while let Some(Ok(piece)) = body.next().await {
                text.push_str(std::str::from_utf8(&piece).unwrap());
            }
            let lines = text.lines().count();
            assert_eq!((text.contains("\"head\""), lines == 1501), (!ends, !ends), "{lines} lines");
        }
    }

    async fn a_use_after_the_end_of_its_session_is_refused_and_recorded(app: TestApp) {
        let key: Uuid = app.credential("admin", "KEY", "canary-7d1f-key").await.parse().unwrap();
        app.patch("admin", &format!("/credentials/{key}"), json!({"allowed_hosts": ["api.example.com"]})).await.expect(200);
        let user = UserId(user_id(&app).await.parse().unwrap());
        let resolver = app.state.credentials.resolver();
        for (how, end_of) in [("signed out", SessionEnd::SignedOut), ("ended in the list", SessionEnd::Revoked), ("expired", SessionEnd::Expired)] {
            let cookie = sign_in(&app).await;
            let use_it = UseRequest {
                principal: Principal::User {
                    id: user,
                    name: "other".to_owned(),
                    email: String::new(),
                    role: Role::Manager,
                    session: session_of(&app, &cookie).await,
                },
                credential: CredentialId(key),
                referrer: Referrer::Direct { kind: ReferrerKind::ModelBinding },
                destination: Destination::parse("https://api.example.com/v1").unwrap().1,
                scope: Destination::parse("https://api.example.com/v1").unwrap().1,
                purpose: None,
                request_id: how.to_owned(),
            };
            resolver.resolve(use_it.clone()).await.expect(how);
            resolver.permit(&use_it.principal, &use_it.referrer).await.expect(how);
            end(&app, how, &cookie).await;
            app.forget_cookies();
            let refused = resolver.resolve(use_it.clone()).await.unwrap_err();
            assert!(matches!(refused, ResolveError::SessionEnded(end) if end == end_of), "{how}: {refused:?}");
            assert!(resolver.permit(&use_it.principal, &use_it.referrer).await.is_err(), "{how}");
            let events = app.get("admin", "/audit-events?action=credential.use&limit=1").await.expect(200).json();
            assert_eq!((&events["items"][0]["outcome"], &events["items"][0]["reason"]), (&json!("refused"), &json!("session-ended")), "{how}");
        }
    }

    async fn the_row_of_an_ended_session_is_kept_for_30_days_and_opens_nothing(app: TestApp) {
        let (ended, expiring) = (sign_in(&app).await, sign_in(&app).await);
        let (one, two) = (session_of(&app, &ended).await, session_of(&app, &expiring).await);
        send(&app, &ended, Method::DELETE, "/session", None).await.expect(204);
        let listed = send(&app, &expiring, Method::GET, "/me/sessions", None).await.expect(200);
        assert_eq!(listed.number("/total"), 1, "{}", listed.whole());
        app.wait(TimeDelta::hours(25));
        app.state.accounts.sweep_sessions().await.unwrap();
        assert_eq!(kept_end(&app, one).await.unwrap().as_deref(), Some("signed_out"));
        assert_eq!(kept_end(&app, two).await.unwrap().as_deref(), Some("expired"));
        send(&app, &expiring, Method::GET, "/me", None).await.problem(401, "unauthorized");
        app.wait(TimeDelta::days(29));
        app.state.accounts.sweep_sessions().await.unwrap();
        assert_eq!((kept_end(&app, one).await, kept_end(&app, two).await.is_some()), (None, true));
        app.wait(TimeDelta::days(2));
        app.state.accounts.sweep_sessions().await.unwrap();
        assert_eq!(kept_end(&app, two).await, None);
    }
}
