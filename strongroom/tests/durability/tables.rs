//! Looks into the database beside running servers.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};

use crate::process::Options;

/// A connection of the test's own.
pub enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Tables {
    pub async fn open(options: &Options) -> Self {
        if let Some(url) = &options.database {
            return Self::Postgres(PgConnection::connect(url).await.unwrap());
        }
        let file = SqliteConnectOptions::new().filename(options.folder.join("strongroom.db"));
        Self::Sqlite(file.read_only(true).connect().await.unwrap())
    }

    /// One number.
    pub async fn number(&mut self, sql: &'static str) -> i64 {
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_one(connection).await.unwrap(),
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_one(connection).await.unwrap(),
        }
    }

    /// Every event has its number and none is missing: what many wrote at once is in one order.
    pub async fn assert_trail_whole(&mut self) {
        let count = self.number("SELECT count(*) FROM audit_events").await;
        let last = self.number("SELECT max(seq) FROM audit_events").await;
        let head = self.number("SELECT seq FROM audit_head").await;
        let ends = self
            .number("SELECT count(*) FROM audit_events e JOIN audit_head h ON h.seq = e.seq AND h.mac = e.mac")
            .await;
        assert_eq!((count, head, ends), (last, last, 1));
    }
}
