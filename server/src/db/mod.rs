//! The database: one SQL text for two engines, dispatched by an enum and two small macros.

mod error;
pub mod failures;
mod limits;
mod open;
mod postgres;
mod room;
mod transaction;
mod turns;

pub use error::{DbError, is_unique_violation};
pub(crate) use limits::{BULK, limited};
pub use open::{Schema, newest_schema};
pub use room::{Room, Writes};
pub use transaction::{Held, Tx};
pub use turns::{Turn, Turns, WriteClass};

use std::time::Duration;

use sqlx::{PgPool, SqlitePool};

use crate::config::DatabaseSettings;

#[derive(Clone, Debug)]
pub enum Db {
    /// A file. One connection writes, several read.
    Sqlite {
        /// The one writing connection.
        writer: SqlitePool,
        reader: SqlitePool,
        /// The queue in front of the writing connection.
        turns: Turns,
        /// The room on its disk.
        room: Room,
    },
    /// A server that replicas share.
    Postgres {
        /// The connections of all requests.
        pool: PgPool,
        /// A few more for revocations and uses, which other requests cannot take.
        urgent: PgPool,
        /// The queue in front of write transactions.
        turns: Turns,
        /// The time limits of all connections.
        limits: DatabaseSettings,
    },
}

/// Runs a query expression on a reading connection: `read!(db, c => sqlx::query_as(SQL).fetch_one(c))`.
macro_rules! read {
    ($db:expr, $conn:ident => $query:expr) => {
        match &$db {
            $crate::db::Db::Sqlite { reader: $conn, .. } => $query.await,
            $crate::db::Db::Postgres {
                pool: $conn, limits, ..
            } => $crate::db::limited(limits.read(), $query).await,
        }
    };
}
pub(crate) use read;

/// Runs a query expression inside a transaction: `within!(tx, c => sqlx::query(SQL).execute(c))`.
macro_rules! within {
    ($tx:expr, $conn:ident => $query:expr) => {
        match &mut *$tx {
            $crate::db::Tx::Sqlite(transaction) => {
                let $conn = &mut **transaction;
                $query.await
            }
            $crate::db::Tx::Postgres(transaction) => {
                let limit = transaction.limit();
                let $conn = &mut **transaction;
                $crate::db::limited(limit, $query).await
            }
        }
    };
}
pub(crate) use within;

/// Runs a statement inside a transaction and tells how many rows it changed: `execute!(tx, sqlx::query(SQL))`.
macro_rules! execute {
    ($tx:expr, $query:expr) => {
        match &mut *$tx {
            $crate::db::Tx::Sqlite(transaction) => $query
                .execute(&mut **transaction)
                .await
                .map(|done| done.rows_affected()),
            $crate::db::Tx::Postgres(transaction) => {
                let limit = transaction.limit();
                $crate::db::limited(limit, $query.execute(&mut **transaction))
                    .await
                    .map(|done| done.rows_affected())
            }
        }
    };
}
pub(crate) use execute;

/// How long a request waits for its turn, and on SQLite for a connection or a lock, before it is refused.
pub const PATIENCE: Duration = Duration::from_secs(5);

impl Db {
    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, reader, .. } => {
                reader.close().await;
                writer.close().await;
            }
            Self::Postgres { pool, urgent, .. } => {
                pool.close().await;
                urgent.close().await;
            }
        }
    }

    /// The pools: name, busy and idle connections.
    pub fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        let count = |size: u32, idle: usize| {
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            (size.saturating_sub(idle), idle)
        };
        match self {
            Self::Sqlite { writer, reader, .. } => [("writer", writer), ("reader", reader)]
                .map(|(name, pool)| {
                    let (busy, idle) = count(pool.size(), pool.num_idle());
                    (name, busy, idle)
                })
                .to_vec(),
            Self::Postgres { pool, urgent, .. } => [("all", pool), ("urgent", urgent)]
                .map(|(name, pool)| {
                    let (busy, idle) = count(pool.size(), pool.num_idle());
                    (name, busy, idle)
                })
                .to_vec(),
        }
    }

    /// Whether several servers can share this database.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }
}
