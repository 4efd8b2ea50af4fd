//! One's own name, password and sessions.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::both_engines;
use crate::support::statements::run;
use crate::support::{Answer, Engine, PASSWORD, TestApp};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const CHOSEN: &str = "violet lantern on the quay";

/// A request that names its browser, below `/api/v1`.
async fn send(app: &TestApp, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::USER_AGENT, FIREFOX)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    app.send(request.body(body).unwrap()).await
}

async fn sign_in(app: &TestApp, who: &str, password: &str) -> Answer {
    let body = json!({"email": format!("{who}@example.com"), "password": password});
    send(app, "", Method::POST, "/session", Some(body)).await
}

/// Changes the password of an account as soon as a sign-in has found that the old one is right: a try that was right is
/// forgotten before its session begins.
async fn change_while_signing_in(app: &TestApp) {
    const CHANGE: &str = "UPDATE users SET password_hash = 'another' WHERE email_key = 'viewer@example.com';";
    match app.engine {
        Engine::Sqlite => {
            let trigger = format!("CREATE TRIGGER changes AFTER DELETE ON sign_in_attempts BEGIN {CHANGE} END");
            run(app, &trigger).await;
        }
        Engine::Postgres => {
            let function = format!(
                "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {CHANGE} RETURN NULL; END $$"
            );
            run(app, &function).await;
            let trigger =
                "CREATE TRIGGER changes AFTER DELETE ON sign_in_attempts FOR EACH ROW EXECUTE FUNCTION change()";
            run(app, trigger).await;
        }
    }
}

