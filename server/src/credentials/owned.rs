//! The credentials of one user: listed, given to another user, or destroyed, when the account is deleted.

use contract::accounts::UserId;
use contract::api::NamedRecord;
use contract::credentials::CredentialId;
use contract::users::OwnedCredential;
use uuid::Uuid;

use super::store::{self, Burial};
use crate::accounts::{Transfer, first_owned};
use crate::audit::Event;
use crate::db::{Db, Tx, within};
use crate::http::ApiError;
use crate::references;

const LIST: &str = "SELECT c.id, c.name, (SELECT count(*) FROM credentials t WHERE t.owner_id = $1 AND t.deleted_at IS NULL) AS total \
     FROM credentials c WHERE c.owner_id = $1 AND c.deleted_at IS NULL ORDER BY c.name_sort, c.id LIMIT $2";
// Raising the epoch takes the row locks, as every deletion and every attach does first.
const TOUCH: &str = "UPDATE credentials SET reference_epoch = reference_epoch + 1 \
     WHERE owner_id = $1 AND deleted_at IS NULL RETURNING id, name";
const TRANSFER: &str = "UPDATE credentials SET owner_id = $2, owner_sort = $3, revision = revision + 1, updated_at = $4, \
     updated_by_name = $5 WHERE owner_id = $1 AND deleted_at IS NULL RETURNING id, name";

/// The first credentials of a user with what uses each, and how many there are.
///
/// # Errors
/// Where the database fails.
pub async fn owned(db: &Db, owner: UserId, limit: i64) -> Result<(Vec<OwnedCredential>, i64), ApiError> {
    let (records, total) = first_owned(db, LIST, owner, limit).await?;
    let mut credentials = Vec::with_capacity(records.len());
    for NamedRecord { id, name } in records {
        let id = CredentialId(id);
        let (references, used_by) = references::list(db, id, limit).await?;
        credentials.push(OwnedCredential {
            id,
            name,
            references,
            used_by,
        });
    }
    Ok((credentials, total))
}

/// Gives all credentials of a user to another.
///
/// # Errors
/// Where the database fails.
pub async fn transfer_owned(tx: &mut Tx, transfer: &Transfer<'_>) -> Result<Vec<Event>, ApiError> {
    Ok(transfer.run(tx, TRANSFER, "credential.transfer", "credential").await?)
}

/// Destroys all credentials of a user: what refers to one keeps its reference and says that it is gone.
///
/// # Errors
/// Where the database fails.
pub async fn destroy_owned(tx: &mut Tx, transfer: &Transfer<'_>) -> Result<Vec<Event>, ApiError> {
    let rows: Vec<(Uuid, String)> = within!(tx, c => sqlx::query_as(TOUCH).bind(transfer.from.0).fetch_all(c))?;
    let mut events = Vec::with_capacity(rows.len());
    for (id, name) in rows {
        let id = CredentialId(id);
        let (_, references) = references::list_within(tx, id, 1).await?;
        let burial = Burial {
            act: transfer.act,
            now: transfer.now,
            references,
        };
        events.push(store::bury(tx, burial, id, &name).await?);
    }
    Ok(events)
}
