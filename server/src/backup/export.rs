//! Writing a backup while servers go on writing: everything is read in one snapshot.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use futures::TryStreamExt as _;
use sqlx::AssertSqlSafe;

use super::catalog::{self, Table};
use super::cell::{Cell, Kind, read_cells};
use super::format::{FORMAT, Header, Sums};
use super::read::Backup;
use super::{Summary, check};
use crate::audit::{self, Event};
use crate::db::{BULK, Tx, limited, within};
use crate::files::PrivateFile;
use crate::http::Principal;
use crate::infra::Infra;
use crate::vault::{KeyState, Vault};

/// Writes a backup to a new file, reads it back and opens every value of it. Only then it gets its name.
/// `progress` hears sentences.
///
/// # Errors
/// A sentence; there is no file then.
pub async fn backup(base: &Infra, path: &Path, mut progress: impl FnMut(String)) -> anyhow::Result<Summary> {
    ensure!(
        !path.exists(),
        "The file {} already exists. Choose another name: backups are never overwritten.",
        path.display()
    );
    let cannot_write = || {
        format!(
            "Cannot write the backup {}. Check that its folder exists, is writable and has free space.",
            path.display()
        )
    };
    let mut file = PrivateFile::begin(path).with_context(cannot_write)?;
    let standing = base.vault.reload(&base.db).await?;
    if let Some(key) = standing.missing() {
        anyhow::bail!(
            "The keyring {} does not contain the key {}, so the backup cannot be verified. Run this again with the right keyring.",
            base.vault.source().name(),
            key.id
        );
    }
    record(base).await?;
    write(base, &mut file, &mut progress).await?;
    file.sync().with_context(cannot_write)?;

    let backup = Backup::open(file.partial())?;
    let checked = check::check(&backup, &base.vault, |done, total| {
        progress(format!("{done} of {total} rows verified"));
    })?;
    checked.ensure_whole("No backup was kept")?;
    ensure!(
        file.publish_new().with_context(cannot_write)?,
        "The file {} already exists. Choose another name: backups are never overwritten.",
        path.display()
    );
    Ok(Summary {
        rows: backup.total_rows(),
        values: checked.values,
        keys: backup.keys()?,
    })
}

/// The backup holds the record of itself.
async fn record(base: &Infra) -> anyhow::Result<()> {
    let mut event = Event::new(
        base.clock.now(),
        &Principal::Cli,
        "database.backup",
        ("database", uuid::Uuid::nil(), "database"),
        None,
    );
    event.target_id = None;
    let mut tx = base.db.begin().await?;
    audit::append(&mut tx, &base.vault, &[event]).await?;
    tx.commit().await?;
    Ok(())
}

async fn write(base: &Infra, file: &mut PrivateFile, progress: &mut impl FnMut(String)) -> anyhow::Result<()> {
    let mut tx = base.db.snapshot().await?;
    let header = header(&mut tx, base).await?;
    let mut out = Lines {
        sums: Sums::new(&*base.vault.backup_key(&header.mac_key)?)?,
        out: BufWriter::with_capacity(1 << 16, file),
    };
    out.line(&serde_json::to_vec(&header)?)?;
    let total: u64 = header.tables.iter().map(|table| table.rows).sum();
    let mut done = 0;
    for table in &header.tables {
        let sql = format!("SELECT {} FROM \"{}\" ORDER BY 1", table.column_list(), table.name);
        macro_rules! copy {
            ($tx:expr) => {{
                let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **$tx);
                while let Some(row) = limited(BULK, rows.try_next()).await? {
                    let cells: Vec<Cell> = read_cells!(row, table.columns);
                    let line: Vec<serde_json::Value> = cells.iter().map(Cell::to_json).collect();
                    out.line(&serde_json::to_vec(&line)?)?;
                    done += 1;
                    if done % 100 == 0 {
                        progress(format!("{done} of {total} rows written"));
                    }
                }
            }};
        }
        match &mut tx {
            Tx::Sqlite(tx) => copy!(tx),
            Tx::Postgres(tx) => copy!(tx),
        }
    }
    let Lines { sums, mut out } = out;
    serde_json::to_writer(&mut out, &sums.finish())?;
    out.write_all(b"\n")?;
    out.flush()
        .context("Cannot write the backup. Check that the disk has free space.")
}

async fn header(tx: &mut Tx, base: &Infra) -> anyhow::Result<Header> {
    let mut tables = catalog::tables(tx).await?;
    for table in &mut tables {
        table.rows = count(tx, table).await?;
    }
    let keys = Vault::rows(tx).await?;
    let active = keys.iter().find(|row| row.state == KeyState::Active);
    Ok(Header {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        schema: tx.schema_version().await?,
        made_at: base.clock.now(),
        mac_key: active.context("The database has no active key.")?.id.clone(),
        keys: keys.iter().map(Into::into).collect(),
        tables,
    })
}

/// How many rows a table has.
pub(super) async fn count(tx: &mut Tx, table: &Table) -> anyhow::Result<u64> {
    let sql = format!("SELECT count(*) FROM \"{}\"", table.name);
    let rows: i64 = within!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(c))?;
    Ok(u64::try_from(rows).unwrap_or_default())
}

struct Lines<W: std::io::Write> {
    sums: Sums,
    out: BufWriter<W>,
}

impl<W: std::io::Write> Lines<W> {
    fn line(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        for part in [bytes, b"\n"] {
            self.sums.add(part);
            self.out
                .write_all(part)
                .context("Cannot write the backup. Check that the disk has free space.")?;
        }
        Ok(())
    }
}
