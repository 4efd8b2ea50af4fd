//! Signing in and out, sessions, set-up, and what every request must pass.

use axum::body::Body;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, Request, header};
use serde_json::json;
use server::cli::open_base;
use server::clock::Clock;

use crate::both_engines;
use crate::support::statements::{run, tamper};
use crate::support::{Answer, Engine, PASSWORD, TestApp, settings};

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request")
}

async fn session(app: &TestApp, cookie: &str) -> Answer {
    read(app, cookie, "/api/v1/me").await
}

/// Waits for the note that the session was used, which is written beside the request.
async fn until_noted(app: &TestApp, cookie: &str, since: DateTime<Utc>) {
    for _ in 0..200 {
        let sessions = read(app, cookie, "/api/v1/me/sessions").await.expect(200).json();
        let noted = sessions["items"][0]["last_seen_at"].as_str().expect("a time");
        if noted.parse::<DateTime<Utc>>().expect("a time") >= since {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the use of the session is not noted");
}

async fn read(app: &TestApp, cookie: &str, path: &str) -> Answer {
    let request = Request::builder()
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::COOKIE, cookie);
    app.send(request.body(Body::empty()).expect("a request")).await
}

both_engines! {
    async fn a_session_begins_with_the_right_password_and_ends_with_signing_out(app: TestApp) {
        let body = json!({"email": "ADMIN@example.com ", "password": PASSWORD});
        let answer = app.call(None, Method::POST, "/api/v1/session", Some(body)).await.expect(200);
        let set = answer.header("set-cookie");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        let cookie = answer.cookie();
        let me = session(&app, &cookie).await.expect(200);
        assert_eq!((me.text("/name").as_str(), me.text("/role").as_str()), ("admin", "administrator"));
        assert!(me.header("cache-control").contains("no-store"));
        let out = Request::builder().method(Method::DELETE).uri("/api/v1/session")
            .header(header::HOST, "localhost").header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
        app.send(out).await.expect(204);
        session(&app, &cookie).await.problem(401, "unauthorized");
    }

    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(app: TestApp) {
        let mut answers = Vec::new();
        for (email, password) in [("admin@example.com", "canary wrong password"), ("nobody@example.com", PASSWORD)] {
            let answer = app.call(None, Method::POST, "/api/v1/session", Some(json!({"email": email, "password": password}))).await;
            let answer = answer.problem(401, "wrong-password");
            assert!(!answer.whole().contains("canary"));
            let mut body = answer.json();
            body["request_id"] = json!("");
            answers.push(body);
        }
        assert_eq!(answers[0], answers[1]);
    }

    async fn sessions_end_by_themselves(app: TestApp) {
        let cookie = app.cookie("admin").await;
        for _ in 0..13 {
            app.wait(TimeDelta::hours(23));
            let since = app.state.base.clock.now();
            session(&app, &cookie).await.expect(200);
            until_noted(&app, &cookie, since).await;
        }
        app.wait(TimeDelta::hours(40));
        session(&app, &cookie).await.problem(401, "unauthorized");
        let idle = app.cookie("viewer").await;
        app.wait(TimeDelta::hours(25));
        session(&app, &idle).await.problem(401, "unauthorized");
    }

    async fn guessing_is_slowed_down_also_for_accounts_that_do_not_exist(app: TestApp) {
        for email in ["admin@example.com", "nobody@example.com"] {
            for number in 1..=12 {
                let body = json!({"email": email, "password": "a wrong password"});
                let answer = app.call(None, Method::POST, "/api/v1/session", Some(body)).await;
                if number <= 10 {
                    answer.problem(401, "wrong-password");
                } else {
                    assert!(!answer.problem(429, "throttled").header("retry-after").is_empty());
                }
            }
        }
        app.wait(TimeDelta::minutes(16));
        app.cookie("admin").await;
    }

    async fn signing_in_works_without_scripts(app: TestApp) {
        let fields = [("email", "admin@example.com"), ("password", PASSWORD), ("next", "/mcp-servers?search=x")];
        let answer = app.send(form("/sign-in", &fields)).await.expect(303);
        assert_eq!(answer.header("location"), "/mcp-servers?search=x");
        session(&app, &answer.cookie()).await.expect(200);
        let wrong = [("email", "admin@example.com"), ("password", "wrong"), ("next", "//evil.example")];
        let answer = app.send(form("/sign-in", &wrong)).await.expect(303);
        assert_eq!(answer.header("location"), "/sign-in?error=wrong&next=%2Fcredentials");
        assert_eq!(answer.header("set-cookie"), "");
        let mut out = form("/sign-out", &[]);
        let cookie = app.cookie("viewer").await;
        out.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        assert_eq!(app.send(out).await.expect(303).header("location"), "/sign-in");
        session(&app, &cookie).await.problem(401, "unauthorized");
    }

    async fn the_set_up_link_makes_one_administrator(app: TestApp) {
        // The accounts of the other tests spent this database's link.
        assert!(app.state.accounts.set_up_token().await.unwrap().is_none());
        let fields = [("token", "canary"), ("email", "a@example.com"), ("name", "a"), ("password", PASSWORD)];
        app.send(form("/set-up", &fields)).await.problem(410, "spent");

        let folder = tempfile::tempdir().unwrap();
        let database = app.engine.fresh_database().await;
        let settings = settings(&folder, database.as_deref());
        let base = open_base(&settings, Clock::system()).await.unwrap();
        let state = server::state::AppState::start(base, &settings).unwrap();
        let router = server::router::router(state.clone(), crate::pages(), server::http::HostRule::new(None));
        let send = async |request| Answer::read("set-up".to_owned(), tower::ServiceExt::oneshot(router.clone(), request).await.unwrap()).await;
        #[expect(clippy::disallowed_methods, reason = "the token is shown at the terminal")]
        let token = state.accounts.set_up_token().await.unwrap().unwrap().expose().to_owned();
        assert_eq!(send(form("/set-up", &fields)).await.expect(303).header("location"), "/set-up?error=token");
        let weak = [("token", token.as_str()), ("email", "a@example.com"), ("name", "a"), ("password", "short")];
        assert_eq!(send(form("/set-up", &weak)).await.expect(303).header("location"), "/set-up?error=password");
        let good = [("token", token.as_str()), ("email", "a@example.com"), ("name", "a"), ("password", PASSWORD)];
        let (one, two) = tokio::join!(send(form("/set-up", &good)), send(form("/set-up", &good)));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
        send(form("/set-up", &good)).await.problem(410, "spent");
    }

    async fn no_set_up_link_is_good_once_there_is_a_user(app: TestApp) {
        // Whoever added the first user left no place for a link that a server was about to make.
        let late = "INSERT INTO set_up (id, nonce) SELECT 1, mac FROM audit_head WHERE true ON CONFLICT (id) DO NOTHING";
        assert_eq!(run(&app, late).await, 0);
        // One that was left behind all the same, as older releases could.
        let nonce = match app.engine {
            Engine::Sqlite => "x'07'",
            Engine::Postgres => "'\\x07'",
        };
        tamper(&app, &format!("UPDATE set_up SET nonce = {nonce}, spent_at = NULL")).await;
        assert!(app.state.accounts.set_up_token().await.unwrap().is_none());
        #[expect(clippy::disallowed_methods, reason = "the token that the link would have had")]
        let token = app.state.base.vault.set_up_token(&[7]).unwrap().expose().to_owned();
        let fields = [("token", token.as_str()), ("email", "a@example.com"), ("name", "a"), ("password", PASSWORD)];
        app.send(form("/set-up", &fields)).await.problem(410, "spent");
        assert_eq!(app.get("admin", "/users").await.expect(200).number("/total"), 4);
    }

    async fn a_request_from_another_site_changes_nothing(app: TestApp) {
        let cookie = app.cookie("admin").await;
        for (name, content) in [
            ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("origin", "null"),
        ] {
            let request = Request::builder().method(Method::POST).uri("/api/v1/credentials")
                .header(header::HOST, "127.0.0.1:3000").header(header::COOKIE, &cookie).header(name, content)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(r#"{"name":"x","value":"canary"}"#)).unwrap();
            assert!(!app.send(request).await.problem(403, "cross-site").whole().contains("canary"));
            let mut sign_in = form("/sign-in", &[("email", "admin@example.com"), ("password", PASSWORD)]);
            sign_in.headers_mut().insert(name, content.parse().unwrap());
            app.send(sign_in).await.problem(403, "cross-site");
        }
        let rebound = Request::builder().uri("/api/v1/credentials").header(header::HOST, "evil.example")
            .header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
        app.send(rebound).await.problem(421, "wrong-host");
        assert_eq!(app.get("admin", "/credentials").await.expect(200).number("/total"), 0);
    }

    async fn bad_requests_get_a_problem_document_and_change_nothing(app: TestApp) {
        let cookie = app.cookie("admin").await;
        let send = async |path: &str, content_type: &str, body: Vec<u8>| {
            let request = Request::builder().method(Method::POST).uri(path).header(header::HOST, "localhost")
                .header(header::COOKIE, &cookie).header(header::CONTENT_TYPE, content_type).body(Body::from(body)).unwrap();
            app.send(request).await
        };
        for path in ["/api/v1/credentials", "/api/v1/session"] {
            let bad = send(path, "application/json", b"{\"name\":\"canary-77\" x}".to_vec()).await.problem(400, "malformed");
            assert!(!bad.whole().contains("canary"));
            send(path, "application/json", b"{\"name\":\"\xff\"}".to_vec()).await.problem(400, "malformed");
            send(path, "text/plain", b"{}".to_vec()).await.problem(415, "unsupported-media-type");
            send(path, "application/x-www-form-urlencoded", b"name=x&value=y".to_vec()).await.problem(415, "unsupported-media-type");
            send(path, "application/json", vec![b' '; 512 * 1024 + 1]).await.problem(413, "too-large");
            send(path, "application/json", b"[".repeat(100_000)).await.problem(400, "malformed");
        }
        app.get("admin", "/nothing").await.problem(404, "not-found");
        app.call(Some("admin"), Method::PUT, "/api/v1/credentials", None).await.problem(405, "method-not-allowed");
        assert_eq!(app.get("admin", "/credentials").await.expect(200).number("/total"), 0);
    }
}
