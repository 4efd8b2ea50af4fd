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

#![warn(missing_docs)]

mod envelope;
#[cfg(test)]
mod envelope_tests;
mod key;
mod keyring;
mod keys;
mod verify;

pub use envelope::{DataKey, Sealed, VaultError, sealed_bytes};
pub use keyring::Keyring;
pub use keys::{KeyRow, KeyState, NewKey, Standing};
pub use verify::{VERIFY_BATCH, VerifyReport, verify, verify_within};

use std::sync::{Arc, PoisonError, RwLock};

use contract::credentials::CredentialId;
use contract::secret::SecretValue;

use crate::config::KeyringSource;
use crate::db::{Db, DbError, Tx, within};
use key::Key;

/// Seals and opens with the keys of one keyring. Clones share it.
#[derive(Clone, Debug)]
pub struct Vault(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    source: KeyringSource,
    /// The key that the database began with. What must stay the same over rotations is derived from it.
    anchor: String,
    /// Keys that the database names, each held against its check value. It only grows: a key that vanished
    /// from the file goes on opening what it sealed until the server stops.
    held: RwLock<Arc<Keyring>>,
}

const ACTIVE: &str = "SELECT id FROM encryption_keys WHERE state = 'active'";

impl Vault {
    /// Reads or generates the keyring and checks it against the database.
    ///
    /// # Errors
    /// A sentence that names the key that is missing or wrong: the server must not start.
    pub async fn open(db: &Db, source: &KeyringSource, clock: &crate::clock::Clock) -> anyhow::Result<Self> {
        Ok(Self::new(source, keys::open(db, source, clock).await?))
    }

    /// The vault of a backup, which names the keys that it needs.
    ///
    /// # Errors
    /// A sentence that names the key that is missing or wrong.
    pub fn open_for(keys: &[KeyRow], source: &KeyringSource) -> anyhow::Result<Self> {
        Ok(Self::new(source, keys::read_for(keys, source)?))
    }

    fn new(source: &KeyringSource, (held, anchor): (Keyring, String)) -> Self {
        Self(Arc::new(Shared {
            source: source.clone(),
            anchor,
            held: RwLock::new(Arc::new(held)),
        }))
    }

    /// Reads the keyring again and takes up the keys that the database names. Tells what the database
    /// needs and which of it is held.
    pub async fn reload(&self, db: &Db) -> Result<Standing, DbError> {
        let rows = keys::rows(db).await?;
        let unreadable = self.take_up(&rows);
        Ok(Standing::new(rows, &self.held(), unreadable))
    }

    /// What the database needs and which of it is held, without reading the keyring.
    pub async fn standing(&self, db: &Db) -> Result<Standing, DbError> {
        Ok(Standing::new(keys::rows(db).await?, &self.held(), None))
    }

    /// Takes up what the keyring holds of these keys now. Tells, in a sentence, what stands against it.
    fn take_up(&self, rows: &[KeyRow]) -> Option<String> {
        let read = match Keyring::read(&self.0.source) {
            Ok(Some(keyring)) => keyring,
            Ok(None) => return Some(format!("The keyring {} is missing. Put it back.", self.0.source.name())),
            Err(error) => return Some(format!("{error:#}")),
        };
        let (found, wrong) = keys::matching(&read, rows);
        let missing = {
            let mut held = self.0.held.write().unwrap_or_else(PoisonError::into_inner);
            let mut grown = Keyring::default();
            for key in held.keys().chain(found.keys()) {
                grown.hold(key);
            }
            let missing = held
                .keys()
                .find(|key| read.get(key.id()).is_err())
                .map(|key| key.id().to_owned());
            *held = Arc::new(grown);
            missing
        };
        if let Some(id) = wrong.first() {
            return Some(format!(
                "The key {id} in the keyring {} differs from the database's key of that name. Put back the right keyring.",
                self.0.source.name()
            ));
        }
        missing.map(|id| {
            format!(
                "The keyring {} no longer contains the key {id}. Put it back: the next start needs it.",
                self.0.source.name()
            )
        })
    }

