//! Faults of the database while the server runs: each is a 503 that names its kind, and ends with its cause.

use std::time::Duration;

use futures::FutureExt as _;
use http::Method;
use serde_json::json;
use server::config::DatabaseSettings;
use server::db::{Db, DbError, Turn, Turns, WriteClass};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::both_engines;
use crate::support::statements::run;
use crate::support::{Answer, Engine, TestApp};

async fn ready(app: &TestApp) -> Answer {
    app.call(None, Method::GET, "/readyz", None).await
}

/// Lets only revocations be written: under SQLite as on a full disk, under PostgreSQL by holding all other places.
async fn admit_only_revocations(app: &TestApp) -> Vec<Turn> {
    let db = &app.state.base.db;
    match db {
        Db::Sqlite { .. } => {
            // No disk has that much.
            assert!(db.keep_reserve(1 << 60).await.is_err());
            Vec::new()
        }
        Db::Postgres { turns, .. } => std::iter::from_fn(|| turns.take(WriteClass::User).now_or_never()).collect(),
    }
}

both_engines! {
    async fn only_changes_that_end_access_are_written_like_revocations(app: TestApp) {
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        let credential = format!("/credentials/{key}");
        let list = json!({"allowed_hosts": ["a.example", "b.example", "c.example"]});
        app.patch("manager", &credential, list).await.expect(200);
        let body = json!({"name": "S", "url": "https://a.example/", "credential_id": key});
        let server = app.post("manager", "/mcp-servers", body).await.expect(201).text("/id");
        let server = format!("/mcp-servers/{server}");
        let settings = json!({"provider": "openai", "model_id": "m", "base_url": "https://b.example/v1", "api_key": key});
        let body = json!({"name": "B", "settings": settings});
        let binding = app.post("manager", "/model-bindings", body).await.expect(201).text("/id");
        let binding = format!("/model-bindings/{binding}");
        let user = app.get("admin", "/users?search=other").await.expect(200).text("/items/0/id");
        let user = format!("/users/{user}");

        let _held = admit_only_revocations(&app).await;
        for (who, path, body) in [
            ("manager", &server, json!({"enabled": false})),
            ("manager", &server, json!({"credential_id": null})),
            ("manager", &binding, json!({"settings": {"api_key": null}})),
            ("manager", &credential, json!({"allowed_hosts": ["c.example", "a.example"]})),
            ("manager", &credential, json!({"allowed_hosts": null})),
            ("admin", &user, json!({"role": "viewer"})),
            ("admin", &user, json!({"disabled": true})),
        ] {
            app.patch(who, path, body).await.expect(200);
        }
        // At once: under PostgreSQL each waits for its turn until it is refused.
        let app = &app;
        let refused = [
            ("manager", &server, json!({"enabled": true})),
            ("manager", &server, json!({"enabled": false, "name": "T"})),
            ("manager", &server, json!({"credential_id": null, "enabled": true})),
            ("manager", &binding, json!({"name": "C", "settings": {"api_key": null}})),
            ("manager", &credential, json!({"allowed_hosts": ["a.example"]})),
            ("manager", &credential, json!({"allowed_hosts": null, "name": "OTHER"})),
            ("admin", &user, json!({"disabled": false})),
            ("admin", &user, json!({"role": "administrator"})),
            ("admin", &user, json!({"disabled": true, "name": "Renamed"})),
        ]
        .map(|(who, path, body)| app.patch(who, path, body));
        for answer in futures::future::join_all(refused).await {
            answer.expect(503);
        }
    }

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

#[tokio::test]
async fn migrations_keep_the_limit_of_idle_transactions() {
    let url = Engine::Postgres.fresh_database().await;
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_as_it_is(url.as_deref(), folder.path(), &DatabaseSettings::default())
        .await
        .unwrap();
    db.migrate_to(Some(1)).await.unwrap();
    let Db::Postgres { pool, .. } = &db else { unreachable!() };
    // Each migration that follows records the limits of its connection in its row.
    let limits = "ALTER TABLE _sqlx_migrations ADD COLUMN limits TEXT DEFAULT concat(current_setting('statement_timeout'), ' ', \
                  current_setting('lock_timeout'), ' ', current_setting('idle_in_transaction_session_timeout'))";
    sqlx::query(limits).execute(pool).await.unwrap();
    db.migrate_to(None).await.unwrap();
    let recorded: Vec<String> = sqlx::query_scalar("SELECT DISTINCT limits FROM _sqlx_migrations WHERE version > 1")
        .fetch_all(pool)
        .await
        .unwrap();
    assert_eq!(recorded, ["0 0 1s"]);
    db.close().await;
}

#[tokio::test]
async fn sessions_of_both_pools_have_the_configured_limits() {
    const OPTIONS: &str = "SELECT name || ' = ' || setting FROM pg_settings WHERE name IN ('statement_timeout', \
         'lock_timeout', 'idle_in_transaction_session_timeout', 'tcp_keepalives_idle', 'tcp_keepalives_interval', \
         'tcp_keepalives_count', 'tcp_user_timeout') ORDER BY name";
    // PostgreSQL reports the options of TCP as 0 on a Unix socket.
    const OVER_TCP: &str = "SELECT inet_server_addr() IS NOT NULL";
    // No value is a default, of Strongroom or of PostgreSQL, except the constant number of keepalives.
    let settings = DatabaseSettings {
        statement: Duration::from_secs(17),
        lock: Duration::from_secs(3),
        idle_transaction: Duration::from_millis(2_500),
        keepalive: Duration::from_secs(21),
        ..DatabaseSettings::default()
    };
    let url = Engine::Postgres.fresh_database().await;
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_as_it_is(url.as_deref(), folder.path(), &settings)
        .await
        .unwrap();
    let Db::Postgres { pool, urgent, .. } = &db else {
        unreachable!()
    };
    for (name, pool) in [("general", pool), ("urgent", urgent)] {
        let over_tcp: bool = sqlx::query_scalar(OVER_TCP).fetch_one(pool).await.unwrap();
        assert!(over_tcp, "STRONGROOM_TEST_POSTGRES names a TCP address");
        let options: Vec<String> = sqlx::query_scalar(OPTIONS).fetch_all(pool).await.unwrap();
        let expected = [
            "idle_in_transaction_session_timeout = 2500",
            "lock_timeout = 3000",
            "statement_timeout = 17000",
            "tcp_keepalives_count = 3",
            "tcp_keepalives_idle = 21",
            "tcp_keepalives_interval = 7",
            "tcp_user_timeout = 42000",
        ];
        assert_eq!(options, expected, "the {name} pool");
    }
    db.close().await;
}
