//! Connections to PostgreSQL: how they are made, checked and replaced.

mod cluster;
mod url;

use std::io;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection, PgPool, Row as _};

use super::limits::limited;
use crate::config::DatabaseSettings;
use cluster::Cluster;

/// A healthy connection answers within this time, whatever else the database does.
const ANSWER: Duration = Duration::from_secs(1);

/// Opens two pools on the first host that can be used: for all requests, and for revocations and uses, which get a
/// quarter of the connections.
///
/// # Errors
/// A sentence that says what to do. It never repeats the URL, which may hold a password.
pub(super) async fn open(url: &str, settings: &DatabaseSettings) -> anyhow::Result<(PgPool, PgPool)> {
    let target = url::parse(url, settings.insecure)?;
    let writable = target.writable;
    let cluster = Cluster::new(target, settings);
    let first = cluster.find_at_start().await?;
    let pool = |connections| {
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(settings.wait)
            // In place of the pool's own tests, which have no time limit: on a silent connection a task of the pool
            // would wait for ever and keep its place, until no place is left. After an error the pool closes the
            // connection without another word to the server.
            .test_before_acquire(false)
            .before_acquire(move |connection, _| Box::pin(is_usable(connection, writable)))
            .after_release(|connection, _| Box::pin(is_usable(connection, false)))
            .after_connect(move |connection, _| Box::pin(takes_writes(connection, writable)))
            .connect_lazy_with(cluster.options(first))
    };
    let urgent = (settings.connections / 4).max(1);
    let pools = (pool(settings.connections - urgent), pool(urgent));
    tokio::spawn(cluster.follow(first, pools.clone()));
    Ok(pools)
}

/// Sends what is queued, e.g. the ROLLBACK of a dropped transaction, and waits for the answer. If `writable`, the server
/// must still take writes.
async fn is_usable(connection: &mut PgConnection, writable: bool) -> Result<bool, sqlx::Error> {
    if writable {
        takes_writes(connection, writable).await?;
    } else {
        limited(ANSWER, connection.ping()).await?;
    }
    Ok(true)
}

/// `Err` for a server that can only be read, if `writable`.
async fn takes_writes(connection: &mut PgConnection, writable: bool) -> Result<(), sqlx::Error> {
    if writable && is_read_only(connection).await? {
        return Err(sqlx::Error::Io(io::Error::other("this PostgreSQL server is read-only")));
    }
    Ok(())
}

async fn is_read_only(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let row = limited(
        ANSWER,
        sqlx::raw_sql("SHOW transaction_read_only").fetch_one(connection),
    )
    .await?;
    Ok(row.try_get::<String, _>(0)? == "on")
}

/// Runs migrations on a connection of their own without the limits of statements and locks: an index of a large table
/// takes longer. The limit of idle transactions stays, so that a frozen server does not keep its locks on tables.
pub(super) async fn migrate(pool: &PgPool, migrator: &Migrator, version: i64) -> Result<(), MigrateError> {
    // The last options win.
    let unlimited = [("statement_timeout", "0"), ("lock_timeout", "0")];
    let options = pool.connect_options().as_ref().clone().options(unlimited);
    let single = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    let migrated = migrator.run_to(version, &single).await;
    single.close().await;
    migrated
}
