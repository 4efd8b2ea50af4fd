//! Writing users: each change is one transaction with its audit event.

use chrono::{DateTime, Utc};
use contract::accounts::{Role, SignUpLink, UserId};
use contract::api::Patch;
use contract::users::{CreateUser, CreatedUser, UpdateUser, User};

use super::rows::{self, UserRow};
use super::{Users, ensure_admin_remains, lock_admin_set};
use crate::accounts::{CheckedUser, Ending, lock_owner, rename_owner};
use crate::audit::{self, Event};
use crate::db::{Tx, WriteClass, execute};
use crate::http::{Act, ApiError, SessionEnd};
use crate::name_key::{fold, sort_key};

const UPDATE: &str = "UPDATE users SET name = $3, name_key = $4, name_sort = $5, role = $6, disabled_at = $7, \
     revision = revision + 1, updated_at = $8, updated_by_name = $9 \
     WHERE id = $1 AND deleted_at IS NULL AND revision = $2";

/// How often a change is tried anew where the caller did not say which revision it is for.
const TRIES: usize = 3;

/// What is recorded of a change.
pub(super) fn event(act: Act<'_>, now: DateTime<Utc>, action: &'static str, id: UserId, name: &str) -> Event {
    Event::by(act, now, action, ("user", id.0, name))
}

/// Makes an account without a password, and the link for its user.
pub(super) async fn create(users: &Users, act: Act<'_>, input: CreateUser) -> Result<CreatedUser, ApiError> {
    let user = CheckedUser {
        email: input.email,
        name: input.name,
        role: input.role,
        password_hash: None,
    };
    let mut tx = users.base.db.begin().await?;
    let (id, event) = users
        .accounts
        .insert_user(&mut tx, &user, act.principal, Some(&act.request_id.0))
        .await?;
    let link = users.accounts.issue_link(&mut tx, id).await?;
    let user = rows::find_within(&mut tx, id, None).await?.into();
    audit::append(&mut tx, &users.base.vault, &[event]).await?;
    tx.commit().await?;
    Ok(CreatedUser { user, link })
}

/// Makes a new link; the older one ends. The password stays until the link is used.
pub(super) async fn create_link(users: &Users, act: Act<'_>, id: UserId) -> Result<SignUpLink, ApiError> {
    if act.principal.user_id() == Some(id) {
        return Err(ApiError::OwnAccount);
    }
    let mut tx = users.base.db.begin().await?;
    let row = rows::find_within(&mut tx, id, None).await?;
    if row.is_disabled() {
        return Err(ApiError::Disabled);
    }
    // For the lock of the user's row: nobody deletes or disables the account meanwhile.
    lock_owner(&mut tx, id).await.map_err(|error| match error {
        ApiError::Unauthorized => ApiError::NotFound,
        error => error,
    })?;
    let link = users.accounts.issue_link(&mut tx, id).await?;
    let event = event(act, users.base.clock.now(), "user.create_link", id, &row.name);
    audit::append(&mut tx, &users.base.vault, &[event]).await?;
    tx.commit().await?;
    Ok(link)
}

/// The class of a change: a revocation only disables the account or lowers its role. The row may change before the write,
/// which then only has another class.
fn class(row: &UserRow, input: &UpdateUser) -> WriteClass {
    let (role, before) = (input.role.apply_to(None).unwrap_or(row.role()), row.role());
    let disables = input.disabled == Patch::Set(true);
    let enables = input.disabled == Patch::Set(false) && row.is_disabled();
    let renames = matches!(&input.name, Patch::Set(name) if *name != row.name);
    let revokes = disables || rank(role) < rank(before);
    if revokes && !enables && !renames && rank(role) <= rank(before) {
        WriteClass::Revocation
    } else {
        WriteClass::User
    }
}

/// The order of roles: a higher one may do all that a lower one may.
fn rank(role: Role) -> u8 {
    match role {
        Role::Administrator => 2,
        Role::Manager => 1,
        Role::Viewer => 0,
    }
}

/// Changes an account, as it is at this revision or, without one, as it is.
pub(super) async fn update(
    users: &Users,
    act: Act<'_>,
    id: UserId,
    revision: Option<i64>,
    input: &UpdateUser,
) -> Result<User, ApiError> {
    let row = rows::find(&users.base.db, id).await?.ok_or(ApiError::NotFound)?;
    let class = class(&row, input);
    for _ in 0..TRIES {
        let mut tx = users.base.db.begin_as(class).await?;
        lock_admin_set(&mut tx).await?;
        let row = rows::find_within(&mut tx, id, revision).await?;
        if let Some(user) = write(users, tx, act, row, input).await? {
            return Ok(user);
        }
    }
    let row = rows::find(&users.base.db, id).await?;
    Err(row.map_or(ApiError::NotFound, UserRow::outdated))
}

/// Writes a change of a row; nothing where the row changed since it was read.
async fn write(
    users: &Users,
    mut tx: Tx,
    act: Act<'_>,
    row: UserRow,
    input: &UpdateUser,
) -> Result<Option<User>, ApiError> {
    let id = UserId(row.id);
    let now = users.base.clock.now();
    let name = input.name.clone().apply_to(Some(row.name.clone())).unwrap_or_default();
    let role = input.role.apply_to(None).unwrap_or(row.role());
    let disabled = input.disabled.apply_to(None).unwrap_or(row.is_disabled());
    let renamed = name != row.name;
    let fields = audit::changed_fields(&[
        ("name", renamed),
        ("role", role != row.role()),
        ("disabled", disabled != row.is_disabled()),
    ]);
    if fields.is_empty() {
        return Ok(Some(row.into()));
    }
    let updated = execute!(
        &mut tx,
        sqlx::query(UPDATE)
            .bind(id.0)
            .bind(row.revision)
            .bind(&name)
            .bind(fold(&name))
            .bind(sort_key(&name))
            .bind(role.as_str())
            .bind(disabled.then_some(row.disabled_at.unwrap_or(now)))
            .bind(now)
            .bind(act.principal.name())
    )?;
    if updated == 0 {
        return Ok(None);
    }
    ensure_admin_remains(&mut tx).await?;
    if disabled && act.principal.user_id() == Some(id) {
        return Err(ApiError::OwnAccount);
    }
    if disabled {
        users
            .accounts
            .end_sessions(&mut tx, Ending::AllOf(id), SessionEnd::Revoked)
            .await?;
        users.accounts.revoke_link(&mut tx, id).await?;
    }
    if renamed {
        rename_owner(&mut tx, id, &sort_key(&name)).await?;
    }
    let mut event = event(act, now, "user.update", id, &name).changed(&fields);
    if matches!(input.role, Patch::Set(_))
        && let Some(details) = &mut event.details
    {
        details.push_str("; role: ");
        details.push_str(role.as_str());
    }
    let user = rows::find_within(&mut tx, id, None).await?.into();
    audit::append(&mut tx, &users.base.vault, &[event]).await?;
    tx.commit().await?;
    Ok(Some(user))
}
