//! Revocations do not wait for the uses and writes that wait before them. The order of the events is the order of the
//! commits.

use std::time::Duration;

use contract::credentials::{CredentialId, ReferrerKind};
use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use server::config::Options;
use server::credentials::{Referrer, UseRequest};
use server::db::{Db, Tx, WriteClass};
use server::destination::Destination;
use server::http::Principal;

use crate::support::{Answer, Engine, TestApp};

/// Uses that wait, in batches of 64.
const USES: usize = 384;
/// At most two batches go before a revocation.
const USES_BEFORE: usize = 2 * 64;
/// Writes of users that wait.
const WRITES: usize = 24;
/// At most so many go before a revocation: two of the queue, and on PostgreSQL those that have left it.
const WRITES_BEFORE: usize = 12;
/// On PostgreSQL so many writes of users may begin beside the one that is under way.
const PLACES: usize = 5;
const CLASSES: [WriteClass; 3] = [WriteClass::Revocation, WriteClass::Use, WriteClass::User];

const LOCK_WAITERS: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
const HEAD: &str = "UPDATE audit_head SET seq = seq WHERE id = 1";

/// Waits until so many transactions wait for the one that is under way.
async fn until_queued(app: &TestApp, transactions: usize) {
    let mut queued = 0;
    for _ in 0..2000 {
        queued = match &app.state.base.db {
            Db::Sqlite { turns, .. } => CLASSES.iter().map(|class| turns.waiting(*class)).sum(),
            Db::Postgres { pool, .. } => {
                let waiting: i64 = sqlx::query_scalar(LOCK_WAITERS).fetch_one(pool).await.unwrap();
                usize::try_from(waiting).unwrap()
            }
        };
        if queued >= transactions {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{queued} transactions wait");
}

/// A use by the terminal, which has no limit of uses in a second.
fn a_use(credential: &str) -> UseRequest {
    let destination = || Destination::parse("https://api.example.com/v1").unwrap().1;
    UseRequest {
        principal: Principal::Cli,
        credential: CredentialId(credential.parse().unwrap()),
        referrer: Referrer::Direct {
            kind: ReferrerKind::ModelBinding,
        },
        destination: destination(),
        scope: destination(),
        purpose: None,
        request_id: "a use".to_owned(),
    }
}

/// The actions of all events after this number, in their order.
async fn actions_after(app: &TestApp, seq: i64) -> Vec<String> {
    let export = app.get("admin", "/audit-events/export").await.expect(200);
    let export = String::from_utf8_lossy(&export.bytes).into_owned();
    let events = export
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    events
        .filter(|event| event["seq"].as_i64().is_some_and(|found| found > seq))
        .filter_map(|event| event["action"].as_str().map(ToOwned::to_owned))
        .collect()
}

/// Sends the revocation while uses and writes wait, and asserts its place among their events.
async fn passes(app: &TestApp, ids: &[String], action: &str, revocation: impl Future<Output = Answer>) {
    let newest = app
        .get("admin", "/audit-events?limit=1")
        .await
        .expect(200)
        .number("/items/0/seq");
    // A write that is under way: all others wait for it.
    let mut held = app.state.base.db.begin().await.unwrap();
    match &mut held {
        Tx::Sqlite(tx) => sqlx::query(HEAD).execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::query(HEAD).execute(&mut **tx).await.map(drop),
    }
    .unwrap();
    let resolver = app.state.credentials.resolver();
    let writes = join_all(ids.iter().map(async |id| {
        let body = json!({"name": format!("{action} {id}")});
        app.patch("manager", &format!("/credentials/{id}"), body)
            .await
            .expect(200)
    }));
    let writes_queued = match app.state.base.db {
        Db::Sqlite { .. } => WRITES,
        Db::Postgres { .. } => PLACES,
    };
    let uses = async {
        until_queued(app, writes_queued).await;
        join_all((0..USES).map(|_| resolver.resolve(a_use(&ids[0])))).await
    };
    let revoked = async {
        until_queued(app, writes_queued + 1).await;
        let ending = async {
            until_queued(app, writes_queued + 2).await;
            assert!(resolver.waiting() >= USES - 64, "the others wait for the committer");
            drop(held);
        };
        tokio::join!(revocation, ending).0
    };
    let (_, _, revoked) = tokio::join!(writes, uses, revoked);
    assert!(revoked.status < 300, "{}", revoked.whole());
    let actions = actions_after(app, newest).await;
    let at = actions.iter().position(|found| found == action).expect(action);
    let before = |action: &str| actions[..at].iter().filter(|found| *found == action).count();
    let (uses, writes) = (before("credential.use"), before("credential.update"));
    assert!(
        uses <= USES_BEFORE && writes <= WRITES_BEFORE,
        "{action} waited for {uses} uses and {writes} writes"
    );
}

/// A server whose connections are made, and whose transactions may wait for long.
async fn patient(engine: Engine) -> TestApp {
    let options = Options {
        database_statement_timeout: Some(60),
        database_lock_timeout: Some(60),
        database_idle_transaction_timeout: Some(60),
        ..Options::default()
    };
    let app = TestApp::start_configured(engine, options).await;
    if engine == Engine::Postgres {
        for (class, places) in [(WriteClass::User, PLACES + 1), (WriteClass::Use, 4)] {
            join_all((0..places).map(|_| app.state.base.db.begin_as(class))).await;
        }
    }
    app
}

async fn revocations_pass(engine: Engine) {
    let app = patient(engine).await;
    let mut ids = Vec::new();
    for number in 0..WRITES {
        ids.push(app.credential("manager", &format!("C {number}"), "marked-canary").await);
    }
    let used = format!("/credentials/{}", ids[0]);
    let hosts = json!({"allowed_hosts": ["api.example.com"]});
    app.patch("manager", &used, hosts).await.expect(200);
    for who in ["admin", "manager", "viewer"] {
        app.cookie(who).await;
    }
    let other = app.get("other", "/me").await.expect(200).text("/id");
    let server = app.server("manager", "S", "http://127.0.0.1:9/mcp", None).await;
    let deleted = app.credential("admin", "DELETED", "marked-canary").await;

    passes(
        &app,
        &ids,
        "session.delete",
        app.call(Some("viewer"), Method::DELETE, "/api/v1/session", None),
    )
    .await;
    let account = format!("/users/{other}");
    let disabled = app.patch("admin", &account, json!({"disabled": true}));
    passes(&app, &ids, "user.update", disabled).await;
    let switched_off = app.patch("admin", &server, json!({"enabled": false}));
    passes(&app, &ids, "mcp_server.update", switched_off).await;
    let deleted = format!("/credentials/{deleted}");
    passes(&app, &ids, "credential.delete", app.delete("admin", &deleted)).await;
}

#[tokio::test]
async fn revocations_pass_the_uses_and_writes_that_wait_on_sqlite() {
    revocations_pass(Engine::Sqlite).await;
}

#[tokio::test]
async fn revocations_pass_the_uses_and_writes_that_wait_on_postgres() {
    revocations_pass(Engine::Postgres).await;
}
