//! The vault seals values and opens them. Nothing else in the server sees a key.
//!
//! Each version of a credential has a fresh data key. The value is sealed with the data key, the data
//! key is wrapped with a key-encryption key of the [`Keyring`], both with AES-256-GCM:
//!
//! ```text
//! ciphertext  = 0x01 || AES-256-GCM(data key, value nonce, padded value,  AAD "value")
//! wrapped key = 0x01 || AES-256-GCM(wrap key, key nonce,   data key,      AAD "data-key")
//! padded      = length of the value (u32, big endian) || value || zeros up to a multiple of 64
//! AAD value    = parts(0x01, "value",    credential id, version)
//! AAD data key = parts(0x01, "data-key", credential id, version, key id)
//! parts(..)    = for each part: its length (u32, big endian) || its bytes
//! ```
//!
//! The AADs tie a blob to its row: swapped with another credential's or another version's, it does
//! not open. The value's AAD leaves the key id out, so that rewrapping touches the wrapped key only.

mod envelope;
mod keyring;
mod keys;

pub use envelope::{Sealed, VaultError};
pub use keyring::{Keyring, KeyringSource};
pub use keys::{VerifyReport, verify};

use std::sync::Arc;

use app::credentials::CredentialId;
use app::secret::SecretValue;

use crate::db::{Db, DbError, Tx, read, within};

/// Seals and opens with the keys of one keyring.
#[derive(Clone, Debug)]
pub struct Vault {
    keyring: Arc<Keyring>,
}

const ACTIVE: &str = "SELECT id FROM encryption_keys WHERE state = 'active'";

impl Vault {
    /// Reads or generates the keyring and checks it against the database.
    ///
    /// # Errors
    /// A sentence that names the key that is missing or wrong: the server must not start.
    pub async fn open(db: &Db, source: &KeyringSource, clock: &crate::clock::Clock) -> anyhow::Result<Self> {
        let keyring = keys::open(db, source, clock).await?;
        Ok(Self {
            keyring: Arc::new(keyring),
        })
    }

    /// Seals a value with the key that the database names as active in this transaction.
    ///
    /// # Errors
    /// [`VaultError`] where the database names a key that this server does not hold.
    pub async fn seal(
        &self,
        tx: &mut Tx,
        credential: CredentialId,
        version: i64,
        value: &SecretValue,
    ) -> Result<Sealed, VaultError> {
        let active: String = within!(tx, c => sqlx::query_scalar(ACTIVE).fetch_one(c))
            .map_err(|error| VaultError::Db(DbError::from(error)))?;
        let key = self.keyring.get(&active)?;
        envelope::seal(&active, &key.wrap_key(), credential, version, value)
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// [`VaultError`] where the key is not held, or the bytes do not belong to this credential and version.
    pub fn open_value(
        &self,
        credential: CredentialId,
        version: i64,
        sealed: &Sealed,
    ) -> Result<SecretValue, VaultError> {
        let key = self.keyring.get(&sealed.key_id)?;
        envelope::open(&key.wrap_key(), credential, version, sealed)
    }

    /// The key that chains the audit trail, derived from the named key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] where it is not held.
    pub fn audit_key(&self, key_id: &str) -> Result<zeroize::Zeroizing<[u8; 32]>, VaultError> {
        Ok(self.keyring.get(key_id)?.derive(b"audit"))
    }

    /// The token of the set-up link: the same on each start and on each replica.
    ///
    /// # Errors
    /// [`VaultError`] where the active key cannot be told.
    pub async fn set_up_token(&self, db: &Db, nonce: &[u8]) -> Result<SecretValue, VaultError> {
        use base64::Engine as _;
        let active: String = read!(*db, c => sqlx::query_scalar(ACTIVE).fetch_one(c))
            .map_err(|error| VaultError::Db(DbError::from(error)))?;
        let token = self.keyring.get(&active)?.derive(&[b"set-up", nonce].concat());
        Ok(SecretValue::new(
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token),
        ))
    }

    /// A keyed hash for texts that logs and tables must not hold in clear.
    ///
    /// # Errors
    /// [`VaultError`] where the keyring is empty.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> Result<[u8; 32], VaultError> {
        self.keyring
            .first()?
            .mac(&[b"hash", purpose.as_bytes()].concat(), text.as_bytes())
    }
}
