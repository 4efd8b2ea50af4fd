//! Database errors, classified by what the caller can do about them.

use super::failures;

/// SQLite's code for a full disk (ENOSPC).
const SQLITE_FULL: u32 = 13;
/// A file that cannot grow: a disk quota (EDQUOT) and a limit of the file size (EFBIG) are reported as one of these.
const SQLITE_IOERR_WRITE: u32 = 778;
const SQLITE_IOERR_SHMSIZE: u32 = 4874;
/// Primary codes with a cause outside of this program: permission, busy, locked, no memory, read-only, interrupted, I/O,
/// corrupt, full, cannot open, locking protocol, large files not supported, not a database.
const SQLITE_ENVIRONMENT: [u32; 13] = [3, 5, 6, 7, 8, 9, 10, 11, SQLITE_FULL, 14, 15, 22, 26];
/// SQLSTATE classes and codes with a cause outside of this program: connection, invalid authorization, unknown database,
/// insufficient resources, lock not available, operator intervention, system error, rollback, configuration, internal error
/// (XX000 for a disk quota, EDQUOT, and for a limit of the file size, EFBIG; corrupt data or index); read-only transaction,
/// timeouts of a transaction.
const POSTGRES_ENVIRONMENT: [&str; 13] = [
    "08", "28", "3D", "53", "55", "57", "58", "40", "F0", "XX", "25006", "25P03", "25P04",
];
/// PostgreSQL knows only ENOSPC as a full disk.
const POSTGRES_DISK_FULL: &str = "53100";
const POSTGRES_UNDEFINED_TABLE: &str = "42P01";

/// Why a database request failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Gone, locked, damaged or overloaded: try again later.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The disk is full. Without a source: the write was not tried, because only the reserve is left.
    #[error("the disk of the database is full")]
    Full(#[source] Option<sqlx::Error>),
    /// COMMIT was sent and its answer was lost: the transaction may have been committed or not.
    #[error("the outcome of a transaction is not known")]
    OutcomeUnknown(#[source] sqlx::Error),
    /// A fault of this program.
    #[error("a database query failed")]
    Query(#[source] sqlx::Error),
}

impl DbError {
    /// `true` if a statement names a table that does not exist: the migrations have not run.
    pub fn is_missing_table(&self) -> bool {
        let Self::Query(sqlx::Error::Database(error)) = self else {
            return false;
        };
        if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
            // SQLite has no code of its own for it.
            error.message().starts_with("no such table")
        } else {
            error.code().is_some_and(|code| code == POSTGRES_UNDEFINED_TABLE)
        }
    }

    /// The error of a COMMIT. Only PostgreSQL's own answer says that the transaction was rolled back.
    pub(super) fn of_commit(error: sqlx::Error) -> Self {
        let answered = error.as_database_error().is_some_and(|error| {
            let code = error.code().unwrap_or_default();
            // A session that is ended in the middle of COMMIT may have committed already, e.g. while it waited for a
            // standby; 40003 says so itself.
            !(code.starts_with("08") || code.starts_with("57P") || code == "40003")
        });
        if answered {
            return error.into();
        }
        failures::count_unknown_outcome();
        Self::OutcomeUnknown(error)
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        failures::count(&error);
        if is_full(&error) {
            Self::Full(Some(error))
        } else if is_unavailable(&error) {
            Self::Unavailable(error)
        } else {
            Self::Query(error)
        }
    }
}

/// `true` if a file of the database could not grow.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    match (error, sqlite_code(error)) {
        (_, Some(code)) => sqlite_is_full(code),
        (sqlx::Error::Database(error), None) => error.code().is_some_and(|code| code == POSTGRES_DISK_FULL),
        _ => false,
    }
}

fn sqlite_is_full(code: u32) -> bool {
    code & 0xff == SQLITE_FULL || matches!(code, SQLITE_IOERR_WRITE | SQLITE_IOERR_SHMSIZE)
}

