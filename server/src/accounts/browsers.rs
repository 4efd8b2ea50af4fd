//! Browsers that signed in before. Each has a token in a cookie of its own that outlives its sessions; the table
//! keeps a hash of token and account together. Such a browser's tries at that account are counted apart, so that
//! nobody else's tries can lock it out.

use app::accounts::UserId;
use chrono::TimeDelta;
use http::HeaderMap;
use sha2::{Digest as _, Sha256};

use super::email::email_key;
use super::visit::cookie;
use super::{Accounts, Token};
use crate::db::{Tx, execute, read};
use crate::http::ApiError;

/// A browser is forgotten when it did not sign in for so long.
const KEPT: TimeDelta = TimeDelta::days(365);

const IS_KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM known_browsers WHERE token_hash = $1 AND last_used_at > $2)";
const REMEMBER: &str = "INSERT INTO known_browsers (token_hash, user_id, last_used_at) VALUES ($1, $2, $3) \
     ON CONFLICT (token_hash) DO UPDATE SET last_used_at = excluded.last_used_at";
// Programs that keep no cookies are a new browser each time: only the newest ones of an account are kept.
const SWEEP: &str = "DELETE FROM known_browsers WHERE user_id = $1 AND (last_used_at <= $2 OR token_hash NOT IN \
     (SELECT token_hash FROM known_browsers WHERE user_id = $1 ORDER BY last_used_at DESC, token_hash LIMIT 20))";

fn hash(token: &Token, email: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(token.bytes());
    hash.update(email_key(email));
    hash.finalize().to_vec()
}

impl Accounts {
    fn browser_cookie_name(&self) -> &'static str {
        if self.https {
            "__Host-strongroom-browser"
        } else {
            "strongroom-browser"
        }
    }

    /// The `Set-Cookie` of a browser's token.
    pub(super) fn browser_cookie(&self, token: &Token) -> http::HeaderValue {
        self.set_cookie(self.browser_cookie_name(), token.text(), KEPT)
    }

    /// What to count a browser's tries under, where it signed in to this account before. One read, whether the
    /// account exists or not.
    pub(super) async fn known_browser(&self, email: &str, headers: &HeaderMap) -> Result<Option<Vec<u8>>, ApiError> {
        let Some(token) = cookie(headers, self.browser_cookie_name()).and_then(Token::parse) else {
            return Ok(None);
        };
        let hash = hash(&token, email);
        let since = self.base.clock.now() - KEPT;
        let known: bool = read!(self.base.db, c => sqlx::query_scalar(IS_KNOWN).bind(&hash).bind(since).fetch_one(c))?;
        Ok(known.then_some(hash))
    }

    /// Remembers the browser for the account that just signed in; gives the token for its cookie. A browser
    /// that several people share keeps one token.
    pub(super) async fn remember_browser(
        &self,
        tx: &mut Tx,
        user: UserId,
        email: &str,
        headers: &HeaderMap,
    ) -> Result<Token, ApiError> {
        let token = match cookie(headers, self.browser_cookie_name()).and_then(Token::parse) {
            Some(token) => token,
            None => Token::fresh()?,
        };
        let now = self.base.clock.now();
        execute!(
            tx,
            sqlx::query(REMEMBER).bind(hash(&token, email)).bind(user.0).bind(now)
        )?;
        execute!(tx, sqlx::query(SWEEP).bind(user.0).bind(now - KEPT))?;
        Ok(token)
    }
}
