//! What can be set. `strongroom settings` and `docs/settings.md` are made from this.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::{Network, StdioCommand};

/// Every setting, each with its flag, its variable and its key in `strongroom.toml`. Its default is
/// told in `cli/settings.rs`, where a test asks for it.
#[derive(Args, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Folder for the database and the keyring.
    #[arg(long, global = true, env = "STRONGROOM_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// `postgres://…` for a database that several servers share, with commas between hosts. Default: a SQLite file in
    /// the data folder.
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Maximum number of connections from this server to PostgreSQL. All servers together must stay below its
    /// `max_connections`.
    #[arg(long, global = true, env = "STRONGROOM_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    pub database_connections: Option<u32>,
    /// Maximum wait of a request for a connection.
    #[arg(long, global = true, env = "STRONGROOM_DATABASE_WAIT", value_name = "SECONDS")]
    pub database_wait: Option<u32>,
    /// Maximum duration of a statement in PostgreSQL (`statement_timeout`).
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_STATEMENT_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub database_statement_timeout: Option<u32>,
    /// Maximum wait for a lock in PostgreSQL (`lock_timeout`).
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_LOCK_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub database_lock_timeout: Option<u32>,
    /// Maximum idle time of a transaction in PostgreSQL (`idle_in_transaction_session_timeout`), so that other servers
    /// get its locks. Keep it below the lock timeout.
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_IDLE_TRANSACTION_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub database_idle_transaction_timeout: Option<u32>,
    /// PostgreSQL checks a silent connection after this time, and ends it after twice as long (`tcp_keepalives_idle`,
    /// `tcp_user_timeout`).
    #[arg(long, global = true, env = "STRONGROOM_DATABASE_KEEPALIVE", value_name = "SECONDS")]
    pub database_keepalive: Option<u32>,
    /// Connect to PostgreSQL on another machine without TLS, or without verifying its certificate. Anyone on the network
    /// can then read the database password.
    #[arg(long, global = true, env = "STRONGROOM_INSECURE_DATABASE", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub insecure_database: Option<bool>,
    /// The keyring, if you keep it outside the data folder. (`STRONGROOM_KEYRING` can hold its text instead.)
    #[arg(long, global = true, env = "STRONGROOM_KEYRING_FILE", value_name = "FILE")]
    pub keyring_file: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, global = true, env = "STRONGROOM_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The URL that people use, e.g. `https://strongroom.example.com`.
    #[arg(long, global = true, env = "STRONGROOM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Listen on addresses other than loopback without https. Passwords and sessions are then sent unencrypted.
    #[arg(long, global = true, env = "STRONGROOM_INSECURE_HTTP", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub insecure_http: Option<bool>,
    /// Proxies in front of Strongroom, as addresses or networks, e.g. `127.0.0.1,10.0.0.0/8`. Strongroom trusts
    /// `X-Forwarded-For` only from them.
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<Network>>,
    /// Allow secrets to be sent to loopback and private networks, for self-hosted servers (default: true).
    #[arg(long, global = true, env = "STRONGROOM_OUTBOUND_PRIVATE_NETWORKS", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub outbound_private_networks: Option<bool>,
    /// Memory for all responses from MCP servers and models together, in MiB. Each user, and each server, gets up to a
    /// quarter of it, so it limits the largest response too.
    #[arg(long, global = true, env = "STRONGROOM_READ_BUDGET_MIB", value_name = "MIB", value_parser = clap::value_parser!(u64).range(4..=65_536))]
    pub read_budget_mib: Option<u64>,
    /// Maximum number of operations at once: actions, tests, tool lists and tool calls.
    #[arg(long, global = true, env = "STRONGROOM_MAX_OPERATIONS", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_operations: Option<u32>,
    /// Maximum number of operations of one user at once. More get status 429 and `Retry-After`.
    #[arg(long, global = true, env = "STRONGROOM_MAX_OPERATIONS_PER_USER", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_operations_per_user: Option<u32>,
    /// The programs that MCP servers can run; only the file can list them.
    #[arg(skip)]
    pub stdio_commands: Option<Vec<StdioCommand>>,
    /// Start stdio servers even if they can read the data folder and the keyring.
    #[arg(long, global = true, env = "STRONGROOM_STDIO_UNCONFINED", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub stdio_unconfined: Option<bool>,
    /// Maximum number of records of all kinds per user; 0 for no limit.
    #[arg(long, global = true, env = "STRONGROOM_QUOTA_RECORDS", value_name = "NUMBER")]
    pub quota_records: Option<u32>,
    /// Maximum size of stored values per user, in MiB; 0 for no limit.
    #[arg(long, global = true, env = "STRONGROOM_QUOTA_VALUES_MIB", value_name = "MIB")]
    pub quota_values_mib: Option<u32>,
    /// Maximum number of credential uses per second and user, on each server; 0 for no limit.
    #[arg(long, global = true, env = "STRONGROOM_QUOTA_USES_PER_SECOND", value_name = "NUMBER")]
    pub quota_uses_per_second: Option<u32>,
    /// Size of the reserve file next to a SQLite database, in MiB. It is released when the disk is full, so that deleting
    /// still works; 0 for none.
    #[arg(long, global = true, env = "STRONGROOM_RESERVE_MIB", value_name = "MIB")]
    pub reserve_mib: Option<u32>,
    /// Folder with the built site, for development; a release binary contains its own.
    #[arg(long, global = true, env = "STRONGROOM_SITE_DIR", value_name = "FOLDER")]
    pub site_dir: Option<PathBuf>,
    /// The language of the pages: `en`, or `fr` for a French frame around English pages.
    #[arg(long, global = true, env = "STRONGROOM_LOCALE", value_name = "LOCALE")]
    pub locale: Option<String>,
    /// Address and port for `/metrics` (Prometheus), `/healthz` and `/readyz`. Anyone who can reach it can read the metrics, which contain no names.
    #[arg(long, global = true, env = "STRONGROOM_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// After SIGTERM, `/readyz` returns 503 for this time while the server still accepts requests, so that load balancers notice first.
    #[arg(long, global = true, env = "STRONGROOM_DRAIN_TIME", value_name = "SECONDS")]
    pub drain_time: Option<u32>,
    /// Time for running requests after that, before the server ends them.
    #[arg(long, global = true, env = "STRONGROOM_STOP_TIME", value_name = "SECONDS")]
    pub stop_time: Option<u32>,
    /// Log filter, e.g. `info`, `server=debug,warn`, or `info,access=off` to leave out requests.
    #[arg(long, global = true, env = "STRONGROOM_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Log format: `text` for people, `json` for programs.
    #[arg(long, global = true, env = "STRONGROOM_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The database URL can hold a password.
        f.debug_struct("Options")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

/// The log format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A JSON object per line.
    Json,
}
