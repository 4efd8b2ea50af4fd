//! Which tables and columns a database has, in the words that both engines share.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, ensure};

use super::LEFT_OUT;
use super::cell::Kind;
use crate::db::{BULK, Tx, limited};

/// A table, as far as a backup knows it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(super) struct Table {
    pub name: String,
    /// Names and kinds.
    pub columns: Vec<(String, Kind)>,
    pub rows: u64,
}

impl Table {
    /// Where a column stands in a row.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| name == column)
    }

    /// The names of the columns for a statement.
    pub fn column_list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        names.join(", ")
    }
}

const SQLITE_COLUMNS: &str = "SELECT m.name, p.name, p.type FROM sqlite_master m JOIN pragma_table_info(m.name) p \
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid";
const SQLITE_REFERENCES: &str = "SELECT m.name, f.\"table\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
     WHERE m.type = 'table'";
const POSTGRES_COLUMNS: &str = "SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT) \
     FROM information_schema.columns c JOIN information_schema.tables t \
       ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' \
     WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position";
const POSTGRES_REFERENCES: &str = "SELECT CAST(a.relname AS TEXT), CAST(b.relname AS TEXT) FROM pg_constraint f \
     JOIN pg_class a ON a.oid = f.conrelid JOIN pg_class b ON b.oid = f.confrelid \
     WHERE f.contype = 'f' AND f.connamespace = CAST(current_schema() AS regnamespace)";

/// Table, column, type.
type Declared = (String, String, String);
/// A table, and one that it refers to.
type Reference = (String, String);

/// All tables of the database but those that are left out, each after the tables that it refers to.
pub(super) async fn tables(tx: &mut Tx) -> anyhow::Result<Vec<Table>> {
    let (columns, references): (Vec<Declared>, Vec<Reference>) = match tx {
        Tx::Sqlite(tx) => (
            sqlx::query_as(SQLITE_COLUMNS).fetch_all(&mut **tx).await?,
            sqlx::query_as(SQLITE_REFERENCES).fetch_all(&mut **tx).await?,
        ),
        Tx::Postgres(tx) => (
            limited(BULK, sqlx::query_as(POSTGRES_COLUMNS).fetch_all(&mut **tx)).await?,
            limited(BULK, sqlx::query_as(POSTGRES_REFERENCES).fetch_all(&mut **tx)).await?,
        ),
    };
    let mut found: BTreeMap<String, Vec<(String, Kind)>> = BTreeMap::new();
    for (table, column, declared) in columns {
        if LEFT_OUT.contains(&table.as_str()) {
            continue;
        }
        let Some(kind) = Kind::declared(&declared) else {
            bail!("Backups do not support the type of the column {column} of the table {table}: {declared}.");
        };
        found.entry(table).or_default().push((column, kind));
    }
    in_order(found, &references)
}

fn in_order(mut found: BTreeMap<String, Vec<(String, Kind)>>, references: &[Reference]) -> anyhow::Result<Vec<Table>> {
    let mut ordered: Vec<Table> = Vec::new();
    while !found.is_empty() {
        let waits: BTreeSet<&String> = references
            .iter()
            .filter(|(from, to)| from != to && found.contains_key(to))
            .map(|(from, _)| from)
            .collect();
        let free: Vec<String> = found.keys().filter(|name| !waits.contains(name)).cloned().collect();
        ensure!(!free.is_empty(), "The database's tables have circular references.");
        for name in free {
            let columns = found.remove(&name).unwrap_or_default();
            ordered.push(Table { name, columns, rows: 0 });
        }
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_that_it_refers_to() {
        let found = ["a", "b", "c"].map(|name| (name.to_owned(), Vec::new())).into();
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let references = [pair("a", "b"), pair("b", "c"), pair("c", "c"), pair("a", "left_out")];
        let ordered = in_order(found, &references).unwrap();
        let names: Vec<&str> = ordered.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "a"]);
    }
}
