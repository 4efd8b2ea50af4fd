//! Passwords: the rules of new ones, hashing and checking.

use app::secret::SecretValue;

use super::hashing::{Hashing, Slot};
use crate::db::WriteClass;
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
#[derive(Clone, Debug, Default)]
pub(super) struct Passwords {
    hashing: Hashing,
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
    /// Waits for a turn to hash.
    ///
    /// # Errors
    /// 503 `busy` if too many wait.
    pub(super) async fn slot(&self, class: WriteClass) -> Result<Slot, ApiError> {
        self.hashing.slot(class).await
    }

    /// Hashes a password.
    pub(super) async fn hash(&self, password: SecretValue, class: WriteClass) -> Result<String, ApiError> {
        let slot = self.slot(class).await?;
        slot.run(move |memory| {
            #[expect(clippy::disallowed_methods, reason = "hashing reads the password")]
            memory.hash(password.expose().as_bytes())
        })
        .await
    }
}

/// `true` if the password has this hash. Without a hash (no such user) it takes the same time and is wrong.
pub(super) async fn verify(slot: Slot, password: SecretValue, hash: Option<String>) -> Result<bool, ApiError> {
    slot.run(move |memory| {
        // The dummy has the default parameters, and no known password.
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| DUMMY.to_owned());
        #[expect(clippy::disallowed_methods, reason = "checking reads the password")]
        let right = memory.verify(password.expose().as_bytes(), &hash)?;
        Ok(right && known)
    })
    .await
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
        let slot = async || passwords.slot(WriteClass::User).await.unwrap();
        let hash = passwords
            .hash(secret("a long enough word"), WriteClass::User)
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let right = verify(slot().await, secret("a long enough word"), Some(hash.clone())).await;
        assert!(right.unwrap());
        let wrong = verify(slot().await, secret("another long word"), Some(hash)).await;
        assert!(!wrong.unwrap());
        assert!(!verify(slot().await, secret("a long enough word"), None).await.unwrap());
        assert!(
            argon2::password_hash::phc::PasswordHash::new(DUMMY).is_ok(),
            "the dummy costs as much as a real one"
        );
    }
}
