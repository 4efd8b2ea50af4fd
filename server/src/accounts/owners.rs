//! Users as owners of records. Records live above this floor; what every table of them has is `owner_id` and
//! `owner_sort`, the owner's key of order.

use chrono::{DateTime, Utc};
use contract::accounts::UserId;
use contract::api::NamedRecord;
use uuid::Uuid;

use crate::audit::Event;
use crate::db::{Db, DbError, Tx, execute, read, within};
use crate::http::{Act, ApiError};

// Taking the row lock orders it against the user's deletion: the second of the two sees the first. The counts of
// `quotas` are forgotten, since any number of records may follow.
const BEGIN: &str = "UPDATE users SET ownership_epoch = ownership_epoch + 1, owned_records = NULL, owned_bytes = NULL \
     WHERE id = $1 AND deleted_at IS NULL AND disabled_at IS NULL";

/// Every table whose records have an owner. A test holds the migrations against it.
const OWNED: &[(&str, &str)] = &[
    (
        "credentials",
        "UPDATE credentials SET owner_sort = $2 WHERE owner_id = $1",
    ),
    (
        "mcp_servers",
        "UPDATE mcp_servers SET owner_sort = $2 WHERE owner_id = $1",
    ),
    (
        "model_bindings",
        "UPDATE model_bindings SET owner_sort = $2 WHERE owner_id = $1",
    ),
];

/// Call it first in a transaction that gives a record to this user: the user is there until its end.
///
/// # Errors
/// 401 where the account is gone or switched off.
pub async fn begin_owning(tx: &mut Tx, owner: UserId) -> Result<(), ApiError> {
    match execute!(tx, sqlx::query(BEGIN).bind(owner.0))? {
        0 => Err(ApiError::Unauthorized),
        _ => Ok(()),
    }
}

/// The records of a user who leaves, on their way to another. The transaction holds the rows of both.
#[derive(Debug)]
pub struct Transfer<'a> {
    /// Who decides.
    pub act: Act<'a>,
    /// Now.
    pub now: DateTime<Utc>,
    /// Who leaves.
    pub from: UserId,
    /// Who gets what goes to somebody.
    pub to: UserId,
    /// The name of that user.
    pub to_name: String,
    /// The key by which that user's name is ordered.
    pub to_sort: Vec<u8>,
}

impl Transfer<'_> {
    /// Gives all records of a table to the heir: `sql` takes the leaver, the heir, the heir's key of order, now, and
    /// who decides; it returns the ids and names.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn run(
        &self,
        tx: &mut Tx,
        sql: &'static str,
        action: &'static str,
        kind: &'static str,
    ) -> Result<Vec<Event>, DbError> {
        let rows: Vec<(Uuid, String)> = within!(tx, c => sqlx::query_as(sql)
            .bind(self.from.0)
            .bind(self.to.0)
            .bind(&self.to_sort)
            .bind(self.now)
            .bind(self.act.principal.name())
            .fetch_all(c))?;
        Ok(rows
            .iter()
            .map(|(id, name)| self.event(action, (kind, *id, name)))
            .collect())
    }

    /// The event of one record.
    fn event(&self, action: &'static str, target: (&'static str, Uuid, &str)) -> Event {
        let mut event = Event::by(self.act, self.now, action, target);
        event.details = Some(format!("to: {}", self.to_name));
        event
    }
}

/// The first records of a table that somebody owns, and how many there are: `sql` takes the owner and the limit; each
/// row repeats the number of all.
///
/// # Errors
/// Where the database fails.
pub async fn first_owned(
    db: &Db,
    sql: &'static str,
    owner: UserId,
    limit: i64,
) -> Result<(Vec<NamedRecord>, i64), DbError> {
    let rows: Vec<(Uuid, String, i64)> = read!(*db, c => sqlx::query_as(sql).bind(owner.0).bind(limit).fetch_all(c))?;
    let total = rows.first().map_or(0, |(_, _, total)| *total);
    let records = rows.into_iter().map(|(id, name, _)| NamedRecord { id, name });
    Ok((records.collect(), total))
}

/// Orders a user's records by another name. The transaction holds the user's row.
///
/// # Errors
/// Where the database fails.
pub async fn rename_owner(tx: &mut Tx, owner: UserId, name_sort: &[u8]) -> Result<(), DbError> {
    for (_, sql) in OWNED {
        execute!(tx, sqlx::query(*sql).bind(owner.0).bind(name_sort))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::OWNED;

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
        let known: Vec<&str> = OWNED.iter().map(|(table, _)| *table).collect();
        assert_eq!(
            found, known,
            "say here how a table follows its owner's name, and in `users::delete` what becomes of its records"
        );
    }
}
