//! The credentials of one user: listed with their references, or destroyed when the account is deleted.

use contract::api::NamedRecord;
use contract::credentials::CredentialId;
use contract::users::OwnedCredential;
use uuid::Uuid;

use super::store::{self, Burial};
use crate::accounts::Transfer;
use crate::audit::Event;
use crate::db::{Db, Tx, within};
use crate::http::ApiError;
use crate::references::{self, VisibleKinds};

// Raising the epoch takes the row locks, as every deletion and every attach does first.
const TOUCH: &str = "UPDATE credentials SET reference_epoch = reference_epoch + 1 \
     WHERE owner_id = $1 AND deleted_at IS NULL RETURNING id, name";

/// A user's credentials with their references.
pub async fn owned(
    db: &Db,
    records: Vec<NamedRecord>,
    visible: &VisibleKinds,
    limit: i64,
) -> Result<Vec<OwnedCredential>, ApiError> {
    let mut credentials = Vec::with_capacity(records.len());
    for NamedRecord { id, name } in records {
        let id = CredentialId(id);
        let references = references::list(db, id, visible, limit).await?;
        credentials.push(OwnedCredential {
            id,
            name,
            references: references.items,
            used_by: references.total,
        });
    }
    Ok(credentials)
}

/// Destroys all credentials of a user: what refers to one keeps its reference and says that it is gone.
pub async fn destroy_owned(tx: &mut Tx, transfer: &Transfer<'_>) -> Result<Vec<Event>, ApiError> {
    let rows: Vec<(Uuid, String)> = within!(tx, c => sqlx::query_as(TOUCH).bind(transfer.from.0).fetch_all(c))?;
    let mut events = Vec::with_capacity(rows.len());
    for (id, name) in rows {
        let id = CredentialId(id);
        let references = references::count_within(tx, id).await?;
        let burial = Burial {
            act: transfer.act,
            now: transfer.now,
            references,
        };
        events.push(store::bury(tx, burial, id, &name).await?);
    }
    Ok(events)
}
