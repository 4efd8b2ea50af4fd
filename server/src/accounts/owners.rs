//! Users as owners of records. Records live above this floor; what every table of them has is `owner_id` and
//! `owner_sort`, the owner's key of order.

use app::accounts::UserId;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::audit::Event;
use crate::db::{DbError, Tx, execute};
use crate::http::{ApiError, Principal};

// Taking the row lock orders it against the user's deletion: whichever comes second sees the first.
const BEGIN: &str = "UPDATE users SET ownership_epoch = ownership_epoch + 1 \
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
    pub principal: &'a Principal,
    /// The request.
    pub request_id: &'a str,
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
    /// The event of one record.
    #[must_use]
    pub fn event(&self, action: &'static str, target: (&'static str, Uuid, &str)) -> Event {
        let mut event = Event::new(self.now, self.principal, action, target, Some(self.request_id));
        event.details = Some(format!("to: {}", self.to_name));
        event
    }
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
