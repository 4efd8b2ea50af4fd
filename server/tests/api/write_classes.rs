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
/// At most two batches go before a revocation. PostgreSQL may give a row that was just released to the next batch, which
/// asks at that moment, before the revocation that waits for it wakes up.
fn uses_before(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 2 * 64,
        Engine::Postgres => 3 * 64,
    }
}
/// The maximum number of attempts: a database that stops for seconds, as on a machine with a busy disk, refuses a revocation.
const TRIES: usize = 5;
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

/// Waits until so many transactions wait for the one that is under way; `false` if they do not within seconds.
async fn are_queued(app: &TestApp, transactions: usize) -> bool {
    for _ in 0..2000 {
        let queued = match &app.state.base.db {
            Db::Sqlite { turns, .. } => CLASSES.iter().map(|class| turns.waiting(*class)).sum(),
            Db::Postgres { pool, .. } => {
                let waiting: i64 = sqlx::query_scalar(LOCK_WAITERS).fetch_one(pool).await.unwrap();
                usize::try_from(waiting).unwrap()
            }
        };
        if queued >= transactions {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    false
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
async fn passes(engine: Engine, app: &TestApp, ids: &[String], action: &str, revocation: impl AsyncFn() -> Answer) {
    for _ in 0..TRIES {
        let newest = app
            .get("admin", "/audit-events?limit=1")
            .await
            .expect(200)
            .number("/items/0/seq");
        let (is_queued, revoked, written) = revoke_behind(engine, app, ids, &revocation).await;
        if revoked.status == 503 {
            continue;
        }
        assert!(revoked.status < 300, "{}", revoked.whole());
        assert!(is_queued, "{action}: uses and writes were not queued");
        for write in written {
            write.expect(200);
        }
        let actions = actions_after(app, newest).await;
        let at = actions.iter().position(|found| found == action).expect(action);
        let before = |action: &str| actions[..at].iter().filter(|found| *found == action).count();
        let (uses, writes) = (before("credential.use"), before("credential.update"));
        assert!(
            uses <= uses_before(engine) && writes <= WRITES_BEFORE,
            "{action} waited for {uses} uses and {writes} writes"
        );
        return;
    }
    panic!("{action} was not tried behind uses and writes");
}

/// Holds the trail until writes, uses and the revocation wait for it. Returns whether they did, the answer of the
/// revocation, and those of the writes.
async fn revoke_behind(
    engine: Engine,
    app: &TestApp,
    ids: &[String],
    revocation: &impl AsyncFn() -> Answer,
) -> (bool, Answer, Vec<Answer>) {
    // A write that is under way: all others wait for it.
    let mut held = app.state.base.db.begin().await.unwrap();
    match &mut held {
        Tx::Sqlite(tx) => sqlx::query(HEAD).execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::query(HEAD).execute(&mut **tx).await.map(drop),
    }
    .unwrap();
    let resolver = app.state.credentials.resolver();
    let writes = join_all(ids.iter().map(async |id| {
        let body = json!({"name": format!("{} {id}", uuid::Uuid::now_v7())});
        app.patch("manager", &format!("/credentials/{id}"), body).await
    }));
    let writes_queued = match engine {
        Engine::Sqlite => WRITES,
        Engine::Postgres => PLACES,
    };
    let uses = async {
        are_queued(app, writes_queued).await;
        join_all((0..USES).map(|_| resolver.resolve(a_use(&ids[0])))).await
    };
    let revoked = async {
        are_queued(app, writes_queued + 1).await;
        let ending = async {
            let is_queued = are_queued(app, writes_queued + 2).await && resolver.waiting() >= USES - 64;
            drop(held);
            is_queued
        };
        tokio::join!(ending, revocation())
    };
    let (written, _, (is_queued, revoked)) = tokio::join!(writes, uses, revoked);
    (is_queued, revoked, written)
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

    let passes = async |action: &str, who: &'static str, method: Method, path: &str, body: Option<Value>| {
        let path = format!("/api/v1{path}");
        let revocation = async || app.call(Some(who), method.clone(), &path, body.clone()).await;
        passes(engine, &app, &ids, action, revocation).await;
    };
    passes("session.delete", "viewer", Method::DELETE, "/session", None).await;
    let (other, disabled) = (format!("/users/{other}"), json!({"disabled": true}));
    passes("user.update", "admin", Method::PATCH, &other, Some(disabled)).await;
    let switched_off = json!({"enabled": false});
    passes("mcp_server.update", "admin", Method::PATCH, &server, Some(switched_off)).await;
    let deleted = format!("/credentials/{deleted}");
    passes("credential.delete", "admin", Method::DELETE, &deleted, None).await;
}

#[tokio::test]
async fn revocations_pass_the_uses_and_writes_that_wait_on_sqlite() {
    revocations_pass(Engine::Sqlite).await;
}

#[tokio::test]
async fn revocations_pass_the_uses_and_writes_that_wait_on_postgres() {
    revocations_pass(Engine::Postgres).await;
}
