//! Limits of what one user may store and use.

use std::sync::Arc;

use serde_json::json;
use server::config::Options;

use crate::peers::hostile::{Peer, Seen};
use crate::support::{Answer, Engine, TestApp};

/// A server with these limits.
async fn limited(engine: Engine, records: u32, values_mib: u32, uses: u32) -> TestApp {
    let options = Options {
        quota_records: Some(records),
        quota_values_mib: Some(values_mib),
        quota_uses_per_second: Some(uses),
        ..Options::default()
    };
    TestApp::start_configured(engine, options).await
}

async fn store(app: &TestApp, who: &'static str, name: &str, value: &str) -> Answer {
    app.post(who, "/credentials", json!({"name": name, "value": value}))
        .await
}

async fn counts_records_of_all_kinds(engine: Engine) {
    let app = Arc::new(limited(engine, 5, 0, 0).await);
    app.cookie("manager").await;
    // All at once: the limit holds however they meet.
    let tries: Vec<_> = (0..8)
        .map(|number| {
            let app = app.clone();
            tokio::spawn(async move { store(&app, "manager", &format!("C{number}"), "canary").await })
        })
        .collect();
    let mut stored = Vec::new();
    for attempt in tries {
        let answer = attempt.await.unwrap();
        match answer.status {
            201 => stored.push(answer.text("/id")),
            _ => drop(answer.problem(409, "quota-reached")),
        }
    }
    assert_eq!(stored.len(), 5);
    let server = json!({"name": "S", "url": "http://127.0.0.1:9/mcp"});
    let binding = json!({"name": "B", "settings": {"provider": "openai-compatible", "model_id": "m", "base_url": "http://127.0.0.1:9/v1"}});
    let refused = app
        .post("manager", "/mcp-servers", server.clone())
        .await
        .problem(409, "quota-reached");
    assert!(refused.text("/detail").contains("quota_records"), "{}", refused.whole());
    app.post("manager", "/model-bindings", binding.clone())
        .await
        .problem(409, "quota-reached");
    store(&app, "other", "OTHERS", "canary").await.expect(201);

    // Deleted records make room.
    app.delete("manager", &format!("/credentials/{}", stored[0]))
        .await
        .expect(204);
    app.delete("manager", &format!("/credentials/{}", stored[1]))
        .await
        .expect(204);
    app.post("manager", "/mcp-servers", server).await.expect(201);
    app.post("manager", "/model-bindings", binding).await.expect(201);
    store(&app, "manager", "ONE_MORE", "canary")
        .await
        .problem(409, "quota-reached");
}

#[tokio::test]
async fn one_user_owns_so_many_records_at_most_on_sqlite() {
    counts_records_of_all_kinds(Engine::Sqlite).await;
}

#[tokio::test]
async fn one_user_owns_so_many_records_at_most_on_postgres() {
    counts_records_of_all_kinds(Engine::Postgres).await;
}

async fn counts_bytes_of_values(engine: Engine) {
    let app = limited(engine, 0, 1, 0).await;
    let large = "c".repeat(64 << 10);
    let mut ids = Vec::new();
    for number in 0..15 {
        ids.push(
            store(&app, "manager", &format!("L{number}"), &large)
                .await
                .expect(201)
                .text("/id"),
        );
    }
    let refused = store(&app, "manager", "TOO_MUCH", &large)
        .await
        .problem(409, "quota-reached");
    assert!(refused.text("/detail").contains("1 MiB"), "{}", refused.whole());
    let small = store(&app, "manager", "SMALL", "canary").await.expect(201).text("/id");
    // A larger value in its place counts as well, and a replaced value does not count any more.
    let path = format!("/credentials/{small}");
    app.patch("manager", &path, json!({"value": large}))
        .await
        .problem(409, "quota-reached");
    for id in &ids[..3] {
        app.patch("manager", &format!("/credentials/{id}"), json!({"value": large}))
            .await
            .expect(200);
    }
    app.patch("manager", &path, json!({"name": "RENAMED"}))
        .await
        .expect(200);
    app.delete("manager", &format!("/credentials/{}", ids[0]))
        .await
        .expect(204);
    app.patch("manager", &path, json!({"value": large})).await.expect(200);
}

#[tokio::test]
async fn the_values_of_one_user_take_so_many_bytes_at_most_on_sqlite() {
    counts_bytes_of_values(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_values_of_one_user_take_so_many_bytes_at_most_on_postgres() {
    counts_bytes_of_values(Engine::Postgres).await;
}

async fn given_records_count(engine: Engine) {
    let app = limited(engine, 2, 0, 0).await;
    for name in ["A", "B"] {
        store(&app, "other", name, "canary").await.expect(201);
    }
    let own = store(&app, "manager", "OWN", "canary").await.expect(201).text("/id");
    let users = app.get("admin", "/users?limit=100").await.expect(200).json();
    let id = |name: &str| {
        let user = users["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|user| user["name"] == name);
        user.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let path = format!("/users/{}?transfer_to={}", id("other"), id("manager"));
    app.delete("admin", &path).await.expect(204);
    store(&app, "manager", "MORE", "canary")
        .await
        .problem(409, "quota-reached");
    let rotated = json!({"value": "canary-rotated"});
    app.patch("manager", &format!("/credentials/{own}"), rotated)
        .await
        .expect(200);
}

#[tokio::test]
async fn records_of_a_deleted_user_count_for_their_new_owner_on_sqlite() {
    given_records_count(Engine::Sqlite).await;
}

#[tokio::test]
async fn records_of_a_deleted_user_count_for_their_new_owner_on_postgres() {
    given_records_count(Engine::Postgres).await;
}

#[tokio::test]
async fn one_user_uses_credentials_so_often_in_a_second_at_most() {
    let app = Arc::new(limited(Engine::Sqlite, 0, 0, 5).await);
    let peer = Peer::start(Seen::decently).await;
    let id = app.credential("manager", "USED", "canary-used").await;
    let body = json!({"name": "S", "url": peer.url(), "credential_id": id});
    let server = app.post("manager", "/mcp-servers", body).await.expect(201).text("/id");
    let test = format!("/mcp-servers/{server}/test");
    app.cookie("other").await;
    let tries: Vec<_> = (0..40)
        .map(|_| {
            let (app, test) = (app.clone(), test.clone());
            tokio::spawn(async move { app.post("manager", &test, json!({})).await })
        })
        .collect();
    let mut refused = 0;
    for attempt in tries {
        let answer = attempt.await.unwrap();
        let body = answer.json();
        let problem = if answer.status == 200 { &body["error"] } else { &body };
        if problem["type"] == "urn:strongroom:problem:too-many-uses" {
            refused += 1;
            assert_eq!(problem["retry_after"], 1, "{body}");
        }
    }
    assert!(refused > 0, "some of 40 at once are refused");
    let other = app.post("other", &test, json!({})).await;
    assert_eq!(
        other.json()["ok"],
        true,
        "another user is not held up: {}",
        other.whole()
    );
}
