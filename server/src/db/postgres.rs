//! Connections to PostgreSQL: how they are made, checked and replaced.

use std::str::FromStr as _;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};

use super::limits::limited;
use crate::config::DatabaseLimits;

/// A healthy connection answers a ping within this time, whatever else the database does.
const PING: Duration = Duration::from_secs(1);

/// Opens two pools: for all requests, and for revocations and uses, which get a quarter of the connections.
///
/// # Errors
/// A sentence that says what to do. It never repeats the URL, which may hold a password.
pub(super) async fn open(url: &str, limits: &DatabaseLimits) -> anyhow::Result<(PgPool, PgPool)> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| anyhow::anyhow!("The database URL cannot be read. Use postgres://USER@HOST:PORT/DATABASE."))?
        .application_name("strongroom")
        .options(limits.session_options());
    let urgent = (limits.connections / 4).max(1);
    let pool = |connections| {
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(limits.wait)
            // In place of the pool's own tests, which have no time limit: on a silent connection a task of the pool
            // would wait for ever and keep its place, until no place is left. After an error the pool closes the
            // connection without another word to the server.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(answers(connection)))
            .after_release(|connection, _| Box::pin(answers(connection)))
    };
    let all = pool(limits.connections - urgent)
        .connect_with(options.clone())
        .await
        .context("The PostgreSQL database cannot be reached. Check --database-url and that the server runs.")?;
    Ok((all, pool(urgent).connect_lazy_with(options)))
}

/// Sends what is queued, e.g. the ROLLBACK of a dropped transaction, and waits for the answer.
async fn answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    limited(PING, connection.ping()).await.map(|()| true)
}

/// Runs migrations on a connection of their own without the limits of requests: an index of a large table takes longer.
pub(super) async fn migrate(pool: &PgPool, migrator: &Migrator, version: i64) -> Result<(), MigrateError> {
    // The last options win.
    let options = pool.connect_options().as_ref().clone().options([
        ("statement_timeout", "0"),
        ("lock_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
    ]);
    let single = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    let migrated = migrator.run_to(version, &single).await;
    single.close().await;
    migrated
}
