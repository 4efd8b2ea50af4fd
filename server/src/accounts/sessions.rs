//! Sessions: 32 random bytes in a cookie, their SHA-256 in the table.

use app::accounts::UserId;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Accounts;
use crate::db::{Tx, execute, read};
use crate::http::{ActedAs, ApiError, Principal};

/// A session ends when it was not used for so long.
const IDLE: TimeDelta = TimeDelta::hours(24);
/// A session ends so long after signing in.
const ABSOLUTE: TimeDelta = TimeDelta::days(14);
/// `last_seen_at` is written at most so often.
const SEEN_STEP: TimeDelta = TimeDelta::minutes(5);

const INSERT: &str = "INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at) \
     VALUES ($1, $2, $3, $4, $4, $5)";
const FIND: &str = "SELECT s.id, s.last_seen_at, u.id AS user_id, u.name, u.email, u.role \
     FROM sessions s JOIN users u ON u.id = s.user_id \
     WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 \
       AND u.deleted_at IS NULL AND u.disabled_at IS NULL";
const SEEN: &str = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
const DELETE: &str = "DELETE FROM sessions WHERE id = $1";
const DELETE_BY_TOKEN: &str = "DELETE FROM sessions WHERE token_hash = $1";
const DELETE_EXPIRED: &str = "DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2";

#[derive(sqlx::FromRow)]
struct Found {
    id: Uuid,
    last_seen_at: DateTime<Utc>,
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
}

impl Accounts {
    fn cookie_name(&self) -> &'static str {
        if self.https { "__Host-strongroom" } else { "strongroom" }
    }

    /// The `Set-Cookie` of a session's token; an empty token takes the cookie away.
    pub(super) fn cookie(&self, token: &str) -> HeaderValue {
        let secure = if self.https { "; Secure" } else { "" };
        let age = if token.is_empty() { 0 } else { ABSOLUTE.num_seconds() };
        let text = format!(
            "{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}",
            self.cookie_name()
        );
        // The token is base64url: this cannot fail. An empty header is the harmless way out.
        let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// The hash of the token in the request's cookie.
    pub(super) fn token_hash(&self, headers: &HeaderMap) -> Option<Vec<u8>> {
        let name = self.cookie_name();
        let token = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| {
                pair.trim()
                    .split_once('=')
                    .filter(|(key, _)| *key == name)
                    .map(|(_, token)| token)
            })?;
        let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 32)?;
        Some(Sha256::digest(bytes).to_vec())
    }

    /// Begins a session inside the transaction of signing in; the session that the browser had ends.
    pub(super) async fn begin_session(
        &self,
        tx: &mut Tx,
        user: UserId,
        before: Option<Vec<u8>>,
    ) -> Result<String, ApiError> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|_| ApiError::Internal(anyhow::anyhow!("no random numbers")))?;
        let now = self.base.clock.now();
        if let Some(hash) = before {
            execute!(tx, sqlx::query(DELETE_BY_TOKEN).bind(&hash))?;
        }
        execute!(tx, sqlx::query(DELETE_EXPIRED).bind(now).bind(now - IDLE))?;
        execute!(
            tx,
            sqlx::query(INSERT)
                .bind(Uuid::now_v7())
                .bind(Sha256::digest(bytes).to_vec())
                .bind(user.0)
                .bind(now)
                .bind(now + ABSOLUTE)
        )?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Ends a session.
    pub(super) async fn end_session(&self, tx: &mut Tx, session: Uuid) -> Result<(), ApiError> {
        execute!(tx, sqlx::query(DELETE).bind(session))?;
        Ok(())
    }

    async fn find_session(&self, headers: &HeaderMap) -> Result<Option<Principal>, ApiError> {
        let Some(hash) = self.token_hash(headers) else {
            return Ok(None);
        };
        let now = self.base.clock.now();
        let found: Option<Found> =
            read!(self.base.db, c => sqlx::query_as(FIND).bind(&hash).bind(now).bind(now - IDLE).fetch_optional(c))?;
        let Some(found) = found else { return Ok(None) };
        if now - found.last_seen_at > SEEN_STEP {
            self.touch(found.id, now);
        }
        let Ok(role) = found.role.parse() else { return Ok(None) };
        Ok(Some(Principal::User {
            id: UserId(found.user_id),
            name: found.name,
            email: found.email,
            role,
            session: found.id,
        }))
    }

    /// Notes beside the request that a session is alive: a reader must not wait for the writer.
    fn touch(&self, session: Uuid, now: DateTime<Utc>) {
        let db = self.base.db.clone();
        tokio::spawn(async move {
            let noted = async {
                let mut tx = db.begin().await?;
                execute!(&mut tx, sqlx::query(SEEN).bind(session).bind(now))?;
                tx.commit().await
            };
            if let Err(error) = noted.await {
                tracing::debug!(error = %error, "a session could not be marked as seen");
            }
        });
    }
}

/// Puts the [`Principal`] of the cookie's session into the request, once for a visit.
///
/// # Errors
/// 503 where the database does not answer.
pub async fn identify(
    State(accounts): State<Accounts>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    // The site's files are the same for everybody.
    if !request.uri().path().starts_with("/pkg/")
        && let Some(principal) = accounts.find_session(request.headers()).await?
    {
        let kind = ActedAs(principal.kind());
        request.extensions_mut().insert(principal);
        let mut response = next.run(request).await;
        response.extensions_mut().insert(kind);
        return Ok(response);
    }
    Ok(next.run(request).await)
}
