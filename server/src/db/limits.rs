//! Time limits of everything that is asked of PostgreSQL. A connection can become silent without an error, e.g. when a
//! machine or a firewall between is lost: without a limit the caller would wait for ever.

use std::io;
use std::time::Duration;

use crate::config::DatabaseSettings;

/// A statement that PostgreSQL itself ends is answered within this time after its limit.
const ANSWER: Duration = Duration::from_secs(1);

/// The limit of each statement of bulk work: backup, restore.
pub(crate) const BULK: Duration = Duration::from_mins(10);

impl DatabaseSettings {
    /// The limit of a statement inside a transaction.
    pub(crate) fn within(&self) -> Duration {
        self.statement + ANSWER
    }

    /// The limit of a statement that takes a connection from the pool first.
    pub(crate) fn read(&self) -> Duration {
        self.wait + self.within()
    }

    /// The options that each session starts with.
    pub(super) fn session_options(&self) -> [(&'static str, String); 7] {
        let millis = |limit: Duration| limit.as_millis().to_string();
        let interval = (self.keepalive / 3).max(Duration::from_secs(1));
        [
            ("statement_timeout", millis(self.statement)),
            ("lock_timeout", millis(self.lock)),
            ("idle_in_transaction_session_timeout", millis(self.idle_transaction)),
            ("tcp_keepalives_idle", self.keepalive.as_secs().to_string()),
            ("tcp_keepalives_interval", interval.as_secs().to_string()),
            ("tcp_keepalives_count", "3".to_owned()),
            ("tcp_user_timeout", millis(self.keepalive * 2)),
        ]
    }
}

/// Awaits a query for at most this time. The caller drops the connection after an error: its state is unknown.
pub(crate) async fn limited<T>(
    limit: Duration,
    query: impl IntoFuture<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(limit, query).await.unwrap_or_else(|_| {
        Err(sqlx::Error::Io(io::Error::new(
            io::ErrorKind::TimedOut,
            "the database did not respond in time",
        )))
    })
}
