//! Restoring: the whole file is checked first, then everything comes into the database, or nothing.

use std::path::Path;

use anyhow::{Context as _, ensure};

use super::catalog;
use super::export::count;
use super::read::Backup;
use super::{Restored, Summary, check, load};
use crate::audit::{self, Event};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{Db, newest_schema};
use crate::http::Principal;
use crate::references;
use crate::vault::{self, Vault};

/// Fills an empty database of either engine from a backup. `progress` hears sentences.
///
/// # Errors
/// A sentence; nothing is in the database then.
pub async fn restore(
    settings: &Settings,
    path: &Path,
    clock: &Clock,
    mut progress: impl FnMut(String),
) -> anyhow::Result<Restored> {
    let backup = Backup::open(path)?;
    let (written, known) = (backup.header.schema, newest_schema());
    ensure!(
        written <= known,
        "The backup {} was written by a newer release of Strongroom ({}; its tables have version {written}, this release \
         supports up to {known}). Restore it with that release.",
        path.display(),
        backup.header.version
    );
    let keys = backup.header.key_rows()?;
    let vault = Vault::open_for(&keys, &settings.keyring)
        .context("This keyring cannot decrypt the backup. Nothing was restored.")?;
    let checked = check::check(&backup, &vault, |done, total| {
        progress(format!("{done} of {total} rows verified"));
    })?;
    checked.ensure_whole("Nothing was restored")?;

    settings.make_data_dir()?;
    let db = Db::open_as_it_is(settings.database_url.as_deref(), &settings.data_dir, &settings.database).await?;
    let outcome = fill(&db, &backup, &vault, clock, &mut progress).await;
    db.close().await;
    Ok(Restored {
        trail: outcome?,
        summary: Summary {
            rows: backup.total_rows(),
            values: checked.values,
            keys: backup.keys()?,
        },
    })
}

async fn fill(
    db: &Db,
    backup: &Backup,
    vault: &Vault,
    clock: &Clock,
    progress: &mut impl FnMut(String),
) -> anyhow::Result<audit::Report> {
    ensure_empty(db, backup.header.schema).await?;
    // First the tables as they were when the backup was made: later migrations may move what they find.
    db.migrate_to(Some(backup.header.schema)).await?;
    let mut tx = db.begin().await?;
    tx.allow_bulk_work().await?;
    load::load(&mut tx, backup, vault, |done, total| {
        progress(format!("{done} of {total} rows restored"));
    })
    .await?;
    let opened = vault::verify_within(&mut tx, vault).await?;
    ensure!(
        opened.broken.is_empty(),
        "Nothing was restored, because these values cannot be decrypted in the database:\n{}",
        opened.broken.join("\n")
    );
    let mut event = Event::new(
        clock.now(),
        &Principal::Cli,
        "database.restore",
        ("database", uuid::Uuid::nil(), "database"),
        None,
    );
    event.target_id = None;
    event.details = Some(format!("backup of {}", backup.header.made_at.to_rfc3339()));
    audit::append(&mut tx, vault, &[event]).await?;
    tx.commit().await?;
    db.migrate_to(None).await?;
    references::convert_older_lists(db, vault, clock).await?;
    let walked = audit::verify(db, vault, 1, &[], |checked, last| {
        progress(format!("{checked} of {last} events of the audit trail verified"));
    });
    Ok(walked.await?)
}

/// No table has a row, and none is of a later time than the backup.
async fn ensure_empty(db: &Db, schema: i64) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    let tables = catalog::tables(&mut tx).await?;
    for table in &tables {
        ensure!(
            count(&mut tx, table).await? == 0,
            "The database already contains data. Nothing was changed. Restore into an empty one: use another --data-dir or --database-url."
        );
    }
    if !tables.is_empty() {
        let present = tx.schema_version().await?;
        ensure!(
            present <= schema,
            "The database is empty, but its tables are newer than the backup. Nothing was changed. Use a database without tables."
        );
    }
    Ok(())
}
