//! Passwords: the rules of new ones, hashing and checking.

use contract::secret::SecretValue;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use super::hashing::{Hashing, Slot};
use crate::db::WriteClass;
use crate::http::ApiError;

/// Shortest and longest password, in characters.
const MIN_CHARS: usize = 12;
const MAX_CHARS: usize = 256;

/// Characters that are judged: the work grows faster than their number.
const JUDGED_CHARS: usize = 64;

/// Hashes and checks passwords.
#[derive(Clone, Debug, Default)]
pub(super) struct Passwords {
    hashing: Hashing,
}

/// Checks a new password. `own` are words that the password must not be made from: name and email of its user.
pub(super) fn check_new(password: &SecretValue, own: &[&str]) -> Result<(), &'static str> {
    #[expect(clippy::disallowed_methods, reason = "a password has to be looked at to be judged")]
    let text = password.expose();
    let chars = text.chars().count();
    if chars < MIN_CHARS {
        return Err("Use at least 12 characters.");
    }
    if chars > MAX_CHARS {
        return Err("Use up to 256 characters.");
    }
    let judged: Zeroizing<String> = Zeroizing::new(text.chars().take(JUDGED_CHARS).collect());
    // The best score: ten billion guesses or more by lists of common passwords, names, words, dates and keys.
    if zxcvbn(&judged, &[own, &["strongroom"]].concat()).score() < Score::Four {
        return Err("This password is too common. Use another, e.g. four words.");
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

    fn may_be_used(text: &str) -> bool {
        check_new(&secret(text), &["Ida Lovelace", "ida@example.com"]).is_ok()
    }

    #[test]
    fn new_passwords_must_be_long_and_hard_to_guess() {
        for good in [
            "correct horse battery staple",
            "four words for tests",
            "violet lantern on the quay",
            "T7#kq9!vLm2$",
            "jovial-otter-amends-42",
        ] {
            assert!(may_be_used(good), "{good}");
        }
        for bad in [
            "short",
            "passwordPASSWORD",
            "aaaaaaaaaaaaaaaa",
            "123456789012",
            "P@ssw0rd1234",
            "Summer2026!!",
            "tequieromucho",
            "zaq12wsxcde3",
            "strongroom1234",
            "idalovelace1",
            "london2012london",
        ] {
            assert!(!may_be_used(bad), "{bad}");
        }
        assert!(!may_be_used(&"ab c".repeat(65)));
    }

    /// Passwords of the forms that lists of leaked ones are full of, each with 12 characters or more.
    fn common() -> Vec<String> {
        let words = [
            "password",
            "iloveyou",
            "princess",
            "football",
            "baseball",
            "sunshine",
            "superman",
            "michael",
            "jennifer",
            "jordan",
            "liverpool",
            "chocolate",
            "butterfly",
            "elizabeth",
            "samantha",
            "spiderman",
            "computer",
            "whatever",
            "starwars",
            "pokemon",
            "dragon",
            "monkey",
            "master",
            "letmein",
            "welcome",
            "admin",
            "qwerty",
            "qwertyuiop",
            "asdfghjkl",
            "zxcvbnm",
            "charlie",
            "thomas",
            "jessica",
            "ashley",
            "daniel",
            "andrew",
            "matthew",
            "robert",
            "barcelona",
            "arsenal",
            "chelsea",
            "hello",
            "freedom",
            "secret",
            "summer",
            "winter",
            "flower",
            "orange",
        ];
        let endings = [
            "123456",
            "12345678",
            "123456789",
            "1234",
            "12345",
            "1234567",
            "1",
            "123",
            "!",
            "12",
            "2024",
            "2020",
        ];
        let mut all = std::collections::BTreeSet::new();
        for word in words {
            let capital = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
            let leet = word.replace('a', "@").replace('o', "0").replace('e', "3");
            for form in [word.to_owned(), capital, word.to_uppercase(), leet] {
                for ending in endings {
                    all.insert(format!("{form}{ending}"));
                    all.insert(format!("{form}{ending}!"));
                    all.insert(format!("{form}{form}{ending}"));
                    all.insert(format!("{ending}{form}"));
                }
                for year in 1960..2027 {
                    all.insert(format!("{form}{year}"));
                }
            }
        }
        all.into_iter()
            .filter(|text| text.chars().count() >= MIN_CHARS)
            .collect()
    }

    #[test]
    fn the_long_passwords_of_the_list_that_the_library_brings_are_refused() {
        let list = include_str!("common_passwords.txt");
        assert!(list.lines().count() >= 200);
        for listed in list.lines() {
            assert!(listed.chars().count() >= MIN_CHARS, "{listed}");
            for form in [listed.to_owned(), listed.to_uppercase()] {
                assert!(!may_be_used(&form), "{form}");
            }
        }
    }

    #[test]
    fn ten_thousand_passwords_of_usual_forms_are_refused() {
        let common = common();
        assert!(common.len() >= 10_000, "{}", common.len());
        let good: Vec<&String> = common.iter().filter(|text| may_be_used(text)).collect();
        assert!(
            good.is_empty(),
            "{} of {}: {:?}",
            good.len(),
            common.len(),
            &good[..good.len().min(20)]
        );
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
