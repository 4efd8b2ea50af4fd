//! Sessions: a token in a cookie, its SHA-256 in the table. An ended session keeps its row, with how it ended, for 30
//! days: uses and running operations that it began read it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use contract::accounts::UserId;
use http::{HeaderMap, HeaderValue, header};
use uuid::Uuid;

use super::client_info::{Visit, cookie};
use super::{Accounts, Token};
use crate::db::{Tx, execute, read};
use crate::http::{ActedAs, ApiError, Connection, Principal, SessionEnd};
use crate::infra::Infra;

/// A session ends when it was not used for so long.
pub(crate) const IDLE: TimeDelta = TimeDelta::hours(24);
/// A session ends so long after signing in.
const ABSOLUTE: TimeDelta = TimeDelta::days(14);
/// The row of an ended session is kept so long.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How often a server looks for sessions that expired, and rows to remove.
const SWEEP: Duration = Duration::from_mins(10);
/// Sessions of one user.
const MOST_SESSIONS: i64 = 50;
/// `last_seen_at` is written at most so often.
const SEEN_STEP: TimeDelta = TimeDelta::minutes(5);

const INSERT: &str = "INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at, browser, network) \
     VALUES ($1, $2, $3, $4, $4, $5, $6, $7)";
/// Reads the session of a request, with the user and the role. The bench measures against the bare statement.
pub const FIND: &str = "SELECT s.id, s.last_seen_at, u.id AS user_id, u.name, u.email, u.role \
     FROM sessions s JOIN users u ON u.id = s.user_id \
     WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3 \
       AND u.deleted_at IS NULL AND u.disabled_at IS NULL";
const USER_SEEN: &str = "UPDATE users SET last_seen_at = CASE WHEN last_seen_at < $2 THEN $2 ELSE last_seen_at END \
     WHERE id = $1 AND deleted_at IS NULL AND disabled_at IS NULL";
// A password that was changed, or taken away, while it was being checked lets nobody in.
const ENTER: &str = "UPDATE users SET last_seen_at = CASE WHEN last_seen_at < $2 THEN $2 ELSE last_seen_at END \
     WHERE id = $1 AND password_hash = $3 AND deleted_at IS NULL AND disabled_at IS NULL";
const SEEN: &str = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
const END_ONE: &str =
    "UPDATE sessions SET ended_at = $1, ended_as = $2 WHERE id = $3 AND user_id = $4 AND ended_at IS NULL";
const END_BY_TOKEN: &str =
    "UPDATE sessions SET ended_at = $1, ended_as = $2 WHERE token_hash = $3 AND ended_at IS NULL";
const END_OF_USER: &str = "UPDATE sessions SET ended_at = $1, ended_as = $2 WHERE user_id = $3 AND ended_at IS NULL \
     AND ($4 IS NULL OR id <> $4)";
// Of more sessions than a user may have, the oldest end.
const END_SURPLUS: &str = "UPDATE sessions SET ended_at = $1, ended_as = $2 WHERE user_id = $3 AND ended_at IS NULL AND id NOT IN \
     (SELECT id FROM sessions WHERE user_id = $3 AND ended_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $4)";
const END_EXPIRED: &str = "UPDATE sessions SET ended_at = $1, ended_as = $2 WHERE ended_at IS NULL \
     AND (expires_at <= $1 OR last_seen_at <= $3)";
const REMOVE: &str = "DELETE FROM sessions WHERE ended_at <= $1";

/// The state of a session row `s`, for [`SessionEnd::of_state`]; the arguments are the parameters of the time and of
/// the oldest `last_seen_at` that is not idle.
macro_rules! session_state {
    ($now:literal, $idle:literal) => {
        concat!(
            "CASE WHEN s.ended_at IS NOT NULL THEN s.ended_as WHEN s.expires_at <= ",
            $now,
            " OR s.last_seen_at <= ",
            $idle,
            " THEN 'expired' ELSE 'live' END"
        )
    };
}
pub(crate) use session_state;

