//! The set-up link: it makes the first administrator, once.

use contract::accounts::{Role, SetUp};
use contract::secret::SecretValue;
use subtle::ConstantTimeEq as _;

use super::client_info::Visit;
use super::forms::SignedIn;
use super::{Accounts, NewUser};
use crate::audit;
use crate::db::{Tx, WriteClass, execute, read};
use crate::http::{ApiError, Principal};

// Nothing of the set-up is good for anything once there is a user, whoever comes first.
const BEGIN: &str = "INSERT INTO set_up (id, nonce) SELECT 1, $1 WHERE NOT EXISTS (SELECT 1 FROM users) \
     ON CONFLICT (id) DO NOTHING";
const NONCE: &str = "SELECT nonce FROM set_up WHERE id = 1 AND spent_at IS NULL AND NOT EXISTS (SELECT 1 FROM users)";
// One row or none: of two people with the link, one becomes the administrator.
const SPEND: &str =
    "UPDATE set_up SET spent_at = $1 WHERE id = 1 AND spent_at IS NULL AND NOT EXISTS (SELECT 1 FROM users)";
// Leaves a row also where there was none: a server that begins the set-up in this moment waits for it and finds it spent.
const END: &str = "INSERT INTO set_up (id, nonce, spent_at) VALUES (1, $1, $2) \
     ON CONFLICT (id) DO UPDATE SET spent_at = COALESCE(set_up.spent_at, excluded.spent_at)";

impl Accounts {
    /// The token of the set-up link; nothing once there is a user.
    pub async fn set_up_token(&self) -> Result<Option<SecretValue>, ApiError> {
        if self.any_user().await? {
            return Ok(None);
        }
        let nonce = nonce()?;
        let mut tx = self.base.db.begin().await?;
        execute!(&mut tx, sqlx::query(BEGIN).bind(nonce))?;
        tx.commit().await?;
        self.expected_token().await
    }

    async fn expected_token(&self) -> Result<Option<SecretValue>, ApiError> {
        let nonce: Option<Vec<u8>> = read!(self.base.db, c => sqlx::query_scalar(NONCE).fetch_optional(c))?;
        match nonce {
            Some(nonce) => Ok(Some(self.base.vault.set_up_token(&nonce)?)),
            None => Ok(None),
        }
    }

    /// Makes the first administrator and signs them in.
    pub(super) async fn set_up(&self, input: SetUp, visit: Visit<'_>) -> Result<SignedIn, ApiError> {
        let expected = self.expected_token().await?.ok_or(ApiError::Spent)?;
        #[expect(clippy::disallowed_methods, reason = "a token is compared in constant time")]
        let right = expected
            .expose()
            .as_bytes()
            .ct_eq(input.token.expose().trim().as_bytes());
        if !bool::from(right) {
            return Err(ApiError::field(
                "/token",
                "wrong-token",
                "Copy the whole link from the terminal where the server runs.",
            ));
        }
        let user = self
            .check_user(NewUser {
                email: input.email,
                name: input.name,
                role: Role::Administrator,
                password: input.password,
            })
            .await?;
        let mut tx = self.base.db.begin_as(WriteClass::Anonymous).await?;
        if execute!(&mut tx, sqlx::query(SPEND).bind(self.base.clock.now()))? == 0 {
            return Err(ApiError::Spent);
        }
        let (id, mut event) = self
            .insert_user(&mut tx, &user, &Principal::Cli, Some(visit.request_id))
            .await?;
        event.actor_kind = "user";
        event.actor_id = Some(id);
        event.actor_name.clone_from(&user.name);
        let session = self
            .begin_session(&mut tx, id, user.password_hash.as_deref(), visit)
            .await?;
        let browser = self.remember_browser(&mut tx, id, &user.email, visit.headers).await?;
        audit::append(&mut tx, &self.base.vault, &[event]).await?;
        tx.commit().await?;
        Ok(SignedIn { session, browser })
    }

    /// Ends the set-up, if it has not ended, because a user came to be without it.
    pub(super) async fn end_set_up(&self, tx: &mut Tx) -> Result<(), ApiError> {
        let nobody_has_it = nonce()?;
        execute!(tx, sqlx::query(END).bind(nobody_has_it).bind(self.base.clock.now()))?;
        Ok(())
    }
}

fn nonce() -> Result<Vec<u8>, ApiError> {
    let mut nonce = [0_u8; 16];
    getrandom::fill(&mut nonce).map_err(|_| ApiError::Internal(anyhow::anyhow!("no random numbers")))?;
    Ok(nonce.to_vec())
}
