//! The database: one SQL text for two engines, dispatched by an enum and two small macros.

mod error;
mod open;

pub use error::{DbError, is_unique_violation};
pub use open::{Schema, newest_schema};

use std::time::Duration;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file. One connection writes, several read.
    Sqlite {
        /// The one writing connection.
        writer: SqlitePool,
        /// The reading connections.
        reader: SqlitePool,
    },
    /// A server that replicas share.
    Postgres(PgPool),
}

/// A transaction on either engine. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite: begun IMMEDIATE, so it never has to be upgraded.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL: READ COMMITTED; rows are ordered by an UPDATE that comes first.
    Postgres(Transaction<'static, Postgres>),
}

/// Runs a query expression on a reading connection: `read!(db, c => sqlx::query_as(SQL).fetch_one(c))`.
macro_rules! read {
    ($db:expr, $conn:ident => $query:expr) => {
        match &$db {
            $crate::db::Db::Sqlite { reader: $conn, .. } => $query.await,
            $crate::db::Db::Postgres($conn) => $query.await,
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
                let $conn = &mut **transaction;
                $query.await
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
            $crate::db::Tx::Postgres(transaction) => $query
                .execute(&mut **transaction)
                .await
                .map(|done| done.rows_affected()),
        }
    };
}
pub(crate) use execute;

/// How long a request waits for a connection or a lock before it is told to come back.
pub const PATIENCE: Duration = Duration::from_secs(5);

impl Db {
    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] where the database is gone or locked.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that reads everything as it is at one moment, while others write.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] where the database is gone.
    pub async fn snapshot(&self) -> Result<Tx, DbError> {
        Ok(match self {
            Self::Sqlite { reader, .. } => Tx::Sqlite(reader.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        })
    }

    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// The pools: name, busy and idle connections.
    #[must_use]
    pub fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        let count = |size: u32, idle: usize| {
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            (size.saturating_sub(idle), idle)
        };
        match self {
            Self::Sqlite { writer, reader } => [("writer", writer), ("reader", reader)]
                .map(|(name, pool)| {
                    let (busy, idle) = count(pool.size(), pool.num_idle());
                    (name, busy, idle)
                })
                .to_vec(),
            Self::Postgres(pool) => {
                let (busy, idle) = count(pool.size(), pool.num_idle());
                vec![("all", busy, idle)]
            }
        }
    }

    /// Whether several servers can share this database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

impl Tx {
    /// Makes everything durable, or nothing.
    ///
    /// # Errors
    /// [`DbError`] where nothing was kept, as far as the database says.
    pub async fn commit(self) -> Result<(), DbError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}