#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// One session of a user.
    One(UserId, Uuid),
    /// The one of the token with this hash.
    OfToken(&'a [u8]),
    /// All of a user.
    AllOf(UserId),
    /// All of a user but one.
    AllBut(UserId, Uuid),
    /// The oldest of a user, as far as there are more than a user may have.
    Surplus(UserId),
}

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

    /// The `Set-Cookie` of a session's token.
    pub(super) fn session_cookie(&self, token: &Token) -> HeaderValue {
        self.set_cookie(self.cookie_name(), token.text(), ABSOLUTE)
    }

    /// Takes the session's cookie away.
    pub(super) fn no_session_cookie(&self) -> HeaderValue {
        self.set_cookie(self.cookie_name(), String::new(), TimeDelta::zero())
    }

    pub(super) fn set_cookie(&self, name: &str, content: String, age: TimeDelta) -> HeaderValue {
        let secure = if self.https { "; Secure" } else { "" };
        let age = age.num_seconds();
        let text = format!("{name}={content}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
        // The content is base64url: this cannot fail. An empty header is the harmless way out.
        let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// The hash of the token in the request's cookie.
    fn token_hash(&self, headers: &HeaderMap) -> Option<Vec<u8>> {
        Some(Token::parse(cookie(headers, self.cookie_name())?)?.hash())
    }

    /// Begins a session inside the transaction of signing in, for whoever knew the password of this hash; the session
    /// that the browser had ends.
    pub(super) async fn begin_session(
        &self,
        tx: &mut Tx,
        user: UserId,
        password_hash: Option<&str>,
        visit: Visit<'_>,
    ) -> Result<Token, ApiError> {
        let token = Token::fresh()?;
        let now = self.base.clock.now();
        // First, for the row lock: whoever disables or deletes the user, or changes the password, ends this session,
        // or was earlier.
        if execute!(tx, sqlx::query(ENTER).bind(user.0).bind(now).bind(password_hash))? == 0 {
            return Err(ApiError::WrongPassword);
        }
        if let Some(before) = self.token_hash(visit.headers) {
            self.end_sessions(tx, Ending::OfToken(&before), SessionEnd::SignedOut)
                .await?;
        }
        execute!(
            tx,
            sqlx::query(INSERT)
                .bind(Uuid::now_v7())
                .bind(token.hash())
                .bind(user.0)
                .bind(now)
                .bind(now + ABSOLUTE)
                .bind(visit.browser())
                .bind(visit.network())
        )?;
        self.end_sessions(tx, Ending::Surplus(user), SessionEnd::Expired)
            .await?;
        Ok(token)
    }

    /// Ends live sessions, and returns their number: the one way to end a session before it expires.
    pub async fn end_sessions(&self, tx: &mut Tx, which: Ending<'_>, end: SessionEnd) -> Result<u64, ApiError> {
        let (now, end) = (self.base.clock.now(), end.as_str());
        Ok(match which {
            Ending::One(user, session) => {
                execute!(tx, sqlx::query(END_ONE).bind(now).bind(end).bind(session).bind(user.0))
            }
            Ending::OfToken(hash) => execute!(tx, sqlx::query(END_BY_TOKEN).bind(now).bind(end).bind(hash)),
            Ending::AllOf(user) => end_of_user(tx, now, end, user, None).await,
            Ending::AllBut(user, kept) => end_of_user(tx, now, end, user, Some(kept)).await,
            Ending::Surplus(user) => execute!(
                tx,
                sqlx::query(END_SURPLUS)
                    .bind(now)
                    .bind(end)
                    .bind(user.0)
                    .bind(MOST_SESSIONS)
            ),
        }?)
    }

    /// Notes which sessions expired, and removes the rows of those that ended 30 days ago.
    pub async fn sweep_sessions(&self) -> Result<(), ApiError> {
        sweep(&self.base).await
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
            self.touch(found.id, found.user_id, now);
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
    fn touch(&self, session: Uuid, user: Uuid, now: DateTime<Utc>) {
        let db = self.base.db.clone();
        tokio::spawn(async move {
            let noted = async {
                let mut tx = db.begin().await?;
                execute!(&mut tx, sqlx::query(USER_SEEN).bind(user).bind(now))?;
                execute!(&mut tx, sqlx::query(SEEN).bind(session).bind(now))?;
                tx.commit().await
            };
            if let Err(error) = noted.await {
                tracing::debug!(error = %error, "a session's last use could not be saved");
            }
        });
    }
}

async fn end_of_user(
    tx: &mut Tx,
    now: DateTime<Utc>,
    end: &str,
    user: UserId,
    kept: Option<Uuid>,
) -> Result<u64, sqlx::Error> {
    execute!(tx, sqlx::query(END_OF_USER).bind(now).bind(end).bind(user.0).bind(kept))
}

async fn sweep(base: &Infra) -> Result<(), ApiError> {
    let now = base.clock.now();
    let mut tx = base.db.begin().await?;
    let expired = SessionEnd::Expired.as_str();
    execute!(
        &mut tx,
        sqlx::query(END_EXPIRED).bind(now).bind(expired).bind(now - IDLE)
    )?;
    execute!(&mut tx, sqlx::query(REMOVE).bind(now - KEPT))?;
    tx.commit().await?;
    Ok(())
}

/// Sweeps the sessions every few minutes, until the server is gone.
pub fn keep_sweeping(base: &Arc<Infra>) {
    let base = Arc::downgrade(base);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(SWEEP).await;
            let Some(base) = base.upgrade() else { return };
            if let Err(error) = sweep(&base).await {
                tracing::warn!(error = %error, "ended sessions could not be removed");
            }
        }
    });
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
        // From now on the connection counts for the user, not for its address.
        let connection = request.extensions().get::<Connection>().zip(principal.user_id());
        let may_stay = connection.is_none_or(|(connection, user)| connection.carries_session_of(user.0));
        request.extensions_mut().insert(principal);
        let mut response = next.run(request).await;
        response.extensions_mut().insert(kind);
        if !may_stay {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        return Ok(response);
    }
    Ok(next.run(request).await)
}
