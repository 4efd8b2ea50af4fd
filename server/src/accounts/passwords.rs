//! Hashing passwords: Argon2id, off the async threads, a few at a time.

use std::sync::Arc;

use app::secret::SecretValue;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use crate::http::ApiError;

/// Shortest and longest password, in characters.
const MIN_CHARS: usize = 12;
const MAX_CHARS: usize = 256;

/// Long passwords that stand in every list of leaked ones.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789123",
    "1234567890ab",
    "qwertyuiopas",
    "qwertyuiop123",
    "qwerty123456",
    "qwerty1234567",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "passw0rd1234",
    "administrator",
    "administrator1",
    "adminadminadmin",
    "admin1234567",
    "letmeinletmein",
    "iloveyou1234",
    "welcome12345",
    "welcome123456",
    "changeme1234",
    "changemechangeme",
    "abcdefghijkl",
    "abcd12345678",
    "1q2w3e4r5t6y",
    "zxcvbnm12345",
    "monkey123456",
    "dragon123456",
    "football1234",
    "baseball1234",
    "superman1234",
    "sunshine1234",
    "princess1234",
];

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub(super) struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        // Each takes 19 MiB and a core for a while.
        Self {
            slots: Arc::new(Semaphore::new(2)),
        }
    }
}

/// Whether a new password may be used.
pub(super) fn check_new(password: &SecretValue) -> Result<(), &'static str> {
    #[expect(clippy::disallowed_methods, reason = "a password has to be looked at to be judged")]
    let text = password.expose();
    let chars = text.chars().count();
    if chars < MIN_CHARS {
        return Err("Use at least 12 characters.");
    }
    if chars > MAX_CHARS {
        return Err("Use at most 256 characters.");
    }
    let lower = text.to_lowercase();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 4 || COMMON.contains(&lower.as_str()) {
        return Err("This password is one that is tried first. Use another, e.g. four words.");
    }
    Ok(())
}

impl Passwords {
    /// Hashes a password.
    pub(super) async fn hash(&self, password: SecretValue) -> Result<String, ApiError> {
        self.run(move || {
            #[expect(clippy::disallowed_methods, reason = "hashing reads the password")]
            let hash = Argon2::default().hash_password(password.expose().as_bytes());
            hash.map(|hash| hash.to_string())
                .map_err(|_| ApiError::Internal(anyhow::anyhow!("hashing failed")))
        })
        .await?
    }

    /// Whether a password belongs to a hash. Without a hash (no such user) it takes the same time and is wrong.
    pub(super) async fn verify(&self, password: SecretValue, hash: Option<String>) -> Result<bool, ApiError> {
        self.run(move || {
            let known = hash.is_some();
            // A hash of nothing that anybody knows, with the default parameters.
            let hash = hash.unwrap_or_else(|| DUMMY.to_owned());
            let Ok(hash) = PasswordHash::new(&hash) else {
                return false;
            };
            #[expect(clippy::disallowed_methods, reason = "checking reads the password")]
            let right = Argon2::default()
                .verify_password(password.expose().as_bytes(), &hash)
                .is_ok();
            right && known
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let stopped = || ApiError::Internal(anyhow::anyhow!("password work was stopped"));
        let permit = self.slots.clone().acquire_owned().await.map_err(|_| stopped())?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|_| stopped())
    }
}

const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3Ryb25ncm9vbS1kdW1teQ$\
                     YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE";

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretValue {
        SecretValue::new(text.to_owned())
    }

    #[test]
    fn new_passwords_must_be_long_and_uncommon() {
        assert!(check_new(&secret("correct horse battery staple")).is_ok());
        for bad in ["short", "passwordPASSWORD", "aaaaaaaaaaaaaaaa", "123456789012"] {
            assert!(check_new(&secret(bad)).is_err(), "{bad}");
        }
        assert!(check_new(&secret(&"ab c".repeat(65))).is_err());
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_user_has_none() {
        let passwords = Passwords::default();
        let hash = passwords.hash(secret("a long enough word")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            passwords
                .verify(secret("a long enough word"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(secret("another long word"), Some(hash)).await.unwrap());
        assert!(!passwords.verify(secret("a long enough word"), None).await.unwrap());
        assert!(
            PasswordHash::new(DUMMY).is_ok(),
            "the dummy costs as much as a real one"
        );
    }
}
