//! Transactions on either engine.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::{Database, Postgres, Sqlite, Transaction};
use tokio::time::Instant;

use super::{BULK, Db, DbError, PATIENCE, Turn, WriteClass, Writes, execute, limited};

/// A transaction on either engine. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite: begun IMMEDIATE, so it never has to be upgraded.
    Sqlite(Held<Sqlite>),
    /// On PostgreSQL: READ COMMITTED; rows are ordered by an UPDATE that comes first.
    Postgres(Held<Postgres>),
}

/// A transaction with its place in the queue of writes and its time limits, which hold on PostgreSQL. It dereferences to
/// the connection, as a transaction does. A connection that did not answer in time is not used again: the pool checks
/// each connection that comes back, and closes it.
#[derive(Debug)]
pub struct Held<DB: Database> {
    transaction: Transaction<'static, DB>,
    /// Dropped after the transaction. `None` for transactions that only read.
    turn: Option<Turn>,
    /// Limit of each statement.
    statement: Duration,
    /// End of the whole transaction, if it has one.
    deadline: Option<Instant>,
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
    /// The limit of the next statement.
    pub(crate) fn limit(&self) -> Duration {
        until(self.deadline, self.statement)
    }

    async fn commit(self) -> Result<(), sqlx::Error> {
        let Self { transaction, turn, .. } = self;
        let committed = transaction.commit().await;
        drop(turn);
        committed
    }
}

/// At most this time, and not beyond the deadline.
fn until(deadline: Option<Instant>, most: Duration) -> Duration {
    deadline.map_or(most, |deadline| {
        deadline.saturating_duration_since(Instant::now()).min(most)
    })
}

impl Db {
    /// Begins a transaction that may write, for a signed-in user or the server itself.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the database is gone, locked or silent; [`DbError::Full`] while its disk is full.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        self.begin_as(WriteClass::User).await
    }

    /// Begins a transaction that may write, in the turn of its class. While the disk is full, those of revocations begin,
    /// and those of uses while half of the reserve is left.
    ///
    /// # Errors
    /// As [`Db::begin`]; [`DbError::Unavailable`] also if no turn came within [`PATIENCE`].
    pub async fn begin_as(&self, class: WriteClass) -> Result<Tx, DbError> {
        self.begin_until(class, Writes::of(class), None).await
    }

    /// Begins a transaction that only records, e.g. in the audit trail: as one of uses while the disk is full.
    pub async fn begin_recording(&self, class: WriteClass) -> Result<Tx, DbError> {
        self.begin_until(class, Writes::Recording, None).await
    }

    /// Begins a transaction that may write and that fails on PostgreSQL if it takes longer than this as a whole.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the database is gone, locked or silent, or no turn came within that time.
    pub async fn begin_within(&self, class: WriteClass, total: Duration) -> Result<Tx, DbError> {
        let deadline = Instant::now() + total;
        self.begin_until(class, Writes::of(class), Some(deadline)).await
    }

    async fn begin_until(&self, class: WriteClass, writes: Writes, deadline: Option<Instant>) -> Result<Tx, DbError> {
        self.admit(writes).await?;
        let turns = match self {
            Self::Sqlite { turns, .. } | Self::Postgres { turns, .. } => turns,
        };
        let turn = tokio::time::timeout(until(deadline, PATIENCE), turns.take(class)).await;
        let turn = Some(turn.map_err(|_| sqlx::Error::PoolTimedOut)?);
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(Held {
                transaction: writer.begin_with("BEGIN IMMEDIATE").await?,
                turn,
                statement: BULK,
                deadline,
            }),
            Self::Postgres {
                pool, urgent, limits, ..
            } => {
                let pool = if class.is_urgent() { urgent } else { pool };
                Tx::Postgres(Held {
                    transaction: limited(until(deadline, limits.read()), pool.begin()).await?,
                    turn,
                    statement: limits.within(),
                    deadline,
                })
            }
        })
    }

    /// Begins a read-only transaction that sees the database as of one moment, for as long as the caller needs.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the database is gone or silent.
    pub async fn snapshot(&self) -> Result<Tx, DbError> {
        Ok(match self {
            Self::Sqlite { reader, .. } => Tx::Sqlite(Held {
                transaction: reader.begin().await?,
                turn: None,
                statement: BULK,
                deadline: None,
            }),
            Self::Postgres { pool, limits, .. } => {
                let begin = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
                let mut tx = Tx::Postgres(Held {
                    transaction: limited(limits.read(), begin).await?,
                    turn: None,
                    statement: limits.within(),
                    deadline: None,
                });
                tx.allow_bulk_work().await?;
                tx
            }
        })
    }
}

impl Tx {
    /// Lifts the time limits of this transaction on PostgreSQL to those of bulk work. Only for a snapshot, which locks no
    /// row, and for a restore into an empty database, which no server uses yet: a frozen process keeps its locks.
    pub async fn allow_bulk_work(&mut self) -> Result<(), DbError> {
        if let Self::Postgres(transaction) = self {
            transaction.statement = BULK;
            for sql in [
                "SET LOCAL statement_timeout = 0",
                "SET LOCAL idle_in_transaction_session_timeout = 0",
            ] {
                execute!(self, sqlx::query(sql))?;
            }
        }
        Ok(())
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// [`DbError::OutcomeUnknown`] if COMMIT was sent and not answered; any other error means that no change was kept.
    pub async fn commit(self) -> Result<(), DbError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => {
                let limit = transaction.limit();
                limited(limit, transaction.commit()).await.map_err(DbError::of_commit)?;
            }
        }
        Ok(())
    }
}
