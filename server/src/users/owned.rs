//! What a user owns.

use contract::accounts::UserId;
use contract::users::Owned;

use super::Users;
use super::rows::UserRow;
use crate::accounts::Transfer;
use crate::credentials;
use crate::db::{Db, Tx, within};
use crate::http::{Act, ApiError};
use crate::mcp_servers;
use crate::model_bindings;

/// How many records of each kind are listed.
const SHOWN: i64 = 10;

const ANY: &str = "SELECT EXISTS (SELECT 1 FROM credentials WHERE owner_id = $1 AND deleted_at IS NULL) \
     OR EXISTS (SELECT 1 FROM mcp_servers WHERE owner_id = $1) OR EXISTS (SELECT 1 FROM model_bindings WHERE owner_id = $1)";

/// Whether there is anything, inside the transaction that holds the user's row.
pub(super) async fn any_within(tx: &mut Tx, owner: UserId) -> Result<bool, ApiError> {
    Ok(within!(tx, c => sqlx::query_scalar(ANY).bind(owner.0).fetch_one(c))?)
}

/// The first records of each kind, and their number.
pub(super) async fn list(db: &Db, owner: UserId) -> Result<Owned, ApiError> {
    let (credentials, credentials_total) = credentials::owned(db, owner, SHOWN).await?;
    let (mcp_servers, mcp_servers_total) = mcp_servers::owned(db, owner, SHOWN).await?;
    let (model_bindings, model_bindings_total) = model_bindings::owned(db, owner, SHOWN).await?;
    Ok(Owned {
        credentials,
        credentials_total,
        mcp_servers,
        mcp_servers_total,
        model_bindings,
        model_bindings_total,
    })
}

/// The records of one user on their way to another.
pub(super) fn transfer<'a>(users: &Users, act: Act<'a>, from: UserId, to: &UserRow) -> Transfer<'a> {
    Transfer {
        act,
        now: users.base.clock.now(),
        from,
        to: UserId(to.id),
        to_name: to.name.clone(),
        to_sort: to.name_sort.clone(),
    }
}