fn sqlite_is_unavailable(code: u32) -> bool {
    SQLITE_ENVIRONMENT.contains(&(code & 0xff))
}

/// The extended result code of SQLite; `None` for every other error.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error()?;
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    error.code()?.parse().ok()
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    if let Some(code) = sqlite_code(error) {
        return sqlite_is_unavailable(code) || lost_its_transaction(error);
    }
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        // A server that closes the connection in the middle of the protocol.
        | sqlx::Error::Protocol(_)
        | sqlx::Error::BeginFailed
        // A connection whose transaction was rolled back by SQLite itself; the pool closes it.
        | sqlx::Error::InvalidSavePointStatement => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            POSTGRES_ENVIRONMENT.iter().any(|class| code.starts_with(class))
        }
        _ => false,
    }
}

/// SQLite rolls a transaction back by itself when the disk is full or fails; a COMMIT after that finds none.
fn lost_its_transaction(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        let message = error.message();
        message.ends_with("no transaction is active") || message.starts_with("cannot start a transaction within")
    })
}

/// Whether a write failed because a row with this key exists.
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
    use std::fmt;

    use sqlx::Connection as _;
    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// An error as PostgreSQL sends it.
    #[derive(Debug)]
    struct Coded(&'static str);

    impl fmt::Display for Coded {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Coded {}

    impl DatabaseError for Coded {
        fn message(&self) -> &str {
            self.0
        }
        fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
            Some(self.0.into())
        }
        fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
            self
        }
        fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
            self
        }
        fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
            self
        }
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn errors_of_the_environment_are_not_faults_of_the_program() {
        let of = |code| DbError::from(sqlx::Error::Database(Box::new(Coded(code))));
        for code in [
            "53200", "53300", "57P01", "57P02", "57P03", "57014", "55P03", "40001", "08006", "25006", "25P03", "28P01",
            "3D000", "58030", "XX000", "XX001",
        ] {
            assert!(matches!(of(code), DbError::Unavailable(_)), "{code}");
        }
        // ENOSPC.
        assert!(matches!(of("53100"), DbError::Full(Some(_))));
        for code in ["42601", "42703", "22001", "25P02"] {
            assert!(matches!(of(code), DbError::Query(_)), "{code}");
            assert!(!of(code).is_missing_table(), "{code}");
        }
        assert!(of("42P01").is_missing_table());
        for error in [
            sqlx::Error::PoolTimedOut,
            sqlx::Error::Protocol("an example".to_owned()),
            sqlx::Error::Io(std::io::ErrorKind::UnexpectedEof.into()),
            sqlx::Error::InvalidSavePointStatement,
        ] {
            assert!(matches!(DbError::from(error), DbError::Unavailable(_)));
        }
    }

    #[test]
    fn a_file_of_sqlite_that_cannot_grow_is_a_full_disk() {
        // ENOSPC; EDQUOT and EFBIG of the database and its log; the same of the index of the log.
        for code in [13, 778, 4874] {
            assert!(sqlite_is_full(code) && sqlite_is_unavailable(code), "{code}");
        }
        // Reads, syncs, a short read, a locked file, a file that cannot be made, and faults of the program.
        for code in [266, 1034, 522, 5, 14, 1, 19] {
            assert!(!sqlite_is_full(code), "{code}");
        }
        for code in [266, 1034, 522, 5, 14] {
            assert!(sqlite_is_unavailable(code), "{code}");
        }
    }

    #[tokio::test]
    async fn an_error_of_a_full_sqlite_is_read_from_its_code() {
        let mut connection = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for statement in ["CREATE TABLE t (x BLOB)", "PRAGMA max_page_count = 2"] {
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }
        let filled = sqlx::query("INSERT INTO t VALUES (zeroblob(100000))")
            .execute(&mut connection)
            .await;
        assert!(matches!(DbError::from(filled.unwrap_err()), DbError::Full(Some(_))));
    }
}
