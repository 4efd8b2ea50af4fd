//! Database errors, sorted by what the caller can do about them.

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Gone, locked, full or overloaded: try again later.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A fault of this program.
    #[error("a database query failed")]
    Query(#[source] sqlx::Error),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) {
            Self::Unavailable(error)
        } else {
            Self::Query(error)
        }
    }
}

fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                // The low byte is the primary code: busy, locked, read-only, I/O, corrupt, full, cannot open, not a database.
                code.parse::<u32>()
                    .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 11 | 13 | 14 | 26))
            } else {
                // Connection, insufficient resources, lock not available, operator intervention, system error, rollback, read-only.
                ["08", "53", "55", "57", "58", "40"]
                    .iter()
                    .any(|class| code.starts_with(class))
                    || code == "25006"
            }
        }
        _ => false,
    }
}

/// Whether a write failed because a row with this key exists.
#[must_use]
pub fn is_unique_violation(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
