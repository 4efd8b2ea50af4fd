//! One spelling of each email address, a bounded number of sessions, and small bodies from strangers.

use http::Method;
use serde_json::json;

use crate::both_engines;
use crate::support::statements::tamper;
use crate::support::{Answer, Engine, PASSWORD, TestApp};

const CHOSEN: &str = "violet lantern on the quay";

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    app.call(None, Method::POST, "/api/v1/session", Some(body)).await
}

async fn invite(app: &TestApp, email: &str) -> Answer {
    let body = json!({"email": email, "name": "Ida", "role": "viewer"});
    app.post("admin", "/users", body).await
}

both_engines! {
    async fn addresses_that_look_like_another_are_refused(app: TestApp) {
        for c in ["\u{200B}", "\u{AD}", "\u{202E}", "\u{2066}", "\u{3164}", "\u{FE0F}", "\u{E0020}", "\u{A0}", "\u{430}"] {
            for email in [format!("ad{c}min@example.com"), format!("admin@ex{c}ample.com")] {
                // A letter of another script makes another domain, and its ASCII form shows that.
                if c == "\u{430}" && email.starts_with("admin@") {
                    continue;
                }
                let answer = invite(&app, &email).await.problem(422, "invalid");
                assert_eq!(answer.pointers(), ["/email"], "{}", email.escape_unicode());
            }
        }
        // A second dot on i, an i without its dot, a Greek letter in a Cyrillic word.
        for email in ["admi\u{307}n@example.com", "adm\u{131}n@example.com", "\u{43D}\u{3BF}\u{441}@example.com"] {
            let answer = invite(&app, email).await.problem(422, "invalid");
            assert_eq!(answer.pointers(), ["/email"], "{}", email.escape_unicode());
        }
        for email in ["ADMIN@EXAMPLE.COM", "\u{FF41}dmin@example.com", "admin@\u{FF45}xample.com"] {
            let answer = invite(&app, email).await.problem(422, "invalid");
            assert_eq!(answer.text("/errors/0/code"), "email-taken", "{email}");
        }
    }

    async fn a_domain_of_other_letters_is_one_address_in_every_spelling(app: TestApp) {
        let answer = invite(&app, "ida@b\u{FC}cher.example").await.expect(201);
        assert_eq!(answer.text("/user/email"), "ida@xn--bcher-kva.example");
        let path = answer.text("/link/path");
        let token = path.strip_prefix("/welcome#").unwrap();
        crate::users::choose(&app, token, CHOSEN).await.expect(303);
        for email in ["ida@b\u{FC}cher.example", "Ida@BU\u{308}CHER.example", "ida@xn--bcher-kva.example"] {
            sign_in(&app, email, CHOSEN).await.expect(200);
            assert_eq!(invite(&app, email).await.problem(422, "invalid").text("/errors/0/code"), "email-taken");
        }
    }

    async fn accounts_of_older_releases_keep_working(app: TestApp) {
        tamper(&app, "UPDATE users SET email = 'viewer@b\u{FC}cher.example', email_key = 'viewer@b\u{FC}cher.example' WHERE name = 'viewer'").await;
        tamper(&app, "UPDATE users SET email = 'a\u{200B}b@example.com', email_key = 'a\u{200B}b@example.com' WHERE name = 'other'").await;
        for email in ["viewer@b\u{FC}cher.example", "viewer@xn--bcher-kva.example", "a\u{200B}b@example.com"] {
            let found = sign_in(&app, email, PASSWORD).await;
            // The ASCII spelling was no spelling of the account before.
            if email.contains("xn--") {
                found.problem(401, "wrong-password");
            } else {
                found.expect(200);
            }
        }
        let answer = invite(&app, "viewer@B\u{DC}CHER.example").await.problem(422, "invalid");
        assert_eq!(answer.text("/errors/0/code"), "email-taken");
    }

    async fn bodies_without_a_session_are_small(app: TestApp) {
        let long = "x".repeat(20 * 1024);
        let body = json!({"email": "viewer@example.com", "password": long});
        app.call(None, Method::POST, "/api/v1/session", Some(body)).await.problem(413, "too-large");
        app.post("admin", "/credentials", json!({"name": "LONG", "value": long})).await.expect(201);
    }

    async fn the_oldest_of_more_than_fifty_sessions_ends(app: TestApp) {
        let mut cookies = Vec::new();
        for _ in 0..52 {
            cookies.push(sign_in(&app, "viewer@example.com", PASSWORD).await.expect(200).cookie());
        }
        for (number, cookie) in cookies.iter().enumerate() {
            let answer = crate::users::me(&app, cookie).await;
            assert_eq!(answer.status, if number < 2 { 401 } else { 200 }, "session {number}");
        }
        let others = sign_in(&app, "manager@example.com", PASSWORD).await.expect(200).cookie();
        crate::users::me(&app, &others).await.expect(200);
    }
}
