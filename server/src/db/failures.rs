//! Errors of the database, counted by class. The counters are the process's own: an error is classified where no server is
//! known.

use std::io;
use std::sync::LazyLock;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// The label of a counter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Class {
    class: &'static str,
}

static COUNTERS: LazyLock<Family<Class, Counter>> = LazyLock::new(Family::default);

/// The counters, for the registry of a server.
pub fn counters() -> Family<Class, Counter> {
    COUNTERS.clone()
}

pub(super) fn count(error: &sqlx::Error) {
    COUNTERS.get_or_create(&Class { class: class(error) }).inc();
}

/// Counts a COMMIT that was not answered.
pub(super) fn count_unknown_outcome() {
    COUNTERS
        .get_or_create(&Class {
            class: "outcome-unknown",
        })
        .inc();
}

fn class(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => "timeout",
        sqlx::Error::PoolTimedOut => "pool-timeout",
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => "connection",
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                return sqlite(code.parse().unwrap_or_default());
            }
            match code.as_ref() {
                "53300" => "too-many-connections",
                "53100" => "full",
                "57014" | "25P03" | "25P04" => "timeout",
                "55P03" => "lock",
                "25006" => "read-only",
                code if ["08", "57", "28", "3D"].iter().any(|class| code.starts_with(class)) => "connection",
                code if code.starts_with("40") => "lock",
                code if ["53", "58", "XX"].iter().any(|class| code.starts_with(class)) => "server",
                _ => "query",
            }
        }
        _ => "query",
    }
}

/// By the primary code, which is the low byte.
fn sqlite(code: u32) -> &'static str {
    match code & 0xff {
        5 | 6 => "lock",
        8 => "read-only",
        13 => "full",
        7 | 10 | 11 | 14 | 26 => "server",
        _ => "query",
    }
}
