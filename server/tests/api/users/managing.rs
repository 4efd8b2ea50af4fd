//! The list, and changing accounts.

use http::Method;
use serde_json::{Value, json};

use super::{choose, id_of, invite, me, sign_in};
use crate::both_engines;
use crate::support::{Engine, PASSWORD, TestApp};
use crate::trail;

both_engines! {
    async fn an_administrator_never_sends_or_sees_a_password(app: TestApp) {
        let body = json!({"email": " Ida@Example.com ", "name": "Ida", "role": "manager"});
        let answer = app.post("admin", "/users", body).await.expect(201);
        let id = answer.text("/user/id");
        assert_eq!(answer.header("location"), format!("/api/v1/users/{id}"));
        assert_eq!(answer.header("etag"), "\"1\"");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!((answer.text("/user/state").as_str(), answer.text("/user/email").as_str()), ("invited", "Ida@example.com"));
        let link = answer.text("/link/path");
        assert!(link.starts_with("/welcome#") && link.len() > 40, "{link}");
        let read = app.get("admin", &format!("/users/{id}")).await.expect(200);
        assert_eq!(read.text("/link_expires_at"), answer.text("/link/expires_at"));
        assert_eq!(read.json()["last_seen_at"], Value::Null);
        let token = link.trim_start_matches("/welcome#");
        assert!(!read.whole().contains(token), "the link is shown once");
        assert!(!app.get("admin", "/users").await.expect(200).whole().contains(token));
        for (name, details) in trail::by_action(&app, "user.create").await {
            assert!(!name.contains(token) && !details.contains(token));
        }
    }

    async fn broken_rules_of_a_new_account_are_listed_at_once(app: TestApp) {
        let bad = json!({"email": "canary-no-address", "name": " ", "role": "canary-root", "password": "canary-word"});
        let answer = app.post("admin", "/users", bad).await.problem(422, "invalid");
        assert_eq!(answer.pointers(), ["/email", "/name", "/role", "/password"]);
        assert!(!answer.whole().contains("canary"));
        let taken = json!({"email": "ADMIN@example.com", "name": "x", "role": "viewer"});
        let answer = app.post("admin", "/users", taken).await.problem(422, "invalid");
        assert_eq!(answer.pointers(), ["/email"]);
    }

    async fn the_list_searches_sorts_and_pages(app: TestApp) {
        for number in 1..=5 {
            invite(&app, &format!("Zoë_{number}"), "viewer").await;
        }
        let names = async |query: &str| app.get("admin", &format!("/users{query}")).await.expect(200).items("name");
        assert_eq!(names("?search=ZO%C3%8B_").await.len(), 5, "case and form are folded, the underscore is itself");
        assert_eq!(names("?search=viewer%40").await, ["viewer"], "addresses are searched, too");
        assert_eq!(names("").await[..2], ["admin", "manager"]);
        assert_eq!(names("?sort=-created_at&limit=1").await, ["Zoë_5"]);
        assert_eq!(names("?sort=-last_seen_at&limit=1").await, ["admin"], "only admin was ever seen");
        for sort in ["name", "-name", "created_at", "-created_at", "last_seen_at", "-last_seen_at"] {
            let whole = names(&format!("?sort={sort}&limit=100")).await;
            let mut seen = Vec::new();
            let mut cursor = String::new();
            loop {
                let page = app.get("admin", &format!("/users?sort={sort}&limit=2{cursor}")).await.expect(200);
                assert_eq!(page.number("/total"), 9);
                seen.extend(page.items("name"));
                match page.json()["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, whole, "{sort}");
        }
        let id = id_of(&app, "manager").await;
        assert_eq!(names(&format!("?search={id}")).await, ["manager"]);
        for bad in ["?sort=email", "?sort=password_hash", &format!("?owner_id={id}"), "?role=viewer"] {
            app.get("admin", &format!("/users{bad}")).await.problem(400, "bad-query");
        }
    }

    async fn a_change_counts_for_one_revision_only(app: TestApp) {
        let id = id_of(&app, "viewer").await;
        let path = format!("/users/{id}");
        let first = app.get("admin", &path).await.expect(200).header("etag");
        let changed = app
            .with_header("admin", Method::PATCH, &path, ("if-match", &first), Some(json!({"name": "Vee", "role": "manager"})))
            .await
            .expect(200);
        assert_eq!((changed.text("/name").as_str(), changed.text("/role").as_str()), ("Vee", "manager"));
        assert_eq!(changed.number("/revision"), 2);
        for method in [Method::PATCH, Method::DELETE] {
            let body = (method == Method::PATCH).then(|| json!({"name": "No"}));
            let late = app.with_header("admin", method, &path, ("if-match", &first), body).await;
            assert_eq!(late.problem(412, "precondition-failed").text("/changed_by"), "admin");
        }
        let same = app.patch("admin", &path, json!({"name": "Vee"})).await.expect(200);
        assert_eq!(same.number("/revision"), 2, "nothing changed");
        for bad in [json!({"role": null}), json!({"role": "root"}), json!({"disabled": "yes"}), json!({"email": "x@example.com"})] {
            app.patch("admin", &path, bad).await.problem(422, "invalid");
        }
        assert_eq!(trail::by_action(&app, "user.update").await, [("Vee".to_owned(), "changed: name, role; role: manager".to_owned())]);
        app.get("admin", "/users/0198c0de-0000-7000-8000-000000000000").await.problem(404, "not-found");
    }

    async fn a_role_counts_from_the_next_request_on(app: TestApp) {
        let id = id_of(&app, "manager").await;
        app.credential("manager", "BEFORE", "v").await;
        app.patch("admin", &format!("/users/{id}"), json!({"role": "viewer"})).await.expect(200);
        app.post("manager", "/credentials", json!({"name": "AFTER", "value": "v"})).await.problem(403, "forbidden");
        app.get("manager", "/credentials").await.expect(200);
    }

    async fn switching_off_ends_sessions_at_once_and_switching_on_brings_none_back(app: TestApp) {
        let id = id_of(&app, "viewer").await;
        let cookie = app.cookie("viewer").await;
        me(&app, &cookie).await.expect(200);
        let off = app.patch("admin", &format!("/users/{id}"), json!({"disabled": true})).await.expect(200);
        assert_eq!(off.text("/state"), "disabled");
        me(&app, &cookie).await.problem(401, "unauthorized");
        sign_in(&app, "viewer", PASSWORD).await.problem(401, "wrong-password");
        app.post("admin", &format!("/users/{id}/link"), json!({})).await.problem(409, "disabled");
        let on = app.patch("admin", &format!("/users/{id}"), json!({"disabled": false})).await.expect(200);
        assert_eq!(on.text("/state"), "active");
        me(&app, &cookie).await.problem(401, "unauthorized");
        sign_in(&app, "viewer", PASSWORD).await.expect(200);
    }

    async fn records_are_ordered_by_the_new_name_of_their_owner(app: TestApp) {
        app.credential("manager", "OF_MANAGER", "v").await;
        app.credential("other", "OF_OTHER", "v").await;
        for (who, name) in [("manager", "S1"), ("other", "S2")] {
            app.post(who, "/mcp-servers", json!({"name": name, "url": "http://127.0.0.1:9/mcp"})).await.expect(201);
        }
        let order = async |list: &str| app.get("admin", &format!("/{list}?sort=owner")).await.expect(200).items("name");
        assert_eq!(order("credentials").await, ["OF_MANAGER", "OF_OTHER"]);
        let id = id_of(&app, "manager").await;
        app.patch("admin", &format!("/users/{id}"), json!({"name": "Zed"})).await.expect(200);
        assert_eq!(order("credentials").await, ["OF_OTHER", "OF_MANAGER"]);
        assert_eq!(order("mcp-servers").await, ["S2", "S1"]);
        app.patch("manager", "/me", json!({"name": "Abe"})).await.expect(200);
        assert_eq!(order("credentials").await, ["OF_MANAGER", "OF_OTHER"]);
        assert_eq!(order("mcp-servers").await, ["S1", "S2"]);
        let owned = app.get("admin", "/credentials?search=OF_MANAGER").await.expect(200);
        assert_eq!(owned.text("/items/0/owner/name"), "Abe");
    }

    async fn nobody_does_to_themselves_what_locks_them_out(app: TestApp) {
        invite(&app, "second", "administrator").await;
        let (_, token) = invite(&app, "third", "administrator").await;
        choose(&app, &token, PASSWORD).await.expect(303);
        let id = id_of(&app, "admin").await;
        let path = format!("/users/{id}");
        app.patch("admin", &path, json!({"disabled": true})).await.problem(409, "own-account");
        app.delete("admin", &path).await.problem(409, "own-account");
        app.post("admin", &format!("{path}/link"), json!({})).await.problem(409, "own-account");
        app.patch("admin", &path, json!({"name": "Myself"})).await.expect(200);
    }
}
