//! How sessions end, and what ends with them: uses, streams, tests and calls of tools.

mod ways;

use std::time::Duration;

use axum::body::Body;
use chrono::TimeDelta;
use contract::accounts::{Role, UserId};
use contract::credentials::{CredentialId, ReferrerKind};
use futures::StreamExt as _;
use http::{Method, Response, header};
use serde_json::{Value, json};
use server::credentials::{Referrer, ResolveError, UseRequest};
use server::destination::Destination;
use server::http::{Principal, SessionEnd};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer};
use crate::support::statements::run;
use crate::support::{Engine, TestApp};
use ways::{
    SOON, WAYS, end, endless, idle_stream, kept_end, records, request, rest, send, session_of, sign_in, stream_of,
    tireless, user_id,
};

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
