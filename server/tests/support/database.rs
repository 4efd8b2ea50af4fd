//! Fresh databases for tests.

use sqlx::{Connection as _, Executor as _, PgConnection};

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The address of an empty database; nothing for the file in the data folder.
    pub async fn fresh_database(self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(fresh_postgres().await),
        }
    }
}

async fn fresh_postgres() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test command tells where its PostgreSQL is"
    )]
    let url = std::env::var("STRONGROOM_TEST_POSTGRES");
    let url =
        url.expect("STRONGROOM_TEST_POSTGRES names a PostgreSQL server: run `cargo xtask test` without `--engine sqlite`, which starts one");
    let name = format!("strongroom_{}", uuid::Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&url)
        .await
        .expect("the PostgreSQL server of the tests answers");
    connection
        .execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .expect("a database can be made");
    connection.close().await.expect("the connection closes");
    let (server, _) = url.rsplit_once('/').expect("the address names a database");
    format!("{server}/{name}")
}
