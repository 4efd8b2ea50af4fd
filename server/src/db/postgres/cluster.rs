//! The hosts of a PostgreSQL cluster, and the one that is used: after a failover the pool is pointed to the host that
//! takes writes now.

use std::io;
use std::time::Duration;

use anyhow::bail;
use futures::future::join_all;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgPool};
use tokio::time::Instant;

use super::is_read_only;
use super::url::{Host, Target};
use crate::config::DatabaseSettings;
use crate::db::limits::limited;

/// How often a connection of the pool is tried.
const CHECK: Duration = Duration::from_secs(1);
/// How long the pool may take to give one, before the hosts are asked directly.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a start waits for a database that starts, too.
const START_WITHIN: Duration = Duration::from_secs(5);

/// The hosts of a database URL.
#[derive(Debug)]
pub(super) struct Cluster {
    hosts: Vec<Host>,
    writable: bool,
    connect_within: Duration,
}

/// Why a host cannot be used.
#[derive(Debug)]
enum Trouble {
    ReadOnly,
    Failed(sqlx::Error),
}

impl Cluster {
    pub(super) fn new(target: Target, settings: &DatabaseSettings) -> Self {
        let mut hosts = target.hosts;
        for host in &mut hosts {
            host.options = host
                .options
                .clone()
                .application_name("strongroom")
                .options(settings.session_options());
        }
        Self {
            hosts,
            writable: target.writable,
            connect_within: target.connect_within,
        }
    }

    /// How to connect to a host.
    pub(super) fn options(&self, host: usize) -> PgConnectOptions {
        self.hosts[host].options.clone()
    }

    /// The first host that can be used. A database that starts at the same time is waited for.
    ///
    /// # Errors
    /// A sentence that says for each host why it cannot.
    pub(super) async fn find_at_start(&self) -> anyhow::Result<usize> {
        let deadline = Instant::now() + START_WITHIN;
        loop {
            let troubles = match self.find().await {
                Ok(host) => return Ok(host),
                Err(troubles) => troubles,
            };
            if Instant::now() >= deadline || !troubles.iter().any(Trouble::may_pass) {
                bail!(
                    "Cannot use the PostgreSQL database. {} Check --database-url.",
                    self.sentences(&troubles)
                );
            }
            tokio::time::sleep(CHECK / 2).await;
        }
    }

    /// Points the pools to another host whenever the one that it uses fails or takes no writes any more, and logs why
    /// the database cannot be used. Ends with the pools.
    pub(super) async fn follow(self, mut current: usize, (pool, urgent): (PgPool, PgPool)) {
        let mut told = None;
        loop {
            tokio::select! {
                () = pool.close_event() => return,
                () = tokio::time::sleep(CHECK) => {}
            }
            // The pool checks the connection that it gives.
            let trouble = match tokio::time::timeout(PATIENCE, pool.acquire()).await {
                Ok(Ok(_)) => None,
                _ => match self.find().await {
                    Ok(host) => {
                        if host != current {
                            current = host;
                            tracing::warn!("now using the database at {}", self.hosts[host].name);
                            for pool in [&pool, &urgent] {
                                pool.set_connect_options(self.options(host));
                            }
                        }
                        None
                    }
                    Err(troubles) => Some(self.sentences(&troubles)),
                },
            };
            if trouble != told {
                if let Some(sentences) = &trouble {
                    tracing::warn!("the database cannot be used: {sentences}");
                } else {
                    tracing::info!("the database can be used again");
                }
                told = trouble;
            }
        }
    }

    /// Asks all hosts at once; the first of the list that can be used.
    async fn find(&self) -> Result<usize, Vec<Trouble>> {
        let answers = join_all(self.hosts.iter().map(|host| self.try_host(host))).await;
        let mut troubles = Vec::new();
        for (at, answer) in answers.into_iter().enumerate() {
            match answer {
                Ok(()) => return Ok(at),
                Err(trouble) => troubles.push(trouble),
            }
        }
        Err(troubles)
    }

    async fn try_host(&self, host: &Host) -> Result<(), Trouble> {
        let mut connection = limited(self.connect_within, host.options.connect())
            .await
            .map_err(Trouble::Failed)?;
        let read_only = self.writable && is_read_only(&mut connection).await.map_err(Trouble::Failed)?;
        // The server notices the end of the connection in any case.
        let _ = limited(self.connect_within, connection.close()).await;
        if read_only { Err(Trouble::ReadOnly) } else { Ok(()) }
    }

    fn sentences(&self, troubles: &[Trouble]) -> String {
        let sentence = |(host, trouble): (&Host, &Trouble)| format!("{} {}.", host.name, trouble.words());
        let sentences: Vec<String> = self.hosts.iter().zip(troubles).map(sentence).collect();
        sentences.join(" ")
    }
}

impl Trouble {
    /// `true` for a server that starts, is promoted, or has too many connections at this moment.
    fn may_pass(&self) -> bool {
        match self {
            Self::ReadOnly => true,
            Self::Failed(sqlx::Error::Io(error)) => error.kind() == io::ErrorKind::ConnectionRefused,
            Self::Failed(sqlx::Error::Database(error)) => {
                matches!(error.code().unwrap_or_default().as_ref(), "53300" | "57P03")
            }
            Self::Failed(_) => false,
        }
    }

    fn words(&self) -> String {
        let error = match self {
            Self::ReadOnly => return "is read-only: it is a standby or configured that way".to_owned(),
            Self::Failed(error) => error,
        };
        let unsafe_connection = "does not offer TLS, or its certificate is not trusted for this name: give it a trusted certificate (set sslrootcert=FILE in the URL for your own authority), or accept a connection that others can read with --insecure-database";
        match error {
            sqlx::Error::Database(error) => match error.code().unwrap_or_default().as_ref() {
                "53300" => "has too many connections: raise its max_connections, or lower database_connections on the servers that share it"
                    .to_owned(),
                "28P01" | "28000" => "refuses the user, the password or a connection without TLS".to_owned(),
                "3D000" => "has no database of this name: create it first".to_owned(),
                "42501" => "does not let this user connect to this database".to_owned(),
                "57P03" => "is starting or stopping".to_owned(),
                code => format!("refuses the connection (code {code})"),
            },
            sqlx::Error::Tls(_) => unsafe_connection.to_owned(),
            sqlx::Error::Io(error) => match error.kind() {
                io::ErrorKind::InvalidData => unsafe_connection.to_owned(),
                io::ErrorKind::ConnectionRefused => "is not listening on this port".to_owned(),
                io::ErrorKind::TimedOut => "does not respond".to_owned(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                    "closes connections at once".to_owned()
                }
                _ => "cannot be reached: its name or address may be wrong".to_owned(),
            },
            sqlx::Error::Protocol(_) => "closes connections at once, or is not PostgreSQL".to_owned(),
            sqlx::Error::Configuration(_) => {
                "does not accept the certificates in the URL".to_owned()
            }
            _ => "cannot be used".to_owned(),
        }
    }
}