both_engines! {
    async fn the_old_password_lets_nobody_in_who_was_signing_in_when_it_changed(app: TestApp) {
        let before = sign_in(&app, "viewer", PASSWORD).await.cookie();
        change_while_signing_in(&app).await;
        let late = sign_in(&app, "viewer", PASSWORD).await.problem(401, "wrong-password");
        assert!(late.headers.get(header::SET_COOKIE).is_none());
        let sessions = send(&app, &before, Method::GET, "/me/sessions", None).await.expect(200);
        assert_eq!(sessions.number("/total"), 1, "only the one from before");
        sign_in(&app, "manager", PASSWORD).await.expect(200);
    }

    async fn a_new_password_ends_the_other_sessions(app: TestApp) {
        let (here, there) = (sign_in(&app, "viewer", PASSWORD).await.cookie(), sign_in(&app, "viewer", PASSWORD).await.cookie());
        let body = json!({"current_password": PASSWORD, "new_password": CHOSEN});
        send(&app, &here, Method::PATCH, "/me", Some(body)).await.expect(200);
        send(&app, &here, Method::GET, "/me", None).await.expect(200);
        send(&app, &there, Method::GET, "/me", None).await.problem(401, "unauthorized");
        sign_in(&app, "viewer", PASSWORD).await.problem(401, "wrong-password");
        sign_in(&app, "viewer", CHOSEN).await.expect(200);
    }

    async fn a_new_password_needs_the_old_one_and_must_be_a_good_one(app: TestApp) {
        for (body, pointers) in [
            (json!({"current_password": "canary wrong one", "new_password": CHOSEN}), vec!["/current_password"]),
            (json!({"new_password": CHOSEN}), vec!["/current_password"]),
            (json!({"current_password": PASSWORD}), vec!["/new_password"]),
            (json!({"current_password": PASSWORD, "new_password": "canary"}), vec!["/new_password"]),
            (json!({"current_password": PASSWORD, "new_password": "password1234"}), vec!["/new_password"]),
            (json!({"current_password": PASSWORD, "new_password": "canary ".repeat(40)}), vec!["/new_password"]),
            (json!({"new_password": null}), vec!["/new_password"]),
            (json!({"name": "", "role": "administrator"}), vec!["/name", "/role"]),
        ] {
            let answer = app.patch("viewer", "/me", body).await.problem(422, "invalid");
            assert_eq!(answer.pointers(), pointers);
            assert!(!answer.whole().contains("canary"));
        }
        app.get("viewer", "/me").await.expect(200);
        sign_in(&app, "viewer", PASSWORD).await.expect(200);
    }

    async fn guessing_ones_own_password_is_slowed_down(app: TestApp) {
        let session = sign_in(&app, "viewer", PASSWORD).await.cookie();
        for number in 1..=12 {
            let body = json!({"current_password": "a wrong password", "new_password": CHOSEN});
            let answer = send(&app, &session, Method::PATCH, "/me", Some(body)).await;
            if number <= 10 {
                answer.problem(422, "invalid");
            } else {
                assert!(!answer.problem(429, "throttled").header("retry-after").is_empty());
            }
        }
        app.wait(chrono::TimeDelta::minutes(16));
        let body = json!({"current_password": PASSWORD, "new_password": CHOSEN});
        send(&app, &session, Method::PATCH, "/me", Some(body)).await.expect(200);
    }

    async fn of_two_changes_of_one_password_one_is_made(app: TestApp) {
        let session = sign_in(&app, "viewer", PASSWORD).await.cookie();
        let change = |new: &'static str| {
            send(&app, &session, Method::PATCH, "/me", Some(json!({"current_password": PASSWORD, "new_password": new})))
        };
        let (one, two) = tokio::join!(change(CHOSEN), change("another good password"));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
        let right = if one.status == 200 { CHOSEN } else { "another good password" };
        sign_in(&app, "viewer", right).await.expect(200);
    }

    async fn the_list_of_sessions_says_which_is_which(app: TestApp) {
        let here = sign_in(&app, "viewer", PASSWORD).await.cookie();
        app.wait(chrono::TimeDelta::minutes(1));
        let there = app.cookie("viewer").await;
        app.cookie("admin").await;
        let sessions = send(&app, &here, Method::GET, "/me/sessions", None).await.expect(200);
        assert_eq!(sessions.number("/total"), 2, "one's own only");
        let items = sessions.json()["items"].as_array().unwrap().clone();
        assert_eq!((&items[0]["current"], &items[0]["browser"]), (&json!(false), &Value::Null));
        assert_eq!((&items[1]["current"], &items[1]["browser"]), (&json!(true), &json!("Firefox on Linux")));
        assert_eq!(items[1]["network"], json!("127.0.0.1"));
        for cookie in [&here, &there] {
            let token = cookie.split_once('=').unwrap().1;
            assert!(!sessions.whole().contains(token));
        }
    }

    async fn one_session_or_all_others_can_be_ended(app: TestApp) {
        let here = sign_in(&app, "viewer", PASSWORD).await.cookie();
        let others: Vec<String> = [sign_in(&app, "viewer", PASSWORD).await, sign_in(&app, "viewer", PASSWORD).await]
            .iter().map(Answer::cookie).collect();
        let sessions = send(&app, &others[0], Method::GET, "/me/sessions", None).await.expect(200).json();
        let current = sessions["items"].as_array().unwrap().iter().find(|item| item["current"] == true).unwrap().clone();
        let path = format!("/me/sessions/{}", current["id"].as_str().unwrap());
        app.delete("manager", &path).await.problem(404, "not-found");
        send(&app, &here, Method::DELETE, &path, None).await.expect(204);
        send(&app, &here, Method::DELETE, &path, None).await.problem(404, "not-found");
        send(&app, &others[0], Method::GET, "/me", None).await.problem(401, "unauthorized");
        send(&app, &others[1], Method::GET, "/me", None).await.expect(200);
        send(&app, &here, Method::DELETE, "/me/sessions", None).await.expect(204);
        send(&app, &others[1], Method::GET, "/me", None).await.problem(401, "unauthorized");
        send(&app, &here, Method::GET, "/me", None).await.expect(200);
        app.get("manager", "/me").await.expect(200);
    }
}
