//! The database: one SQL text for two engines, dispatched by an enum and two small macros.

mod error;
mod open;
mod turns;

pub use error::{DbError, is_unique_violation};
pub use open::{Schema, newest_schema};
pub use turns::{Turn, Turns, WriteClass};

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::{Database, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

/// An open database.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file. One connection writes, several read.
    Sqlite {
        /// The one writing connection.
        writer: SqlitePool,
        /// The reading connections.
        reader: SqlitePool,
        /// The queue in front of the writing connection.
        turns: Turns,
    },
    /// A server that replicas share.
    Postgres {
        /// The connections of all requests.
        pool: PgPool,
        /// A few more for revocations and uses, which other requests cannot take.
        urgent: PgPool,
        /// The queue in front of write transactions.
        turns: Turns,
    },
}

/// A transaction on either engine. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite: begun IMMEDIATE, so it never has to be upgraded.
    Sqlite(Held<Sqlite>),
    /// On PostgreSQL: READ COMMITTED; rows are ordered by an UPDATE that comes first.
    Postgres(Held<Postgres>),
}

/// A transaction with its place in the queue of writes. It dereferences to the connection, as a transaction does.
#[derive(Debug)]
pub struct Held<DB: Database> {
    transaction: Transaction<'static, DB>,
    /// Dropped after the transaction. `None` for transactions that only read.
    turn: Option<Turn>,
}

impl<DB: Database> Deref for Held<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}

impl<DB: Database> DerefMut for Held<DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.transaction
    }
}

impl<DB: Database> Held<DB> {
    async fn commit(self) -> Result<(), sqlx::Error> {
        let Self { transaction, turn } = self;
        let committed = transaction.commit().await;
        drop(turn);
        committed
    }
}

/// Runs a query expression on a reading connection: `read!(db, c => sqlx::query_as(SQL).fetch_one(c))`.
macro_rules! read {
    ($db:expr, $conn:ident => $query:expr) => {
        match &$db {
            $crate::db::Db::Sqlite { reader: $conn, .. } => $query.await,
            $crate::db::Db::Postgres { pool: $conn, .. } => $query.await,
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
    /// Begins a transaction that may write, for a signed-in user or the server itself.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] where the database is gone or locked.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        self.begin_as(WriteClass::User).await
    }

    /// Begins a transaction that may write, in the turn of its class.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the database is gone or locked, or no turn came within [`PATIENCE`].
    pub async fn begin_as(&self, class: WriteClass) -> Result<Tx, DbError> {
        let turns = match self {
            Self::Sqlite { turns, .. } | Self::Postgres { turns, .. } => turns,
        };
        let turn = tokio::time::timeout(PATIENCE, turns.take(class)).await;
        let turn = Some(turn.map_err(|_| sqlx::Error::PoolTimedOut)?);
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(Held {
                transaction: writer.begin_with("BEGIN IMMEDIATE").await?,
                turn,
            }),
            Self::Postgres { pool, urgent, .. } => {
                let pool = if class.is_urgent() { urgent } else { pool };
                Tx::Postgres(Held {
                    transaction: pool.begin().await?,
                    turn,
                })
            }
        })
    }

    /// Begins a transaction that reads everything as it is at one moment, while others write.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] where the database is gone.
    pub async fn snapshot(&self) -> Result<Tx, DbError> {
        Ok(match self {
            Self::Sqlite { reader, .. } => Tx::Sqlite(Held {
                transaction: reader.begin().await?,
                turn: None,
            }),
            Self::Postgres { pool, .. } => Tx::Postgres(Held {
                transaction: pool
                    .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
                turn: None,
            }),
        })
    }

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
    #[must_use]
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
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres { .. })
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
