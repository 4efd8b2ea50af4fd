//! Reading a backup: nothing of it is believed before its sums are right.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::cell::Cell;
use super::format::{End, FORMAT, Header, Sums, Trailer};
use crate::vault::{KeyState, Vault};

/// No line of a backup is longer: the longest hold a value, which is at most 64 KiB.
const LONGEST_LINE: u64 = 16 << 20;

/// A backup whose bytes are those that were written.
pub(super) struct Backup {
    path: PathBuf,
    pub header: Header,
    end: End,
}

impl Backup {
    /// Reads the file once: is it a backup, whole, and unchanged?
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let file = File::open(path).with_context(|| format!("Cannot read the backup {shown}. Check the path."))?;
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        read_line(&mut lines, &mut line)?;
        let first: Option<serde_json::Value> = serde_json::from_slice(&line).ok();
        let format = first.as_ref().and_then(|first| first["strongroom_backup"].as_u64());
        let Some(format) = format else {
            bail!("The file {shown} is not a Strongroom backup.");
        };
        ensure!(
            format <= u64::from(FORMAT),
            "The backup {shown} was written by a newer release of Strongroom (format {format}, this one reads {FORMAT}). \
             Restore it with that release."
        );
        let header: Option<Header> = serde_json::from_slice(&line).ok();

        let mut hash = Sha256::new();
        let trailer = loop {
            let last = std::mem::take(&mut line);
            if read_line(&mut lines, &mut line)? == 0 {
                break last;
            }
            hash.update(&last);
        };
        let Ok(Trailer { end }) = serde_json::from_slice(&trailer) else {
            bail!("The backup {shown} is incomplete: its end is missing. Use another copy.");
        };
        let right = STANDARD.decode(&end.sha256).is_ok_and(|sum| sum == hash.finalize()[..]);
        let (true, Some(header)) = (right, header) else {
            bail!("The backup {shown} is damaged. Use another copy.");
        };
        Ok(Self {
            path: path.to_owned(),
            header,
            end,
        })
    }

    pub fn total_rows(&self) -> u64 {
        self.header.tables.iter().map(|table| table.rows).sum()
    }

    /// The keys that it needs.
    pub fn keys(&self) -> anyhow::Result<Vec<(String, KeyState)>> {
        let rows = self.header.key_rows()?;
        Ok(rows.into_iter().map(|row| (row.id, row.state)).collect())
    }

    /// The rows, one after the other. The last one comes only after the MAC was found right.
    pub fn rows(&self, vault: &Vault) -> anyhow::Result<Rows<'_>> {
        let file = File::open(&self.path)?;
        let mut rows = Rows {
            backup: self,
            lines: BufReader::with_capacity(1 << 16, file),
            sums: Some(Sums::new(&*vault.backup_key(&self.header.mac_key)?)?),
            line: Vec::new(),
            table: 0,
            row: 0,
            number: 0,
        };
        rows.next_line()?;
        Ok(rows)
    }
}

/// Goes through the rows of a backup.
pub(super) struct Rows<'a> {
    backup: &'a Backup,
    lines: BufReader<File>,
    sums: Option<Sums>,
    line: Vec<u8>,
    table: usize,
    row: u64,
    number: u64,
}

impl Rows<'_> {
    /// The number of the table and the cells; nothing at the end.
    pub fn next(&mut self) -> anyhow::Result<Option<(usize, Vec<Cell>)>> {
        let tables = &self.backup.header.tables;
        while tables.get(self.table).is_some_and(|table| self.row >= table.rows) {
            self.table += 1;
            self.row = 0;
        }
        let Some(table) = tables.get(self.table) else {
            self.finish()?;
            return Ok(None);
        };
        self.next_line()?;
        self.row += 1;
        let values: Vec<serde_json::Value> = serde_json::from_slice(&self.line).ok().with_context(|| self.odd())?;
        ensure!(values.len() == table.columns.len(), self.odd());
        let cells: anyhow::Result<Vec<Cell>> = table
            .columns
            .iter()
            .zip(values)
            .map(|((_, kind), value)| Cell::from_json(*kind, value))
            .collect();
        // What stands in the line is not repeated.
        Ok(Some((self.table, cells.ok().with_context(|| self.odd())?)))
    }

    fn next_line(&mut self) -> anyhow::Result<()> {
        self.line.clear();
        read_line(&mut self.lines, &mut self.line)?;
        self.number += 1;
        if let Some(sums) = &mut self.sums {
            sums.add(&self.line);
        }
        Ok(())
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        let agrees = self.sums.take().is_none_or(|sums| sums.agrees(&self.backup.end));
        ensure!(
            agrees,
            "The backup {} was changed by someone without the keyring. Use another copy.",
            self.backup.path.display()
        );
        Ok(())
    }

    fn odd(&self) -> String {
        format!(
            "Line {} of the backup {} is not a row of its table. Use another copy.",
            self.number,
            self.backup.path.display()
        )
    }
}

/// Reads one line with its end, and tells how many bytes it has.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> anyhow::Result<usize> {
    let read = lines
        .take(LONGEST_LINE)
        .read_until(b'\n', line)
        .context("Cannot read the whole backup. Check the disk.")?;
    Ok(read)
}
