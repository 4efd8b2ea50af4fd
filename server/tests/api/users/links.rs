//! Links by which somebody chooses a password.

use chrono::TimeDelta;
use http::Method;
use serde_json::json;

use super::{choose, choose_as, id_of, invite, me, sign_in, token, with_cookie};
use crate::both_engines;
use crate::support::{Engine, PASSWORD, TestApp};
use crate::trail;

const CHOSEN: &str = "violet lantern on the quay";

both_engines! {
    async fn a_link_lets_its_user_in_once(app: TestApp) {
        let (id, token) = invite(&app, "ida", "manager").await;
        sign_in(&app, "ida", "").await;
        let answer = choose(&app, &token, CHOSEN).await.expect(303);
        assert_eq!(answer.header("location"), "/credentials");
        let cookie = answer.cookie();
        assert_eq!(me(&app, &cookie).await.expect(200).text("/role"), "manager");
        choose(&app, &token, "another good password").await.problem(410, "link-spent");
        sign_in(&app, "ida", "another good password").await.problem(401, "wrong-password");
        sign_in(&app, "ida", CHOSEN).await.expect(200);
        let user = app.get("admin", &format!("/users/{id}")).await.expect(200);
        assert_eq!(user.text("/state"), "active");
        assert!(user.json()["link_expires_at"].is_null() && user.json()["last_seen_at"].is_string());
        assert_eq!(trail::by_action(&app, "user.choose_password").await, [("ida".to_owned(), "by link".to_owned())]);
    }

    async fn a_link_is_good_for_a_day(app: TestApp) {
        let (id, token) = invite(&app, "ida", "viewer").await;
        app.wait(TimeDelta::hours(23));
        let (_, other) = invite(&app, "joe", "viewer").await;
        app.wait(TimeDelta::hours(1));
        app.forget_cookies();
        choose(&app, &token, CHOSEN).await.problem(410, "link-spent");
        choose(&app, &other, CHOSEN).await.expect(303);
        assert_eq!(app.get("admin", &format!("/users/{id}")).await.expect(200).text("/state"), "invited");
    }

    async fn a_new_link_ends_the_older_one(app: TestApp) {
        let (id, first) = invite(&app, "ida", "viewer").await;
        let answer = app.call(Some("admin"), Method::POST, &format!("/api/v1/users/{id}/link"), None).await.expect(200);
        let second = token(&answer.text("/path"));
        assert_ne!(first, second);
        choose(&app, &first, CHOSEN).await.problem(410, "link-spent");
        choose(&app, &second, CHOSEN).await.expect(303);
        assert_eq!(trail::by_action(&app, "user.create_link").await, [("ida".to_owned(), String::new())]);
    }

    async fn a_link_replaces_a_forgotten_password_and_ends_every_session(app: TestApp) {
        let id = id_of(&app, "viewer").await;
        let before = app.cookie("viewer").await;
        let answer = app.call(Some("admin"), Method::POST, &format!("/api/v1/users/{id}/link"), None).await.expect(200);
        me(&app, &before).await.expect(200);
        sign_in(&app, "viewer", PASSWORD).await.expect(200);
        let after = choose(&app, &token(&answer.text("/path")), CHOSEN).await.expect(303).cookie();
        me(&app, &before).await.problem(401, "unauthorized");
        me(&app, &after).await.expect(200);
        sign_in(&app, "viewer", PASSWORD).await.problem(401, "wrong-password");
    }

    async fn whoever_remembers_the_password_and_changes_it_ends_the_link(app: TestApp) {
        let id = id_of(&app, "viewer").await;
        let answer = app.call(Some("admin"), Method::POST, &format!("/api/v1/users/{id}/link"), None).await.expect(200);
        let body = json!({"current_password": PASSWORD, "new_password": CHOSEN});
        app.patch("viewer", "/me", body).await.expect(200);
        choose(&app, &token(&answer.text("/path")), "another good password").await.problem(410, "link-spent");
    }

    async fn a_link_ends_with_its_account(app: TestApp) {
        let (off, first) = invite(&app, "ida", "viewer").await;
        app.patch("admin", &format!("/users/{off}"), json!({"disabled": true})).await.expect(200);
        choose(&app, &first, CHOSEN).await.problem(410, "link-spent");
        app.patch("admin", &format!("/users/{off}"), json!({"disabled": false})).await.expect(200);
        choose(&app, &first, CHOSEN).await.problem(410, "link-spent");
        let (gone, second) = invite(&app, "joe", "viewer").await;
        app.delete("admin", &format!("/users/{gone}")).await.expect(204);
        choose(&app, &second, CHOSEN).await.problem(410, "link-spent");
    }

    async fn what_is_wrong_with_a_link_or_a_password_is_told_without_spending_it(app: TestApp) {
        let (_, token) = invite(&app, "ida", "viewer").await;
        let short = &token[..token.len() - 1];
        assert_eq!(choose(&app, short, CHOSEN).await.problem(422, "invalid").pointers(), ["/token"]);
        assert_eq!(choose(&app, &token, "canary-7").await.problem(422, "invalid").pointers(), ["/password"]);
        let unknown = "A".repeat(43);
        choose(&app, &unknown, CHOSEN).await.problem(410, "link-spent");
        let pasted = format!("http://127.0.0.1:3000/welcome#{token}\n");
        choose(&app, &pasted, CHOSEN).await.expect(303);
    }

    async fn of_two_who_use_a_link_at_once_one_gets_in(app: TestApp) {
        let (_, token) = invite(&app, "ida", "viewer").await;
        let (one, two) = tokio::join!(choose(&app, &token, CHOSEN), choose(&app, &token, "another good password"));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
        let winner = if one.status == 303 { one } else { two };
        me(&app, &winner.cookie()).await.expect(200);
    }

    async fn trying_links_is_slowed_down(app: TestApp) {
        let unknown = "A".repeat(43);
        for _ in 0..100 {
            choose(&app, &unknown, CHOSEN).await.problem(410, "link-spent");
        }
        let answer = choose(&app, &unknown, CHOSEN).await.problem(429, "throttled");
        assert!(!answer.header("retry-after").is_empty());
    }

    async fn a_session_neither_helps_nor_hinders_whoever_uses_a_link(app: TestApp) {
        let (id, token) = invite(&app, "ida", "viewer").await;
        let admin = app.cookie("admin").await;
        choose_as(&app, Some(&admin), &"A".repeat(43), CHOSEN).await.problem(410, "link-spent");
        me(&app, &admin).await.expect(200);
        let cookie = choose_as(&app, Some(&admin), &token, CHOSEN).await.expect(303).cookie();
        choose_as(&app, Some(&cookie), &token, "another good password").await.problem(410, "link-spent");

        // In comes whom the link is for, with that person's rights.
        assert_eq!(me(&app, &cookie).await.expect(200).text("/name"), "ida");
        with_cookie(&app, &cookie, Method::GET, "/users", None).await.problem(403, "forbidden");
        let chosen = trail::of(&app, &id).await.pop().unwrap();
        assert_eq!((chosen.action.as_str(), chosen.actor_name.as_str()), ("user.choose_password", "ida"));
        sign_in(&app, "ida", CHOSEN).await.expect(200);

        // As at every sign-in, the session that the browser had before is over; its account is as it was.
        me(&app, &admin).await.problem(401, "unauthorized");
        sign_in(&app, "admin", PASSWORD).await.expect(200);
        sign_in(&app, "admin", CHOSEN).await.problem(401, "wrong-password");
    }
}
