//! Links by which somebody chooses a password: made by an administrator, shown once, good for one day and one use.
//! The token stands in the fragment, which browsers send nowhere; the table keeps its SHA-256.

use chrono::TimeDelta;
use contract::accounts::{Role, SignUp, SignUpLink, UserId};
use uuid::Uuid;

use super::client_info::Visit;
use super::forms::SignedIn;
use super::{Accounts, Ending, Token, passwords};
use crate::audit::{self, Event};
use crate::db::{Tx, WriteClass, execute, read};
use crate::http::{ApiError, Principal, SessionEnd};

/// How long a link is good.
const GOOD_FOR: TimeDelta = TimeDelta::hours(24);

const ISSUE: &str = "INSERT INTO sign_up_links (user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, \
       expires_at = excluded.expires_at, spent_at = NULL";
const FIND: &str = "SELECT u.id, u.name, u.email, u.role FROM sign_up_links l JOIN users u ON u.id = l.user_id \
     WHERE l.token_hash = $1 AND l.spent_at IS NULL AND l.expires_at > $2 \
       AND u.deleted_at IS NULL AND u.disabled_at IS NULL";
// One row or none: of two people with the link, one chooses the password.
const SPEND: &str =
    "UPDATE sign_up_links SET spent_at = $2 WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $2";
const CHOOSE: &str = "UPDATE users SET password_hash = $2, revision = revision + 1, updated_at = $3, updated_by_name = name \
     WHERE id = $1 AND deleted_at IS NULL AND disabled_at IS NULL";
const REVOKE: &str = "DELETE FROM sign_up_links WHERE user_id = $1";

#[derive(sqlx::FromRow)]
struct Invited {
    id: Uuid,
    name: String,
    email: String,
    role: String,
}

impl Accounts {
    /// Makes a link for a user, which ends the older one. The transaction holds the user's row.
    pub async fn issue_link(&self, tx: &mut Tx, user: UserId) -> Result<SignUpLink, ApiError> {
        let token = Token::fresh()?;
        let now = self.base.clock.now();
        let link = SignUpLink {
            path: format!("/welcome#{}", token.text()),
            expires_at: now + GOOD_FOR,
        };
        execute!(
            tx,
            sqlx::query(ISSUE)
                .bind(user.0)
                .bind(token.hash())
                .bind(now)
                .bind(link.expires_at)
        )?;
        Ok(link)
    }

    /// Ends a user's link.
    pub async fn revoke_link(&self, tx: &mut Tx, user: UserId) -> Result<(), ApiError> {
        execute!(tx, sqlx::query(REVOKE).bind(user.0))?;
        Ok(())
    }

    /// Spends a link: the password is the chosen one from now on, every session ends, and a new one begins.
    pub(super) async fn sign_up(&self, input: SignUp, visit: Visit<'_>) -> Result<SignedIn, ApiError> {
        let token = parse(&input)?;
        let place = match self.begin_link_try(visit) {
            Ok(tried) => self.take_place(tried).await,
            Err(error) => Err(error),
        };
        let place = match place {
            Ok(place) => place,
            Err(error) => return Err(self.refuse(error, visit).await),
        };
        let hash = token.hash();
        let now = self.base.clock.now();
        let invited: Option<Invited> =
            read!(self.base.db, c => sqlx::query_as(FIND).bind(&hash).bind(now).fetch_optional(c))?;
        let invited = invited.ok_or(ApiError::LinkSpent)?;
        // The link is right: the try has not failed.
        self.give_back(place).await?;
        passwords::check_new(&input.password, &[&invited.email, &invited.name])
            .map_err(|detail| ApiError::field("/password", "weak-password", detail))?;
        let password_hash = self.passwords.hash(input.password, WriteClass::Anonymous).await?;
        let user = UserId(invited.id);
        let now = self.base.clock.now();
        let mut tx = self.base.db.begin_as(WriteClass::Anonymous).await?;
        let chosen = execute!(&mut tx, sqlx::query(CHOOSE).bind(user.0).bind(&password_hash).bind(now))?;
        if chosen == 0 || execute!(&mut tx, sqlx::query(SPEND).bind(&hash).bind(now))? == 0 {
            return Err(ApiError::LinkSpent);
        }
        self.end_sessions(&mut tx, Ending::AllOf(user), SessionEnd::Revoked)
            .await?;
        let session = self.begin_session(&mut tx, user, Some(&password_hash), visit).await?;
        let browser = self
            .remember_browser(&mut tx, user, &invited.email, visit.headers)
            .await?;
        let actor = Principal::User {
            id: user,
            name: invited.name.clone(),
            email: invited.email,
            role: invited.role.parse().unwrap_or(Role::Viewer),
            session: Uuid::nil(),
        };
        let target = ("user", user.0, invited.name.as_str());
        let mut event = Event::new(now, &actor, "user.choose_password", target, Some(visit.request_id));
        event.details = Some("by link".to_owned());
        audit::append(&mut tx, &self.base.vault, &[event]).await?;
        tx.commit().await?;
        Ok(SignedIn { session, browser })
    }
}

/// The token, as far as it can be one.
fn parse(input: &SignUp) -> Result<Token, ApiError> {
    #[expect(clippy::disallowed_methods, reason = "a token is read to be hashed")]
    let text = input.token.expose().trim();
    // Whoever pastes the whole address means its end.
    let text = text.rsplit('#').next().unwrap_or_default();
    Token::parse(text).ok_or_else(|| ApiError::field("/token", "wrong-token", "Copy your whole invite link."))
}
