//! Whether a backup is what a restore needs: every value opens, the audit trail has no gap.

use std::collections::HashMap;

use anyhow::{Context as _, bail, ensure};
use contract::credentials::CredentialId;
use uuid::Uuid;

use super::catalog::Table;
use super::cell::Cell;
use super::read::Backup;
use crate::vault::{Sealed, Vault};

#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Values that opened.
    pub values: u64,
    /// Names of credentials whose value does not open, or is not there.
    broken: Vec<String>,
}

impl Checked {
    /// Refuses what could not be restored whole.
    pub fn ensure_whole(&self, outcome: &str) -> anyhow::Result<()> {
        if self.broken.is_empty() {
            return Ok(());
        }
        bail!(
            "{outcome}: the values of these credentials cannot be decrypted. Save them again or delete them, then run this again:\n{}",
            self.broken.join("\n")
        )
    }
}

/// Goes through a whole backup. `progress` hears how many rows are done, of how many.
pub(super) fn check(backup: &Backup, vault: &Vault, mut progress: impl FnMut(u64, u64)) -> anyhow::Result<Checked> {
    let mut checked = Checked::default();
    // Live credentials, by id, that have not shown their value yet.
    let mut awaited: HashMap<Uuid, (i64, String)> = HashMap::new();
    let mut trail = Trail::default();
    let total = backup.total_rows();
    let mut done = 0;
    let mut rows = backup.rows(vault)?;
    while let Some((index, cells)) = rows.next()? {
        let row = Row {
            table: &backup.header.tables[index],
            cells: &cells,
        };
        match row.table.name.as_str() {
            "credentials" if row.find("deleted_at")? == &Cell::Time(None) => {
                awaited.insert(row.id("id")?, (row.number("version")?, row.text("name")?));
            }
            "credential_versions" => {
                let (id, version) = (row.id("credential_id")?, row.number("version")?);
                let opened = vault.open_value(CredentialId(id), version, &row.sealed()?).is_ok();
                if opened {
                    checked.values += 1;
                }
                // One that does not open is told by name below.
                if opened && awaited.get(&id).is_some_and(|(current, _)| *current == version) {
                    awaited.remove(&id);
                }
            }
            "audit_events" => trail.event(row.number("seq")?, row.bytes("mac")?)?,
            "audit_head" => trail.head = Some((row.number("seq")?, row.bytes("mac")?)),
            _ => {}
        }
        done += 1;
        if done % 100 == 0 {
            progress(done, total);
        }
    }
    trail.ensure_whole()?;
    checked.broken = awaited.into_values().map(|(_, name)| name).collect();
    checked.broken.sort();
    Ok(checked)
}

/// The order of the audit trail. Its contents are under the MAC of the backup.
#[derive(Default)]
struct Trail {
    last: Option<(i64, Vec<u8>)>,
    head: Option<(i64, Vec<u8>)>,
}

impl Trail {
    fn event(&mut self, seq: i64, mac: Vec<u8>) -> anyhow::Result<()> {
        let expected = self.last.as_ref().map_or(seq, |(last, _)| last + 1);
        ensure!(
            seq == expected,
            "The audit trail has a gap before event {seq}. Run `strongroom audit verify` on the database that was backed up."
        );
        self.last = Some((seq, mac));
        Ok(())
    }

    fn ensure_whole(self) -> anyhow::Result<()> {
        ensure!(
            self.last.is_none() || self.last == self.head,
            "The audit trail does not end at its head. Run `strongroom audit verify` on the database that was backed up."
        );
        Ok(())
    }
}

/// The cells of a row by the names of their columns.
struct Row<'a> {
    table: &'a Table,
    cells: &'a [Cell],
}

impl Row<'_> {
    fn find(&self, column: &str) -> anyhow::Result<&Cell> {
        self.table
            .position(column)
            .and_then(|position| self.cells.get(position))
            .with_context(|| format!("The table {} has no column {column}.", self.table.name))
    }

    fn number(&self, column: &str) -> anyhow::Result<i64> {
        match self.find(column)? {
            Cell::Integer(Some(number)) => Ok(*number),
            _ => self.odd(column),
        }
    }

    fn id(&self, column: &str) -> anyhow::Result<Uuid> {
        match self.find(column)? {
            Cell::Uuid(Some(id)) => Ok(*id),
            _ => self.odd(column),
        }
    }

    fn text(&self, column: &str) -> anyhow::Result<String> {
        match self.find(column)? {
            Cell::Text(Some(text)) => Ok(text.clone()),
            _ => self.odd(column),
        }
    }

    fn bytes(&self, column: &str) -> anyhow::Result<Vec<u8>> {
        match self.find(column)? {
            Cell::Bytes(Some(bytes)) => Ok(bytes.clone()),
            _ => self.odd(column),
        }
    }

    fn sealed(&self) -> anyhow::Result<Sealed> {
        Ok(Sealed {
            ciphertext: self.bytes("ciphertext")?,
            value_nonce: self.bytes("value_nonce")?,
            wrapped_key: self.bytes("wrapped_key")?,
            key_nonce: self.bytes("key_nonce")?,
            key_id: self.text("key_id")?,
        })
    }

    fn odd<T>(&self, column: &str) -> anyhow::Result<T> {
        bail!("A row of the table {} has no {column}.", self.table.name)
    }
}
