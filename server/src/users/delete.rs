//! Deleting a user. The row stays as a tombstone, so that what the user did and owned keeps its name; the address
//! is free again, and whatever opens the account is gone.
//!
//! Nothing is left without an owner: credentials go to another user or are destroyed in the same transaction, and
//! MCP servers and model bindings always go to somebody, since a server without its owner would go on running for nobody.

use contract::accounts::UserId;
use contract::kinds::RecordKind;
use contract::users::Estate;

use super::{Users, ensure_admin_remains, lock_admin_set, owned, rows, store};
use crate::accounts::{Ending, OWNED, lock_owner, owns_any};
use crate::audit::{self, Event};
use crate::credentials;
use crate::db::{Tx, WriteClass, execute};
use crate::http::{Act, ApiError, SessionEnd};

const BURY: &str = "UPDATE users SET deleted_at = $2, deleted_by_name = $3, password_hash = NULL, revision = revision + 1, \
     updated_at = $2, updated_by_name = $3 WHERE id = $1 AND deleted_at IS NULL AND revision = $4";
const FORGET_BROWSERS: &str = "DELETE FROM known_browsers WHERE user_id = $1";

/// Deletes a user who was seen at a revision.
pub(super) async fn delete(
    users: &Users,
    act: Act<'_>,
    id: UserId,
    revision: Option<i64>,
    estate: Estate,
) -> Result<(), ApiError> {
    let now = users.base.clock.now();
    let mut tx = users.base.db.begin_as(WriteClass::Revocation).await?;
    lock_admin_set(&mut tx).await?;
    let row = rows::find_within(&mut tx, id, revision).await?;
    // This takes the row lock: a record that the user is about to own is seen below, or does not come to be.
    let buried = execute!(
        &mut tx,
        sqlx::query(BURY)
            .bind(id.0)
            .bind(now)
            .bind(act.principal.name())
            .bind(row.revision)
    )?;
    if buried == 0 {
        return Err(row.outdated());
    }
    ensure_admin_remains(&mut tx).await?;
    if act.principal.user_id() == Some(id) {
        return Err(ApiError::OwnAccount);
    }
    if estate == Estate::None && owns_any(&mut tx, id).await? {
        drop(tx);
        return Err(ApiError::OwnsRecords(
            owned::list(&users.base.db, act.principal, id).await?,
        ));
    }
    let (mut events, details) = settle(users, &mut tx, act, id, estate).await?;
    users
        .accounts
        .end_sessions(&mut tx, Ending::AllOf(id), SessionEnd::Revoked)
        .await?;
    users.accounts.revoke_link(&mut tx, id).await?;
    execute!(&mut tx, sqlx::query(FORGET_BROWSERS).bind(id.0))?;
    let mut event = store::event(act, now, "user.delete", id, &row.name);
    event.details = details;
    events.push(event);
    audit::append(&mut tx, &users.base.vault, &events).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives away or destroys what the user owns, in the order of locks of every other transaction.
async fn settle(
    users: &Users,
    tx: &mut Tx,
    act: Act<'_>,
    leaving: UserId,
    estate: Estate,
) -> Result<(Vec<Event>, Option<String>), ApiError> {
    let new_owner = match estate {
        Estate::None => return Ok((Vec::new(), None)),
        Estate::TransferTo(new_owner) => new_owner,
        Estate::WithCredentials => act.principal.user_id().ok_or(ApiError::Forbidden)?,
    };
    lock_owner(tx, new_owner).await.map_err(|error| match error {
        ApiError::Unauthorized => {
            ApiError::field("/transfer_to", "unknown-user", "Choose a user whose account is active.")
        }
        error => error,
    })?;
    let new_owner = rows::find_within(tx, new_owner, None).await?;
    let transfer = owned::transfer(users, act, leaving, &new_owner);
    let (mut events, mut details) = (Vec::new(), Vec::new());
    for kind in OWNED {
        let (settled, done) = if kind.name == "credential" && estate == Estate::WithCredentials {
            (credentials::destroy_owned(tx, &transfer).await?, "destroyed")
        } else {
            (transfer.run(tx, kind).await?, "transferred")
        };
        let plural = RecordKind::named(kind.name).map_or(kind.name, |kind| kind.plural);
        details.push(format!("{plural} {done}: {}", settled.len()));
        events.extend(settled);
    }
    details.push(format!("to: {}", new_owner.name));
    Ok((events, Some(details.join("; "))))
}
