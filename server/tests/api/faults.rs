//! Faults of the database while the server runs: each is a 503 that names its kind, and ends with its cause.

use http::Method;
use serde_json::json;
use server::config::DatabaseSettings;
use server::db::{Db, DbError, Turns};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::audit::run;
use crate::both_engines;
use crate::support::{Answer, Engine, TestApp};

async fn ready(app: &TestApp) -> Answer {
    app.call(None, Method::GET, "/readyz", None).await
}

both_engines! {
    async fn only_missing_tables_are_reported_as_an_older_schema(app: TestApp) {
        ready(&app).await.expect(200);
        run(&app, "ALTER TABLE _sqlx_migrations RENAME TO set_aside").await;
        ready(&app).await.problem(503, "schema-behind");
        // The table is there and the query fails for another reason.
        run(&app, "CREATE TABLE _sqlx_migrations (other BIGINT)").await;
        ready(&app).await.problem(503, "unavailable");
        run(&app, "DROP TABLE _sqlx_migrations").await;
        run(&app, "ALTER TABLE set_aside RENAME TO _sqlx_migrations").await;
        run(&app, "DELETE FROM _sqlx_migrations WHERE version = 2").await;
        ready(&app).await.problem(503, "schema-behind");
    }

    async fn missed_heartbeats_and_uses_that_cannot_be_recorded_are_not_ready(app: TestApp) {
        let readiness = &app.state.base.readiness;
        readiness.heartbeat(true);
        readiness.heartbeat(false);
        ready(&app).await.expect(200);
        readiness.heartbeat(false);
        let refused = ready(&app).await.problem(503, "cannot-write");
        assert_eq!(refused.header("retry-after"), "5");
        readiness.heartbeat(true);
        ready(&app).await.expect(200);
        readiness.recorded(false);
        ready(&app).await.problem(503, "audit-unavailable");
        readiness.recorded(true);
        ready(&app).await.expect(200);
    }
}

/// Makes the database read-only for new connections, as a standby is, and ends the present ones.
async fn set_read_only(app: &TestApp, read_only: &str) {
    let url = app.database_url.as_deref().unwrap();
    let (_, name) = url.rsplit_once('/').unwrap();
    let mut other = <sqlx::PgConnection as sqlx::Connection>::connect(url.replace(name, "postgres").as_str())
        .await
        .unwrap();
    for sql in [
        format!("ALTER DATABASE {name} SET default_transaction_read_only = {read_only}"),
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut other).await.unwrap();
    }
}

#[tokio::test]
async fn a_standby_is_not_ready_and_refuses_writes_until_it_is_promoted() {
    let app = TestApp::start(Engine::Postgres).await;
    let credential = json!({"name": "ON_STANDBY", "value": "canary-standby"});
    app.cookie("manager").await;
    set_read_only(&app, "on").await;
    ready(&app).await.problem(503, "cannot-write");
    app.post("manager", "/credentials", credential.clone())
        .await
        .problem(503, "unavailable");
    set_read_only(&app, "off").await;
    ready(&app).await.expect(200);
    app.post("manager", "/credentials", credential).await.expect(201);
}

#[tokio::test]
async fn a_database_that_closes_each_connection_at_once_is_unavailable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    for mode in [sqlx::postgres::PgSslMode::Disable, sqlx::postgres::PgSslMode::Require] {
        let options = PgConnectOptions::new().host("127.0.0.1").port(port).ssl_mode(mode);
        let pool = PgPoolOptions::new().connect_lazy_with(options);
        let db = Db::Postgres {
            urgent: pool.clone(),
            pool,
            turns: Turns::new(2, 1),
            limits: DatabaseSettings::default(),
        };
        let schema = db.schema().await;
        assert!(matches!(schema, Err(DbError::Unavailable(_))), "{schema:?}");
        let begun = db.begin().await;
        assert!(matches!(begun, Err(DbError::Unavailable(_))), "{begun:?}");
    }
}
