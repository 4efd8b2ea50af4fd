//! The last administrator stays, whatever happens at once.

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};

use super::{choose, id_of, invite, with_cookie};
use crate::both_engines;
use crate::races::lock;
use crate::support::{Engine, PASSWORD, TestApp};

/// A second administrator, with their session.
async fn second(app: &TestApp) -> (String, String) {
    let (id, token) = invite(app, "second", "administrator").await;
    (id, choose(app, &token, PASSWORD).await.expect(303).cookie())
}

/// How an administrator is taken away.
const WAYS: [&str; 3] = ["demote", "disable", "delete"];

async fn take_away(app: &TestApp, cookie: &str, id: &str, way: &str) -> (u16, Value) {
    let path = format!("/users/{id}");
    let answer = match way {
        "demote" => with_cookie(app, cookie, Method::PATCH, &path, Some(json!({"role": "viewer"}))).await,
        "disable" => with_cookie(app, cookie, Method::PATCH, &path, Some(json!({"disabled": true}))).await,
        _ => with_cookie(app, cookie, Method::DELETE, &path, None).await,
    };
    let body = if answer.status == 204 {
        Value::Null
    } else {
        answer.json()
    };
    (answer.status, body)
}

both_engines! {
    async fn the_last_administrator_can_be_taken_away_in_no_way(app: TestApp) {
        let id = id_of(&app, "admin").await;
        let cookie = app.cookie("admin").await;
        // Neither somebody without a password nor somebody switched off counts.
        invite(&app, "invited", "administrator").await;
        let (off, _) = second(&app).await;
        app.patch("admin", &format!("/users/{off}"), json!({"disabled": true})).await.expect(200);
        for way in WAYS {
            let (status, body) = take_away(&app, &cookie, &id, way).await;
            assert_eq!((status, &body["type"]), (409, &json!("urn:strongroom:problem:last-administrator")), "{way}");
        }
        app.get("admin", "/users").await.expect(200);
    }

    async fn of_two_administrators_who_take_each_other_away_one_stays(first_app: TestApp) {
        for (mine, theirs) in [("demote", "demote"), ("disable", "delete"), ("delete", "demote")] {
            let app = TestApp::start(first_app.engine).await;
            let first = id_of(&app, "admin").await;
            let (other, other_cookie) = second(&app).await;
            let cookie = app.cookie("admin").await;
            let held = lock(&app, "administration").await;
            let release = async {
                // Time for both to be let in and to wait for the lock. Were one of them late, it would be refused
                // for not being an administrator any more.
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                held.release().await;
            };
            let (one, two, ()) = tokio::join!(
                take_away(&app, &cookie, &other, mine),
                take_away(&app, &other_cookie, &first, theirs),
                release,
            );
            let done = [one.0, two.0].iter().filter(|status| matches!(status, 200 | 204)).count();
            assert_eq!(done, 1, "{mine} against {theirs}: {one:?} {two:?}");
            let refused = if matches!(one.0, 200 | 204) { &two } else { &one };
            assert!(matches!(refused.0, 401 | 403 | 409), "{refused:?}");
            assert_eq!(administrators(&app).await, 1);
        }
    }

    async fn of_many_at_once_one_administrator_is_always_left(app: TestApp) {
        // All of these were authorized while everybody was there: only the last check stands between.
        let mut everybody = vec![(id_of(&app, "admin").await, app.cookie("admin").await)];
        for name in ["b", "c", "d"] {
            let (id, token) = invite(&app, name, "administrator").await;
            everybody.push((id, choose(&app, &token, PASSWORD).await.expect(303).cookie()));
        }
        let attacks = (0..everybody.len()).map(|index| {
            let (id, _) = &everybody[(index + 1) % everybody.len()];
            let (_, cookie) = &everybody[index];
            take_away(&app, cookie, id, WAYS[index % WAYS.len()])
        });
        join_all(attacks).await;
        assert!(administrators(&app).await >= 1);
    }
}

const COUNT: &str = "SELECT count(*) FROM users WHERE role = 'administrator' AND deleted_at IS NULL AND disabled_at IS NULL \
     AND password_hash IS NOT NULL";

async fn administrators(app: &TestApp) -> i64 {
    match &app.state.base.db {
        server::db::Db::Sqlite { reader, .. } => sqlx::query_scalar(COUNT).fetch_one(reader).await,
        server::db::Db::Postgres { pool, .. } => sqlx::query_scalar(COUNT).fetch_one(pool).await,
    }
    .unwrap()
}