    /// The key by its id; reads the keyring again where it is not held yet.
    async fn obtain(&self, tx: &mut Tx, id: &str) -> Result<Arc<Key>, VaultError> {
        if let Ok(key) = self.key(id) {
            return Ok(key);
        }
        self.take_up(&keys::rows_within(tx).await?);
        self.key(id)
    }

    fn held(&self) -> Arc<Keyring> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn key(&self, id: &str) -> Result<Arc<Key>, VaultError> {
        self.held().get(id).cloned()
    }

    /// The ids of the keys that are held.
    pub fn held_ids(&self) -> Vec<String> {
        self.held().keys().map(|key| key.id().to_owned()).collect()
    }

    /// The source of the keyring.
    pub fn source(&self) -> &KeyringSource {
        &self.0.source
    }

    /// The keys that the database names, oldest first.
    pub async fn rows(tx: &mut Tx) -> Result<Vec<KeyRow>, DbError> {
        keys::rows_within(tx).await
    }

    /// The id of the key that seals now.
    pub async fn active(&self, tx: &mut Tx) -> Result<String, DbError> {
        Ok(within!(tx, c => sqlx::query_scalar(ACTIVE).fetch_one(c))?)
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
        let active = self.active(tx).await?;
        let key = self.obtain(tx, &active).await?;
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
        let key = self.key(&sealed.key_id)?;
        envelope::open(&key.wrap_key(), credential, version, sealed)
    }

    /// Opens a sealed value, with a key that may have come into the keyring just now.
    pub async fn open_stored(
        &self,
        db: &Db,
        credential: CredentialId,
        version: i64,
        sealed: &Sealed,
    ) -> Result<SecretValue, VaultError> {
        match self.open_value(credential, version, sealed) {
            Err(VaultError::UnknownKey(_)) => {
                self.reload(db).await?;
                self.open_value(credential, version, sealed)
            }
            outcome => outcome,
        }
    }

    /// Wraps the data key of a value with another key. The value itself is not looked at.
    ///
    /// # Errors
    /// [`VaultError`] where a key is not held, or the bytes do not belong to this credential and version.
    pub fn rewrap(
        &self,
        credential: CredentialId,
        version: i64,
        wrapped: &DataKey,
        key_id: &str,
    ) -> Result<DataKey, VaultError> {
        let (old, new) = (self.key(&wrapped.key_id)?, self.key(key_id)?);
        envelope::rewrap(&old.wrap_key(), (key_id, &new.wrap_key()), credential, version, wrapped)
    }

    /// The key that chains the audit trail, derived from the named key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] where it is not held.
    pub fn audit_key(&self, key_id: &str) -> Result<zeroize::Zeroizing<[u8; 32]>, VaultError> {
        Ok(self.key(key_id)?.derive(b"audit"))
    }

    /// The key that chains the audit trail, where the named key may have come into the keyring just now.
    ///
    /// # Errors
    /// [`VaultError`] where it is not held, or the database fails.
    pub async fn audit_key_within(
        &self,
        tx: &mut Tx,
        key_id: &str,
    ) -> Result<zeroize::Zeroizing<[u8; 32]>, VaultError> {
        Ok(self.obtain(tx, key_id).await?.derive(b"audit"))
    }

    /// The key that tells whether a backup is what was written, derived from the named key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] where it is not held.
    pub fn backup_key(&self, key_id: &str) -> Result<zeroize::Zeroizing<[u8; 32]>, VaultError> {
        Ok(self.key(key_id)?.derive(b"backup"))
    }

    /// The token of the set-up link: the same on each start and on each replica, and over rotations.
    ///
    /// # Errors
    /// [`VaultError`] where the key that the database began with is not held.
    pub fn set_up_token(&self, nonce: &[u8]) -> Result<SecretValue, VaultError> {
        use base64::Engine as _;
        let token = self.key(&self.0.anchor)?.derive(&[b"set-up", nonce].concat());
        Ok(SecretValue::new(
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token),
        ))
    }

    /// A keyed hash for texts that logs and tables must not hold in clear. The same on each replica.
    ///
    /// # Errors
    /// [`VaultError`] where the key that the database began with is not held.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> Result<[u8; 32], VaultError> {
        self.key(&self.0.anchor)?
            .mac(&[b"hash", purpose.as_bytes()].concat(), text.as_bytes())
    }
}
