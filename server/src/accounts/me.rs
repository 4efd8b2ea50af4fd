//! What everybody may do with their own account: name, password, sessions.

use axum::extract::{Extension, State};
use chrono::{DateTime, Utc};
use contract::accounts::{Session, SessionId, UpdateMe, UserId};
use contract::api::{Page, Patch};
use http::HeaderMap;
use tracing::instrument;
use uuid::Uuid;

use super::client_info::Visit;
use super::owners::rename_owner;
use super::routes::{MAX_PASSWORD_BYTES, describe_me};
use super::sessions::IDLE;
use super::{Accounts, Ending, passwords};
use crate::audit::{self, Event};
use crate::db::{WriteClass, execute, read};
use crate::http::{
    ApiError, ApiResult, ClientAddress, Fields, IdPath, JsonBody, Principal, RequestId, SessionEnd, json, no_content,
};
use crate::name_key::{fold, sort_key};

const PASSWORD_HASH: &str = "SELECT password_hash FROM users WHERE id = $1 AND deleted_at IS NULL";
// Of two changes that checked the same old password one is made.
const UPDATE: &str = "UPDATE users SET name = COALESCE($2, name), name_key = COALESCE($3, name_key), \
     name_sort = COALESCE($4, name_sort), password_hash = COALESCE($5, password_hash), revision = revision + 1, \
     updated_at = $6, updated_by_name = COALESCE($2, name) \
     WHERE id = $1 AND deleted_at IS NULL AND disabled_at IS NULL AND ($7 IS NULL OR password_hash = $7)";
const SESSIONS: &str = "SELECT id, browser, network, created_at, last_seen_at FROM sessions \
     WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC, id DESC";

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    browser: Option<String>,
    network: Option<String>,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
}

/// The user and the session of a request; what is one's own is there for users only.
fn own(principal: &Principal) -> Result<(UserId, Uuid), ApiError> {
    match principal {
        Principal::User { id, session, .. } => Ok((*id, *session)),
        Principal::Cli => Err(ApiError::NotFound),
    }
}

fn input(mut fields: Fields, principal: &Principal) -> Result<UpdateMe, ApiError> {
    let input = UpdateMe {
        name: fields.patch_name("name"),
        current_password: fields.patch_secret("current_password", MAX_PASSWORD_BYTES, "Enter your password."),
        new_password: fields.patch_secret("new_password", MAX_PASSWORD_BYTES, "Enter the new password."),
    };
    match (&input.current_password, &input.new_password) {
        (Patch::Absent, Patch::Set(_)) if fields.is_clean() => {
            fields.fault("/current_password", "required", "Enter your current password.");
        }
        (Patch::Set(_), Patch::Absent) if fields.is_clean() => {
            fields.fault("/new_password", "required", "Enter the new password.");
        }
        _ => {}
    }
    if let Patch::Set(password) = &input.new_password
        && let Err(detail) = passwords::check_new(password, &own_words(principal))
    {
        fields.fault("/new_password", "weak-password", detail);
    }
    fields.into_result(Some(input))
}

fn own_words(principal: &Principal) -> Vec<&str> {
    match principal {
        Principal::User { name, email, .. } => vec![name, email],
        Principal::Cli => Vec::new(),
    }
}

#[instrument(name = "me.update", skip_all)]
pub(super) async fn update(
    principal: Principal,
    State(accounts): State<Accounts>,
    Extension(request): Extension<RequestId>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    JsonBody(fields): JsonBody,
) -> ApiResult {
    let visit = Visit {
        address,
        headers: &headers,
        request_id: &request.0,
    };
    let input = input(fields, &principal)?;
    let principal = accounts.update_own(principal, input, visit).await?;
    describe_me(&principal).map(|me| json(&me)).ok_or(ApiError::NotFound)
}

#[instrument(name = "me.sessions", skip_all)]
pub(super) async fn sessions(principal: Principal, State(accounts): State<Accounts>) -> ApiResult {
    let (user, current) = own(&principal)?;
    let now = accounts.base.clock.now();
    let rows: Vec<SessionRow> =
        read!(accounts.base.db, c => sqlx::query_as(SESSIONS).bind(user.0).bind(now).bind(now - IDLE).fetch_all(c))?;
    let sessions = rows.into_iter().map(|row| Session {
        id: SessionId(row.id),
        browser: row.browser,
        network: row.network,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        current: row.id == current,
    });
    Ok(json(&Page::whole(sessions.collect())))
}

