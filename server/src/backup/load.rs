//! Putting the rows of a backup into an empty database, in one transaction.

use anyhow::{Context as _, ensure};
use sqlx::AssertSqlSafe;

use super::catalog::{self, Table};
use super::cell::{Cell, bind_cells};
use super::export::count;
use super::read::Backup;
use crate::db::{Tx, execute};
use crate::vault::Vault;

/// No statement binds more values: SQLite's limit is higher, PostgreSQL's far higher.
const MOST_VALUES: usize = 900;

/// Loads every row, and counts them in the database afterwards.
pub(super) async fn load(
    tx: &mut Tx,
    backup: &Backup,
    vault: &Vault,
    mut progress: impl FnMut(u64, u64),
) -> anyhow::Result<()> {
    let present = catalog::tables(tx).await?;
    for table in &backup.header.tables {
        ensure_fits(table, &present)?;
    }
    let total = backup.total_rows();
    let mut done = 0;
    let mut rows = backup.rows(vault)?;
    let mut gathered: Vec<Vec<Cell>> = Vec::new();
    let mut current = 0;
    while let Some((index, cells)) = rows.next()? {
        if index != current {
            insert(tx, &backup.header.tables[current], &mut gathered).await?;
            current = index;
        }
        let table = &backup.header.tables[index];
        gathered.push(cells);
        if gathered.len() >= rows_at_once(table) {
            insert(tx, table, &mut gathered).await?;
        }
        done += 1;
        if done % 100 == 0 {
            progress(done, total);
        }
    }
    if let Some(table) = backup.header.tables.get(current) {
        insert(tx, table, &mut gathered).await?;
    }
    for table in &backup.header.tables {
        ensure!(
            count(tx, table).await? == table.rows,
            "The table {} does not have the same number of rows as the backup. Nothing was restored.",
            table.name
        );
    }
    Ok(())
}

/// The database has the table, and each of its columns with the same kind. Columns that came later are filled
/// by their defaults.
fn ensure_fits(table: &Table, present: &[Table]) -> anyhow::Result<()> {
    let found = present.iter().find(|found| found.name == table.name);
    let fits = found.is_some_and(|found| table.columns.iter().all(|column| found.columns.contains(column)));
    ensure!(
        fits,
        "The table {} differs between the database and the backup. Restore with the release that wrote the backup.",
        table.name
    );
    Ok(())
}

fn rows_at_once(table: &Table) -> usize {
    (MOST_VALUES / table.columns.len().max(1)).clamp(1, 100)
}

async fn insert(tx: &mut Tx, table: &Table, rows: &mut Vec<Vec<Cell>>) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let width = table.columns.len();
    let places: Vec<String> = (0..rows.len())
        .map(|row| {
            let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let sql = format!(
        "INSERT INTO \"{}\" ({}) VALUES {}",
        table.name,
        table.column_list(),
        places.join(", ")
    );
    let cells = rows.drain(..).flatten();
    execute!(tx, bind_cells!(sqlx::query(AssertSqlSafe(sql)), cells))
        .with_context(|| format!("Cannot store rows of the table {}. Nothing was restored.", table.name))?;
    Ok(())
}
