//! Opening and migrating.

use std::path::Path;
use std::str::FromStr as _;

use anyhow::{Context as _, bail};
use sqlx::Connection as _;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Db, DbError, PATIENCE, Room, Turns, Tx, postgres, read, within};
use crate::config::{DatabaseSettings, beside_database, database_file};

/// Bytes that the write-ahead log of SQLite keeps on the disk after a checkpoint, however large it was.
const LOG_KEPT: &str = "8388608";

impl Db {
    /// Opens the database, creates it where it is a file that does not exist, and brings its tables up to date.
    pub async fn open(url: Option<&str>, data_dir: &Path, limits: &DatabaseSettings) -> anyhow::Result<Self> {
        let db = Self::open_as_it_is(url, data_dir, limits).await?;
        // No migration is even begun for tables that are up to date: a user without the right to make tables can serve.
        if db.schema().await? == Schema::Behind {
            db.migrate_to(None).await?;
        }
        Ok(db)
    }

    /// Opens the database, creates it where it is a file that does not exist, and leaves its tables alone.
    pub async fn open_as_it_is(url: Option<&str>, data_dir: &Path, limits: &DatabaseSettings) -> anyhow::Result<Self> {
        Ok(match url {
            None => {
                let file = data_dir.join("strongroom.db");
                make_private(&file).context("Cannot create the database file. Check the data folder.")?;
                let room = Room::beside(&file, "reserve");
                Self::open_sqlite(SqliteConnectOptions::new().filename(file), room).await?
            }
            Some(url) if url.starts_with("sqlite:") => {
                let options = SqliteConnectOptions::from_str(url)
                    .map_err(|_| anyhow::anyhow!("The database URL is not valid. Use sqlite:PATH."))?;
                if let Some(file) = database_file(url) {
                    make_private(&file).with_context(|| {
                        format!(
                            "Cannot create the database file {}, or protect it from other users. Check its folder and its owner.",
                            file.display()
                        )
                    })?;
                }
                let room = database_file(url).map_or_else(Room::default, |file| {
                    let mut name = file.file_name().unwrap_or_default().to_owned();
                    name.push("-reserve");
                    Room::beside(&file, name)
                });
                Self::open_sqlite(options, room).await?
            }
            Some(url) if url.starts_with("postgres:") || url.starts_with("postgresql:") => {
                let (pool, urgent) = postgres::open(url, limits).await?;
                let writers = pool.options().get_max_connections() / 2;
                Self::Postgres {
                    turns: turns(writers.max(1), urgent.options().get_max_connections()),
                    pool,
                    urgent,
                    limits: limits.clone(),
                }
            }
            Some(_) => bail!("The database URL is not valid. Begin it with postgres:// or sqlite:."),
        })
    }

    async fn open_sqlite(options: SqliteConnectOptions, room: Room) -> anyhow::Result<Self> {
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged write survives a loss of power.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("secure_delete", "ON");
        let sentence = "Cannot open the database file. Check that the data folder is writable and not full.";
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .after_release({
                let room = room.clone();
                move |connection, _| {
                    let room = room.clone();
                    Box::pin(async move {
                        let reusable = is_reusable(connection).await?;
                        if !reusable {
                            room.look_after_failure();
                        }
                        Ok(reusable)
                    })
                }
            })
            .connect_with(options.clone().pragma("journal_size_limit", LOG_KEPT))
            .await
            .context(sentence)?;
        let reader = SqlitePoolOptions::new()
            .max_connections(8)
            .acquire_timeout(PATIENCE)
            .after_release(|connection, _| Box::pin(is_reusable(connection)))
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .context(sentence)?;
        Ok(Self::Sqlite {
            writer,
            reader,
            turns: turns(1, 0),
            room,
        })
    }

    /// Brings the tables up to the migration of this number, or to the newest.
    pub async fn migrate_to(&self, version: Option<i64>) -> anyhow::Result<()> {
        let (migrator, version) = (migrator(), version.unwrap_or(i64::MAX));
        match self {
            Self::Sqlite { writer, .. } => migrator.run_to(version, writer).await,
            Self::Postgres { pool, .. } => postgres::migrate(pool, &migrator, version).await,
        }
        .context("Cannot update the database's tables. Restore a backup, or use the newer release.")
    }

