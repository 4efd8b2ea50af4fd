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
    /// `postgres://…` for a database that several servers share, with commas between several hosts; the default is a
    /// SQLite file in the data folder.
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Connections to PostgreSQL that this server keeps at most. All servers together must stay below its
    /// `max_connections`.
    #[arg(long, global = true, env = "STRONGROOM_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    pub database_connections: Option<u32>,
    /// How long a request waits for one of these connections.
    #[arg(long, global = true, env = "STRONGROOM_DATABASE_WAIT", value_name = "SECONDS")]
    pub database_wait: Option<u32>,
    /// PostgreSQL ends a statement that takes longer (`statement_timeout`).
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_STATEMENT_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub database_statement_timeout: Option<u32>,
    /// PostgreSQL ends a wait for a lock that takes longer (`lock_timeout`).
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_LOCK_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub database_lock_timeout: Option<u32>,
    /// PostgreSQL ends a transaction whose server is silent for longer (`idle_in_transaction_session_timeout`), so that
    /// the others get its locks. Keep it below the lock timeout.
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_DATABASE_IDLE_TRANSACTION_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub database_idle_transaction_timeout: Option<u32>,
    /// PostgreSQL asks after a silent connection after this time, and ends it after twice as long (`tcp_keepalives_idle`,
    /// `tcp_user_timeout`).
    #[arg(long, global = true, env = "STRONGROOM_DATABASE_KEEPALIVE", value_name = "SECONDS")]
    pub database_keepalive: Option<u32>,
    /// Connect to a PostgreSQL on another machine without TLS, or without verifying its certificate. Others on the way can
    /// then read the database password.
    #[arg(long, global = true, env = "STRONGROOM_INSECURE_DATABASE", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub insecure_database: Option<bool>,
    /// The keyring, where somebody else keeps it. (Its text can also come in `STRONGROOM_KEYRING`.)
    #[arg(long, global = true, env = "STRONGROOM_KEYRING_FILE", value_name = "FILE")]
    pub keyring_file: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, global = true, env = "STRONGROOM_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The address that people use, e.g. `https://strongroom.example.com`.
    #[arg(long, global = true, env = "STRONGROOM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Listen on other addresses than loopback without https. Passwords and sessions then travel in clear.
    #[arg(long, global = true, env = "STRONGROOM_INSECURE_HTTP", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub insecure_http: Option<bool>,
    /// The proxies in front, as addresses or networks, e.g. `127.0.0.1,10.0.0.0/8`. Only they are believed when
    /// they say in `X-Forwarded-For` where a request came from.
    #[arg(
        long,
        global = true,
        env = "STRONGROOM_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<Network>>,
    /// Whether secrets may be sent to loopback and private networks, where self-hosted servers live (default: true).
    #[arg(long, global = true, env = "STRONGROOM_OUTBOUND_PRIVATE_NETWORKS", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub outbound_private_networks: Option<bool>,
    /// The memory for everything that is being read from MCP servers and models at once, in MiB. One user, and one
    /// server, may have a quarter of it each, so that it limits the largest answer too.
    #[arg(long, global = true, env = "STRONGROOM_READ_BUDGET_MIB", value_name = "MIB", value_parser = clap::value_parser!(u64).range(4..=65_536))]
    pub read_budget_mib: Option<u64>,
    /// The most operations that run at once: actions, tests, lists of tools and calls of tools.
    #[arg(long, global = true, env = "STRONGROOM_MAX_OPERATIONS", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_operations: Option<u32>,
    /// The most operations of one user that run at once. More are answered with 429 and `Retry-After`.
    #[arg(long, global = true, env = "STRONGROOM_MAX_OPERATIONS_PER_USER", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_operations_per_user: Option<u32>,
    /// The programs that MCP servers may be started from; only the file can name them.
    #[arg(skip)]
    pub stdio_commands: Option<Vec<StdioCommand>>,
    /// Start stdio servers also where nothing keeps them from reading the data folder and the keyring.
    #[arg(long, global = true, env = "STRONGROOM_STDIO_UNCONFINED", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub stdio_unconfined: Option<bool>,
    /// Records of all kinds that one user may own; 0 for no limit.
    #[arg(long, global = true, env = "STRONGROOM_QUOTA_RECORDS", value_name = "NUMBER")]
    pub quota_records: Option<u32>,
    /// Mebibytes of values that one user may store; 0 for no limit.
    #[arg(long, global = true, env = "STRONGROOM_QUOTA_VALUES_MIB", value_name = "MIB")]
    pub quota_values_mib: Option<u32>,
    /// Uses of credentials in a second by one user, on each server; 0 for no limit.
    #[arg(long, global = true, env = "STRONGROOM_QUOTA_USES_PER_SECOND", value_name = "NUMBER")]
    pub quota_uses_per_second: Option<u32>,
    /// Mebibytes of the reserve beside a SQLite database, given up when the disk is full so that deleting still works; 0
    /// for none.
    #[arg(long, global = true, env = "STRONGROOM_RESERVE_MIB", value_name = "MIB")]
    pub reserve_mib: Option<u32>,
    /// Folder with the built site, for development; a release binary carries its own.
    #[arg(long, global = true, env = "STRONGROOM_SITE_DIR", value_name = "FOLDER")]
    pub site_dir: Option<PathBuf>,
    /// The language of the pages: `en`, or `fr` for a French frame around English pages.
    #[arg(long, global = true, env = "STRONGROOM_LOCALE", value_name = "LOCALE")]
    pub locale: Option<String>,
    /// Address and port for `/metrics`, which Prometheus reads, and for `/healthz` and `/readyz`. Anyone who can reach it sees metrics without names.
    #[arg(long, global = true, env = "STRONGROOM_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// After SIGTERM `/readyz` answers 503 for this time, while requests are still taken, so that balancers notice first.
    #[arg(long, global = true, env = "STRONGROOM_DRAIN_TIME", value_name = "SECONDS")]
    pub drain_time: Option<u32>,
    /// How long running requests may take after that, until they are broken off.
    #[arg(long, global = true, env = "STRONGROOM_STOP_TIME", value_name = "SECONDS")]
    pub stop_time: Option<u32>,
    /// What is logged, e.g. `info`, `server=debug,warn`, or `info,access=off` for no lines about requests.
    #[arg(long, global = true, env = "STRONGROOM_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How lines of the log look: `text` for people, `json` for programs.
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

/// How lines of the log look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}
