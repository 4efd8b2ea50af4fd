//! One key of the keyring, and the keys that are derived from it.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::envelope::{VaultError, random};
use crate::hex::hex;

/// One key-encryption key. It is never used itself: each purpose has a key derived from it.
pub struct Key {
    pub(super) id: String,
    pub(super) bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    /// A fresh key under a fresh id.
    pub(super) fn generate() -> Result<Self, VaultError> {
        Ok(Self {
            id: format!("key-{}", hex(&random::<6>()?)),
            bytes: Zeroizing::new(random::<32>()?),
        })
    }

    /// The id, which is no secret.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The key of one purpose.
    pub(super) fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        // Expanding to 32 bytes cannot fail: the limit is 255 times that.
        let outcome = Hkdf::<Sha256>::new(Some(b"strongroom v1"), &self.bytes[..]).expand(purpose, &mut derived[..]);
        debug_assert!(outcome.is_ok());
        derived
    }

    /// The key that wraps data keys.
    pub(super) fn wrap_key(&self) -> Zeroizing<[u8; 32]> {
        self.derive(b"wrap")
    }

    /// Tells whether a key of this id is the same key, and nothing else about it.
    pub(super) fn check_value(&self) -> Vec<u8> {
        self.derive(b"check").to_vec()
    }

    /// A keyed hash.
    pub(super) fn mac(&self, purpose: &[u8], text: &[u8]) -> Result<[u8; 32], VaultError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.derive(purpose)[..]).map_err(|_| VaultError::Tampered)?;
        mac.update(text);
        Ok(mac.finalize().into_bytes().into())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}
