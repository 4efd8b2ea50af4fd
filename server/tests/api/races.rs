//! Attaching against deleting, in both orders and at the same time; many people at once; a database
//! that is locked.

use serde_json::{Value, json};
use server::db::Tx;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Engine, TestApp};

fn server(name: &str, credential: &str) -> Value {
    json!({"name": name, "url": "http://127.0.0.1:9/mcp", "credential_id": credential})
}

both_engines! {
    async fn a_reference_that_came_first_stops_the_deletion(app: TestApp) {
        let id = app.credential("admin", "A", "v").await;
        let mcp = app.post("admin", "/mcp-servers", server("S", &id)).await.expect(201).text("/id");
        let problem = app.delete("admin", &format!("/credentials/{id}")).await.problem(409, "in-use");
        assert_eq!(problem.json()["references"][0]["id"], json!(mcp));
        assert_eq!(problem.number("/references_total"), 1);
        let references = app.get("viewer", &format!("/credentials/{id}/references")).await.expect(200);
        assert_eq!(references.items("name"), ["S"]);
        assert_eq!(app.get("viewer", &format!("/credentials/{id}")).await.expect(200).number("/used_by"), 1);
        app.delete("admin", &format!("/credentials/{id}?force=true")).await.expect(204);
        let left = app.get("viewer", &format!("/mcp-servers/{mcp}")).await.expect(200);
        assert_eq!(left.text("/credential_id"), id, "the referrer keeps its reference");
        assert_eq!((left.text("/credential/state").as_str(), left.text("/credential/name").as_str()), ("deleted", "A"));
        assert_eq!(left.text("/credential/deleted_by"), "admin");
    }

    async fn a_deletion_that_came_first_stops_the_reference(app: TestApp) {
        let id = app.credential("admin", "A", "v").await;
        app.delete("admin", &format!("/credentials/{id}")).await.expect(204);
        let problem = app.post("admin", "/mcp-servers", server("S", &id)).await.problem(422, "credential-deleted");
        assert_eq!((problem.text("/credential/name").as_str(), problem.pointers()), ("A", vec!["/credential_id".to_owned()]));
        assert_eq!(app.get("admin", "/mcp-servers").await.expect(200).number("/total"), 0);
    }

    async fn of_many_who_take_a_name_at_once_one_gets_it(app: TestApp) {
        let create = || app.post("admin", "/credentials", json!({"name": "one", "value": "v"}));
        app.cookie("admin").await;
        let answers = futures::future::join_all((0..8).map(|_| create())).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
    }

    async fn while_the_database_is_locked_the_answer_is_503_and_nothing_is_half_written(app: TestApp) {
        app.cookie("admin").await;
        let held = lock(&app, "credentials").await;
        let answer = app.post("admin", "/credentials", json!({"name": "canary", "value": "canary-31"})).await;
        let problem = answer.problem(503, "unavailable");
        assert!(!problem.header("retry-after").is_empty());
        assert!(!problem.whole().contains("canary"));
        held.release().await;
        assert_eq!(app.get("admin", "/credentials").await.expect(200).number("/total"), 0);
        app.credential("admin", "afterwards", "v").await;
    }

    async fn a_use_that_cannot_be_recorded_does_not_happen(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let id = app.credential("admin", "A", "marked-canary").await;
        let body = json!({"name": "S", "url": peer.url(), "credential_id": id});
        let server = app.post("admin", "/mcp-servers", body).await.expect(201).text("/id");
        let held = lock(&app, "audit_head").await;
        let path = format!("/api/v1/mcp-servers/{server}/test");
        let tries = (0..20).map(|_| app.call(Some("admin"), http::Method::POST, &path, None));
        let answers = futures::future::join_all(tries).await;
        let refused = answers.into_iter().filter(|answer| answer.status == 503);
        let refused = refused.map(|answer| drop(answer.problem(503, "audit-unavailable"))).count();
        assert!(refused > 0);
        let line =
            format!("strongroom_credential_uses_total{{outcome=\"refused\",reason=\"audit-unavailable\"}} {refused}");
        let figures = app.state.metrics();
        assert!(figures.lines().any(|found| found == line), "callers that gave up are counted: {line}\n{figures}");
        assert!(peer.seen().is_empty(), "nothing was sent");
        held.release().await;
        app.call(Some("admin"), http::Method::POST, &path, None).await.expect(200);
        assert!(!peer.seen().is_empty());
    }

    async fn a_use_that_waited_for_a_change_is_judged_after_it(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let id = app.credential("manager", "A", "marked-canary").await;
        let body = json!({"name": "S", "url": peer.url(), "credential_id": id});
        let server = app.post("manager", "/mcp-servers", body).await.expect(201).text("/id");
        app.cookie("viewer").await;
        // A change that is under way, up to its record in the trail.
        let mut change = app.state.base.db.begin().await.unwrap();
        let statements = [
            "UPDATE audit_head SET seq = seq WHERE id = 1",
            "UPDATE users SET disabled_at = '2026-03-02T14:05:00Z' WHERE email = 'manager@example.com'",
        ];
        for statement in statements {
            match &mut change {
                Tx::Sqlite(tx) => sqlx::query(statement).execute(&mut **tx).await.map(drop),
                Tx::Postgres(tx) => sqlx::query(statement).execute(&mut **tx).await.map(drop),
            }
            .unwrap();
        }
        let path = format!("/mcp-servers/{server}/test");
        let using = app.post("manager", &path, json!({}));
        let ending = async {
            // Long enough for the use to read what it depends on, if it did so before its turn.
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            change.commit().await.unwrap();
        };
        let (used, ()) = tokio::join!(using, ending);
        assert_eq!(used.status, 403, "{}", used.whole());
        assert!(peer.seen().is_empty(), "nothing was sent");
    }

    async fn a_database_that_is_gone_is_told_everywhere(app: TestApp) {
        app.cookie("admin").await;
        app.state.base.db.close().await;
        app.get("admin", "/credentials").await.problem(503, "unavailable");
        app.post("admin", "/credentials", json!({"name": "A", "value": "v"})).await.problem(503, "unavailable");
        app.call(None, http::Method::GET, "/readyz", None).await.problem(503, "unavailable");
        app.call(None, http::Method::GET, "/healthz", None).await.expect(200);
    }
}

/// A lock that writers need, held by another connection.
pub enum Held {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

/// Takes a lock that every writer of a table needs.
pub async fn lock(app: &TestApp, table: &str) -> Held {
    match &app.database_url {
        None => {
            let options = SqliteConnectOptions::new().filename(app.folder().join("strongroom.db"));
            let mut other = options.connect().await.unwrap();
            sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
            Held::Sqlite(other)
        }
        Some(url) => {
            let mut other = sqlx::PgConnection::connect(url).await.unwrap();
            sqlx::query("BEGIN").execute(&mut other).await.unwrap();
            sqlx::query(AssertSqlSafe(format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")))
                .execute(&mut other)
                .await
                .unwrap();
            Held::Postgres(other)
        }
    }
}

impl Held {
    pub async fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}
