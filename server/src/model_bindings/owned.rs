//! The model bindings of one user: listed, and given to another user when the account is deleted.

use app::accounts::UserId;
use app::api::NamedRecord;
use uuid::Uuid;

use crate::accounts::Transfer;
use crate::audit::Event;
use crate::db::{Db, Tx, read, within};
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
    let rows: Vec<(Uuid, String, i64)> = read!(*db, c => sqlx::query_as(LIST).bind(owner.0).bind(limit).fetch_all(c))?;
    let total = rows.first().map_or(0, |(_, _, total)| *total);
    let bindings = rows.into_iter().map(|(id, name, _)| NamedRecord { id, name });
    Ok((bindings.collect(), total))
}

/// Gives all model bindings of a user to another.
///
/// # Errors
/// Where the database fails.
pub async fn transfer_owned(tx: &mut Tx, transfer: &Transfer<'_>) -> Result<Vec<Event>, ApiError> {
    let rows: Vec<(Uuid, String)> = within!(tx, c => sqlx::query_as(TRANSFER)
        .bind(transfer.from.0)
        .bind(transfer.to.0)
        .bind(&transfer.to_sort)
        .bind(transfer.now)
        .bind(transfer.principal.name())
        .fetch_all(c))?;
    let event = |(id, name): &(Uuid, String)| transfer.event("model_binding.transfer", ("model_binding", *id, name));
    Ok(rows.iter().map(event).collect())
}
