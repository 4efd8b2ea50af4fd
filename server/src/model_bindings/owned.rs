//! The model bindings of one user: listed, and given to another user when the account is deleted.

use contract::accounts::UserId;
use contract::api::NamedRecord;

use crate::accounts::{Transfer, first_owned};
use crate::audit::Event;
use crate::db::{Db, Tx};
use crate::http::ApiError;

const LIST: &str = "SELECT b.id, b.name, (SELECT count(*) FROM model_bindings t WHERE t.owner_id = $1) AS total \
     FROM model_bindings b WHERE b.owner_id = $1 ORDER BY b.name_sort, b.id LIMIT $2";
const TRANSFER: &str = "UPDATE model_bindings SET owner_id = $2, owner_sort = $3, revision = revision + 1, updated_at = $4, \
     updated_by_name = $5 WHERE owner_id = $1 RETURNING id, name";

/// The first model bindings of a user, and how many there are.
///
/// # Errors
/// Where the database fails.
pub async fn owned(db: &Db, owner: UserId, limit: i64) -> Result<(Vec<NamedRecord>, i64), ApiError> {
    Ok(first_owned(db, LIST, owner, limit).await?)
}

/// Gives all model bindings of a user to another.
///
/// # Errors
/// Where the database fails.
pub async fn transfer_owned(tx: &mut Tx, transfer: &Transfer<'_>) -> Result<Vec<Event>, ApiError> {
    Ok(transfer
        .run(tx, TRANSFER, "model_binding.transfer", "model_binding")
        .await?)
}
