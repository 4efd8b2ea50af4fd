//! Users as owners of records. Records live above this floor; what every table of them has is `owner_id` and
//! `owner_sort`, the owner's key of order.

use chrono::{DateTime, Utc};
use contract::accounts::UserId;
use contract::api::NamedRecord;
use uuid::Uuid;

use crate::audit::Event;
use crate::db::{Db, DbError, Tx, execute, read, within};
use crate::http::{Act, ApiError};
use crate::kinds::owned_kinds;

// Taking the row lock orders it against the user's deletion: the second of the two sees the first. The counts of
// `quotas` are forgotten, since any number of records may follow.
const BEGIN: &str = "UPDATE users SET ownership_epoch = ownership_epoch + 1, owned_records = NULL, owned_bytes = NULL \
     WHERE id = $1 AND deleted_at IS NULL AND disabled_at IS NULL";

/// The SQL texts of a kind whose records have an owner.
#[derive(Debug)]
pub struct OwnedKind {
    /// The name of the kind.
    pub name: &'static str,
    /// The audit action of giving a record to another user.
    transfer_action: &'static str,
    list: &'static str,
    transfer: &'static str,
    rename_owner: &'static str,
}

macro_rules! texts {
    ($($name:literal, $table:literal, $live:literal;)+) => {
        &[$(OwnedKind {
            name: $name,
            transfer_action: concat!($name, ".transfer"),
            list: concat!(
                "SELECT id, name, (SELECT count(*) FROM ", $table, " WHERE owner_id = $1", $live, ") AS total FROM ", $table,
                " WHERE owner_id = $1", $live, " ORDER BY name_sort, id LIMIT $2"
            ),
            transfer: concat!(
                "UPDATE ", $table, " SET owner_id = $2, owner_sort = $3, revision = revision + 1, updated_at = $4, \
                 updated_by_name = $5 WHERE owner_id = $1", $live, " RETURNING id, name"
            ),
            rename_owner: concat!("UPDATE ", $table, " SET owner_sort = $2 WHERE owner_id = $1"),
        }),+]
    };
}

/// Every kind whose records have an owner, in the order of locks.
pub static OWNED: &[OwnedKind] = owned_kinds!(texts);

macro_rules! any {
    ($($name:literal, $table:literal, $live:literal;)+) => {
        concat!("SELECT FALSE" $(, " OR EXISTS (SELECT 1 FROM ", $table, " WHERE owner_id = $1", $live, ")")+)
    };
}
const ANY: &str = owned_kinds!(any);

/// Call it first in a transaction that gives a record to this user: the user is there until its end.
///
/// # Errors
/// 401 where the account is gone or switched off.
pub async fn lock_owner(tx: &mut Tx, owner: UserId) -> Result<(), ApiError> {
    match execute!(tx, sqlx::query(BEGIN).bind(owner.0))? {
        0 => Err(ApiError::Unauthorized),
        _ => Ok(()),
    }
}

/// The records of a user who leaves, on their way to another. The transaction holds the rows of both.
#[derive(Debug)]
pub struct Transfer<'a> {
    pub act: Act<'a>,
    pub now: DateTime<Utc>,
    pub from: UserId,
    /// Who gets what goes to somebody.
    pub to: UserId,
    /// The name of that user.
    pub to_name: String,
    /// The key by which that user's name is ordered.
    pub to_sort: Vec<u8>,
}

impl Transfer<'_> {
    /// Gives all records of a kind to the new owner.
    pub async fn run(&self, tx: &mut Tx, kind: &OwnedKind) -> Result<Vec<Event>, DbError> {
        let rows: Vec<(Uuid, String)> = within!(tx, c => sqlx::query_as(kind.transfer)
            .bind(self.from.0)
            .bind(self.to.0)
            .bind(&self.to_sort)
            .bind(self.now)
            .bind(self.act.principal.name())
            .fetch_all(c))?;
        Ok(rows
            .iter()
            .map(|(id, name)| self.event(kind.transfer_action, (kind.name, *id, name)))
            .collect())
    }

    /// The event of one record.
    fn event(&self, action: &'static str, target: (&'static str, Uuid, &str)) -> Event {
        let mut event = Event::by(self.act, self.now, action, target);
        event.details = Some(format!("to: {}", self.to_name));
        event
    }
}

/// `true` if a user owns records, inside the transaction that holds the user's row.
pub async fn owns_any(tx: &mut Tx, owner: UserId) -> Result<bool, DbError> {
    Ok(within!(tx, c => sqlx::query_scalar(ANY).bind(owner.0).fetch_one(c))?)
}

/// A user's first records of a kind by name, and the number of all.
pub async fn first_owned(
    db: &Db,
    kind: &OwnedKind,
    owner: UserId,
    limit: i64,
) -> Result<(Vec<NamedRecord>, i64), DbError> {
    let rows: Vec<(Uuid, String, i64)> =
        read!(*db, c => sqlx::query_as(kind.list).bind(owner.0).bind(limit).fetch_all(c))?;
    let total = rows.first().map_or(0, |(_, _, total)| *total);
    let records = rows.into_iter().map(|(id, name, _)| NamedRecord { id, name });
    Ok((records.collect(), total))
}

/// Orders a user's records by another name. The transaction holds the user's row.
pub async fn rename_owner(tx: &mut Tx, owner: UserId, name_sort: &[u8]) -> Result<(), DbError> {
    for kind in OWNED {
        execute!(tx, sqlx::query(kind.rename_owner).bind(owner.0).bind(name_sort))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use contract::kinds::KINDS;

    #[test]
    fn every_table_with_an_owner_is_known() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for table in text.split("CREATE TABLE ").skip(1) {
                let (name, columns) = table.split_once('(').unwrap();
                if columns.split(';').next().unwrap().contains("owner_sort") {
                    found.push(name.trim().to_owned());
                }
            }
        }
        found.sort();
        let owned = KINDS.iter().filter(|kind| kind.is_owned);
        let mut known: Vec<&str> = owned.map(|kind| kind.table).collect();
        known.sort_unstable();
        assert_eq!(found, known, "the table of kinds has each table with an owner");
    }
}
