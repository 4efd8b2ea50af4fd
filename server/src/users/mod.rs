//! Users as administrators manage them: accounts without passwords, links, roles, and what becomes of the records
//! of somebody who leaves.

mod delete;
mod input;
mod operations;
mod owned;
mod routes;
mod rows;
mod store;

pub use operations::operations;
pub use routes::router;

use std::sync::Arc;

use crate::accounts::Accounts;
use crate::db::{Tx, execute, within};
use crate::http::ApiError;
use crate::infra::Infra;

/// What the routes of users work with.
#[derive(Clone, Debug)]
pub struct Users {
    base: Arc<Infra>,
    accounts: Accounts,
}

impl Users {
    /// The users of a database.
    pub fn new(base: Arc<Infra>, accounts: Accounts) -> Self {
        Self { base, accounts }
    }
}

// The upsert takes the lock of the one row on both engines; it needs no row to begin with.
const HOLD: &str = "INSERT INTO administration (id, epoch) VALUES (1, 1) \
     ON CONFLICT (id) DO UPDATE SET epoch = administration.epoch + 1";
// An administrator who has no password yet cannot help.
const ANY_LEFT: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'administrator' AND deleted_at IS NULL \
     AND disabled_at IS NULL AND password_hash IS NOT NULL)";

/// Call it first in a transaction that may take an administrator away: two of them see each other's work.
async fn lock_admin_set(tx: &mut Tx) -> Result<(), ApiError> {
    execute!(tx, sqlx::query(HOLD))?;
    Ok(())
}

/// Call it after the change, and commit only where an administrator is left.
async fn ensure_admin_remains(tx: &mut Tx) -> Result<(), ApiError> {
    let any: bool = within!(tx, c => sqlx::query_scalar(ANY_LEFT).fetch_one(c))?;
    any.then_some(()).ok_or(ApiError::LastAdministrator)
}
