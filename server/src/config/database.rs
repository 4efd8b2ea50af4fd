//! The settings of a PostgreSQL database.

use std::time::Duration;

use anyhow::ensure;

use super::Options;

/// The size of the pool, the time limits and the safety of the connections to a PostgreSQL database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// Connections of the server, at least 2. A quarter of them is kept for revocations and uses.
    pub connections: u32,
    /// Longest wait for a connection of the pool.
    pub wait: Duration,
    /// `statement_timeout`.
    pub statement: Duration,
    /// `lock_timeout`.
    pub lock: Duration,
    /// `idle_in_transaction_session_timeout`: shorter than `lock`, so that the others of a frozen server still get the
    /// locks that it held.
    pub idle_transaction: Duration,
    /// `tcp_keepalives_idle`; the other TCP options follow from it.
    pub keepalive: Duration,
    /// Connections without verified TLS to other machines are accepted.
    pub insecure: bool,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            connections: 16,
            wait: Duration::from_secs(5),
            statement: Duration::from_secs(10),
            lock: Duration::from_secs(2),
            idle_transaction: Duration::from_secs(1),
            keepalive: Duration::from_secs(10),
            insecure: false,
        }
    }
}

/// The largest number of connections, and of seconds, that a setting takes.
const MOST: u32 = 3600;

/// All settings of the database but its URL.
pub(super) fn settings(given: &Options, file: &Options) -> anyhow::Result<DatabaseSettings> {
    let defaults = DatabaseSettings::default();
    let number = |name: &str, least: u32, given: Option<u32>, file: Option<u32>| {
        let number = given.or(file);
        ensure!(
            number.is_none_or(|number| (least..=MOST).contains(&number)),
            "The setting {name} is out of range. Use a number from {least} to {MOST}."
        );
        Ok(number)
    };
    let seconds = |name: &str, given: Option<u32>, file: Option<u32>, default: Duration| {
        let number = number(name, 1, given, file)?;
        anyhow::Ok(number.map_or(default, |number| Duration::from_secs(number.into())))
    };
    Ok(DatabaseSettings {
        connections: number(
            "database_connections",
            2,
            given.database_connections,
            file.database_connections,
        )?
        .unwrap_or(defaults.connections),
        wait: seconds("database_wait", given.database_wait, file.database_wait, defaults.wait)?,
        statement: seconds(
            "database_statement_timeout",
            given.database_statement_timeout,
            file.database_statement_timeout,
            defaults.statement,
        )?,
        lock: seconds(
            "database_lock_timeout",
            given.database_lock_timeout,
            file.database_lock_timeout,
            defaults.lock,
        )?,
        idle_transaction: seconds(
            "database_idle_transaction_timeout",
            given.database_idle_transaction_timeout,
            file.database_idle_transaction_timeout,
            defaults.idle_transaction,
        )?,
        keepalive: seconds(
            "database_keepalive",
            given.database_keepalive,
            file.database_keepalive,
            defaults.keepalive,
        )?,
        insecure: given
            .insecure_database
            .or(file.insecure_database)
            .unwrap_or(defaults.insecure),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_no_time_is_refused_and_the_setting_is_named() {
        let none = Options::default();
        assert_eq!(settings(&none, &none).unwrap(), DatabaseSettings::default());
        for number in [0, MOST + 1] {
            let options = Options {
                database_lock_timeout: Some(number),
                ..Options::default()
            };
            let error = settings(&none, &options).unwrap_err().to_string();
            assert!(error.contains("database_lock_timeout"), "{error}");
        }
        let given = Options {
            database_connections: Some(40),
            ..Options::default()
        };
        assert_eq!(settings(&given, &none).unwrap().connections, 40);
    }
}
