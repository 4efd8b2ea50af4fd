//! Browsers that signed in before. Each has a token in a cookie of its own that outlives its sessions; the table
//! keeps a hash of token and account together. Such a browser's tries at that account are counted apart, so that
//! nobody else's tries can lock it out.
//!
//! The cookie holds a MAC of the token, so that a cookie that was made up costs no read of the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use contract::accounts::UserId;
use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::client_info::cookie;
use super::email::email_key;
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

/// The hash of token and account together.
pub(super) fn hash(token: &Token, email: &str) -> Vec<u8> {
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
    pub(super) fn browser_cookie(&self, token: &Token) -> Result<http::HeaderValue, ApiError> {
        let mac = URL_SAFE_NO_PAD.encode(self.browser_mac(token)?);
        let content = format!("{}.{mac}", token.text());
        Ok(self.set_cookie(self.browser_cookie_name(), content, KEPT))
    }

    fn browser_mac(&self, token: &Token) -> Result<[u8; 32], ApiError> {
        Ok(self.base.vault.keyed_hash("browser cookie", &token.text())?)
    }

    /// The token in a browser's cookie; `None` if this server did not make it.
    pub(super) fn browser_token(&self, headers: &HeaderMap) -> Result<Option<Token>, ApiError> {
        let content = cookie(headers, self.browser_cookie_name()).and_then(|content| content.split_once('.'));
        let Some((token, mac)) =
            content.and_then(|(token, mac)| Token::parse(token).zip(URL_SAFE_NO_PAD.decode(mac).ok()))
        else {
            return Ok(None);
        };
        let is_own: bool = self.browser_mac(&token)?.as_slice().ct_eq(&mac).into();
        Ok(is_own.then_some(token))
    }

    /// `true` if the browser of this hash signed in to the account before. Known and unknown accounts cost one read each.
    pub(super) async fn is_known_browser(&self, hash: &[u8]) -> Result<bool, ApiError> {
        let since = self.base.clock.now() - KEPT;
        Ok(read!(self.base.db, c => sqlx::query_scalar(IS_KNOWN).bind(hash).bind(since).fetch_one(c))?)
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
        let token = match self.browser_token(headers)? {
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
