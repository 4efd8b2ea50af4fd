//! Statements that tests run on the database of a server.

use server::db::Db;
use sqlx::AssertSqlSafe;

use super::TestApp;

/// Runs a statement behind the server's back; tells how many rows it changed.
pub async fn run(app: &TestApp, sql: &str) -> u64 {
    match &app.state.base.db {
        Db::Sqlite { writer, .. } => sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(writer)
            .await
            .expect("a statement")
            .rows_affected(),
        Db::Postgres { pool, .. } => sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(pool)
            .await
            .expect("a statement")
            .rows_affected(),
    }
}

/// Changes rows behind the server's back.
pub async fn tamper(app: &TestApp, sql: &str) {
    assert!(run(app, sql).await > 0, "nothing was changed by {sql}");
}