    /// `true` for a PostgreSQL server that takes no writes: a standby, or a primary that was made read-only. The heartbeat
    /// finds a read-only file.
    pub async fn is_read_only(&self) -> Result<bool, DbError> {
        if !self.is_shared() {
            return Ok(false);
        }
        Ok(read!(*self, c => sqlx::query_scalar(IS_READ_ONLY).fetch_one(c))?)
    }

    /// How the tables of the database stand to this build.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] where the database does not answer.
    pub async fn schema(&self) -> Result<Schema, DbError> {
        let applied: Result<Vec<i64>, DbError> =
            read!(*self, c => sqlx::query_scalar(APPLIED).fetch_all(c)).map_err(DbError::from);
        let applied = match applied {
            Ok(applied) => applied,
            // Not even the table of migrations exists.
            Err(error) if error.is_missing_table() => return Ok(Schema::Behind),
            Err(error) => return Err(error),
        };
        let migrator = migrator();
        if migrator.iter().any(|migration| !applied.contains(&migration.version)) {
            return Ok(Schema::Behind);
        }
        let newer = applied.iter().any(|version| !migrator.version_exists(*version));
        Ok(if newer { Schema::Ahead } else { Schema::Current })
    }
}

/// The queue in front of write transactions: so many at a time, and more for urgent ones.
fn turns(places: u32, kept: u32) -> Turns {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Turns::new(count(places + kept), count(kept))
}

/// How the tables of a database stand to this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Older: this build does not run with them.
    Behind,
    /// Those of this build.
    Current,
    /// Of a newer release, which only added to them.
    Ahead,
}

/// The number of the newest migration of this build.
pub fn newest_schema() -> i64 {
    migrator()
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default()
}

impl Tx {
    /// The number of the newest migration of the database.
    ///
    /// # Errors
    /// [`DbError`] where the database fails or has no tables.
    pub async fn schema_version(&mut self) -> Result<i64, DbError> {
        let applied: Vec<i64> = within!(self, c => sqlx::query_scalar(APPLIED).fetch_all(c))?;
        Ok(applied.into_iter().max().unwrap_or_default())
    }
}

/// `false` if the connection still counts a transaction as open after the ROLLBACK of its last user. SQLite rolls back by
/// itself when the disk is full, a read or write fails or memory runs out; the ROLLBACK then fails, the count is never
/// corrected, and every later BEGIN would be refused. The pool closes such a connection and opens another.
async fn is_reusable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Commands are executed in order: the answer comes after a ROLLBACK that was queued by a dropped transaction.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

// On a standby it is on, independent of role and database.
const IS_READ_ONLY: &str = "SELECT current_setting('transaction_read_only') = 'on'";
const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success";

fn migrator() -> Migrator {
    let mut migrator: Migrator = sqlx::migrate!("../migrations");
    // A binary runs with a schema one release ahead.
    migrator.set_ignore_missing(true);
    migrator
}

/// Makes the file where it is not there, and lets nobody but its owner read it, nor what a server that was killed left
/// beside it. SQLite gives what it makes there the permissions of the file.
fn make_private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let private = || std::fs::Permissions::from_mode(0o600);
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(file)?
        .set_permissions(private())?;
    for left in beside_database(file) {
        match std::fs::set_permissions(left, private()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;

    fn mode(file: &Path) -> u32 {
        std::fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn nobody_else_reads_a_database_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("else where.sqlite");
        // A file of an older release, and what was left beside it.
        let before = folder.path().join("before.db");
        let left = PathBuf::from(format!("{}-wal", before.display()));
        for file in [&before, &left] {
            std::fs::write(file, []).unwrap();
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        for (url, file) in [
            (None, folder.path().join("strongroom.db")),
            (
                Some(format!("sqlite:{}/else%20where.sqlite", folder.path().display())),
                elsewhere,
            ),
            (Some(format!("sqlite://{}?mode=rwc", before.display())), before),
        ] {
            let db = Db::open(url.as_deref(), folder.path(), &DatabaseSettings::default())
                .await
                .unwrap();
            assert_eq!(mode(&file), 0o600, "{url:?}");
            let beside: Vec<PathBuf> = beside_database(&file).filter(|file| file.exists()).collect();
            assert!(!beside.is_empty(), "there is a log while the database is open");
            for file in beside {
                assert_eq!(mode(&file), 0o600, "{}", file.display());
            }
            db.close().await;
        }
        assert!(
            Db::open_as_it_is(Some("sqlite::memory:"), folder.path(), &DatabaseSettings::default())
                .await
                .is_ok()
        );
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 3, "no file for what is only in memory");
    }
}