#[instrument(name = "me.end_session", skip_all, fields(session.id = %id))]
pub(super) async fn end_session(
    principal: Principal,
    State(accounts): State<Accounts>,
    IdPath(id): IdPath<SessionId>,
    Extension(request): Extension<RequestId>,
) -> ApiResult {
    let (user, _) = own(&principal)?;
    let mut tx = accounts.base.db.begin_as(WriteClass::Revocation).await?;
    let ended = accounts
        .end_sessions(&mut tx, Ending::One(user, id.0), SessionEnd::Revoked)
        .await?;
    if ended == 0 {
        return Err(ApiError::NotFound);
    }
    let event = accounts.own_event(&principal, "session.delete", &request.0);
    audit::append(&mut tx, &accounts.base.vault, &[event]).await?;
    tx.commit().await?;
    Ok(no_content())
}

#[instrument(name = "me.end_other_sessions", skip_all)]
pub(super) async fn end_other_sessions(
    principal: Principal,
    State(accounts): State<Accounts>,
    Extension(request): Extension<RequestId>,
) -> ApiResult {
    let (user, current) = own(&principal)?;
    let mut tx = accounts.base.db.begin_as(WriteClass::Revocation).await?;
    let ended = accounts
        .end_sessions(&mut tx, Ending::AllBut(user, current), SessionEnd::Revoked)
        .await?;
    if ended > 0 {
        let mut event = accounts.own_event(&principal, "session.delete", &request.0);
        event.details = Some(format!("sessions: {ended}"));
        audit::append(&mut tx, &accounts.base.vault, &[event]).await?;
    }
    tx.commit().await?;
    Ok(no_content())
}

impl Accounts {
    fn own_event(&self, principal: &Principal, action: &'static str, request_id: &str) -> Event {
        let id = principal.user_id().map_or_else(Uuid::nil, |id| id.0);
        let target = ("user", id, principal.name());
        Event::new(self.base.clock.now(), principal, action, target, Some(request_id))
    }

    /// Changes one's own name, or the password after checking the old one: then the other sessions end.
    async fn update_own(
        &self,
        mut principal: Principal,
        input: UpdateMe,
        visit: Visit<'_>,
    ) -> Result<Principal, ApiError> {
        let Principal::User { id, name, session, .. } = &mut principal else {
            return Err(ApiError::NotFound);
        };
        let (user, session) = (*id, *session);
        let mut before = None;
        let mut password_hash = None;
        if let (Patch::Set(current), Patch::Set(new)) = (input.current_password, input.new_password) {
            let tried = self.begin_own_try(session, visit)?;
            let slot = self.passwords.slot(WriteClass::User).await?;
            let place = self.take_place(tried).await?;
            let hash: Option<Option<String>> =
                read!(self.base.db, c => sqlx::query_scalar(PASSWORD_HASH).bind(user.0).fetch_optional(c))?;
            before = hash.flatten();
            if !passwords::verify(slot, current, before.clone()).await? {
                return Err(wrong_password());
            }
            self.give_back(place).await?;
            password_hash = Some(self.passwords.hash(new, WriteClass::User).await?);
        }
        let new_name = match input.name {
            Patch::Set(new_name) if new_name != *name => Some(new_name),
            _ => None,
        };
        let fields: Vec<&str> = [("name", new_name.is_some()), ("password", password_hash.is_some())]
            .into_iter()
            .filter_map(|(field, changed)| changed.then_some(field))
            .collect();
        if fields.is_empty() {
            return Ok(principal);
        }
        let class = if password_hash.is_some() {
            WriteClass::Revocation
        } else {
            WriteClass::User
        };
        let mut tx = self.base.db.begin_as(class).await?;
        let updated = execute!(
            &mut tx,
            sqlx::query(UPDATE)
                .bind(user.0)
                .bind(&new_name)
                .bind(new_name.as_deref().map(fold))
                .bind(new_name.as_deref().map(sort_key))
                .bind(&password_hash)
                .bind(self.base.clock.now())
                .bind(&before)
        )?;
        if updated == 0 {
            // Gone or switched off in the meantime, or another request changed the password.
            return Err(if before.is_some() {
                wrong_password()
            } else {
                ApiError::Unauthorized
            });
        }
        if let Some(new_name) = new_name {
            rename_owner(&mut tx, user, &sort_key(&new_name)).await?;
            *name = new_name;
        }
        if password_hash.is_some() {
            self.end_sessions(&mut tx, Ending::AllBut(user, session), SessionEnd::Revoked)
                .await?;
            self.revoke_link(&mut tx, user).await?;
        }
        let event = self
            .own_event(&principal, "user.update", visit.request_id)
            .changed(&fields);
        audit::append(&mut tx, &self.base.vault, &[event]).await?;
        tx.commit().await?;
        Ok(principal)
    }
}

/// Not 401: the session is a good one.
fn wrong_password() -> ApiError {
    ApiError::field("/current_password", "wrong-password", "Current password is incorrect.")
}
