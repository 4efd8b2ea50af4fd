//! The keyring: the key-encryption keys, from a file or from the environment.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use app::secret::SecretValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use super::envelope::{VaultError, random};

/// Where the keyring comes from.
#[derive(Debug)]
pub enum KeyringSource {
    /// The text of the file, from the environment.
    Text(SecretValue),
    /// A file that somebody else keeps: never generated here.
    Given(PathBuf),
    /// The file in the data folder: generated where the database holds no key yet.
    Own(PathBuf),
}

impl KeyringSource {
    /// How sentences name it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Text(_) => "STRONGROOM_KEYRING".to_owned(),
            Self::Given(path) | Self::Own(path) => path.display().to_string(),
        }
    }
}

/// The keys that this server holds.
pub struct Keyring {
    keys: Vec<Key>,
}

/// One key-encryption key. It is never used itself: each purpose has a key derived from it.
pub struct Key {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

#[derive(serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    keys: Vec<Entry>,
}

#[derive(serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    key: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl Keyring {
    /// Reads the keyring; nothing where it is the data folder's own file and that does not exist.
    pub(super) fn read(source: &KeyringSource) -> anyhow::Result<Option<Self>> {
        let text = match source {
            #[expect(clippy::disallowed_methods, reason = "the keyring comes through the environment")]
            KeyringSource::Text(text) => Zeroizing::new(text.expose().to_owned()),
            KeyringSource::Given(path) | KeyringSource::Own(path) => match fs::read_to_string(path) {
                Ok(text) => Zeroizing::new(text),
                Err(error) if error.kind() == ErrorKind::NotFound && matches!(source, KeyringSource::Own(_)) => {
                    return Ok(None);
                }
                Err(error) => {
                    return Err(error).with_context(|| {
                        format!(
                            "The keyring {} cannot be read. Check the path and its permissions.",
                            source.name()
                        )
                    });
                }
            },
        };
        Self::parse(&text)
            .with_context(|| {
                format!(
                    "The keyring {} is damaged. Restore it from where you keep a copy; nothing can be read without it.",
                    source.name()
                )
            })
            .map(Some)
    }

    /// Reads the text of a keyring. Errors never repeat any of it.
    fn parse(text: &str) -> anyhow::Result<Self> {
        let document: Document = serde_json::from_str(text).map_err(|error| {
            anyhow::anyhow!("It is not a keyring: line {}, column {}.", error.line(), error.column())
        })?;
        ensure!(!document.keys.is_empty(), "It holds no key.");
        let mut keys: Vec<Key> = Vec::with_capacity(document.keys.len());
        for (position, entry) in document.keys.iter().enumerate() {
            let bytes = STANDARD.decode(&entry.key).map(Zeroizing::new).unwrap_or_default();
            let Ok(bytes) = <[u8; 32]>::try_from(bytes.as_slice()) else {
                bail!("Key number {} is not 32 bytes in base64.", position + 1);
            };
            let well_named = !entry.id.is_empty()
                && entry.id.len() <= 64
                && entry
                    .id
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            ensure!(
                well_named,
                "The id of key number {} is not made of letters, digits, - and _.",
                position + 1
            );
            ensure!(
                keys.iter().all(|key| key.id != entry.id),
                "Key number {} has the id of another key.",
                position + 1
            );
            keys.push(Key {
                id: entry.id.clone(),
                bytes: Zeroizing::new(bytes),
            });
        }
        Ok(Self { keys })
    }

    /// A keyring with one fresh key.
    pub(super) fn generate() -> Result<Self, VaultError> {
        let id = format!("key-{}", hex(&random::<6>()?));
        Ok(Self {
            keys: vec![Key {
                id,
                bytes: Zeroizing::new(random::<32>()?),
            }],
        })
    }

    /// Writes the keyring to a new file that only its owner can read, and makes file and folder durable.
    /// False where the file exists: another process was first.
    pub(super) fn write_new(&self, path: &Path) -> anyhow::Result<bool> {
        let entries = self.keys.iter().map(|key| Entry {
            id: key.id.clone(),
            key: STANDARD.encode(&key.bytes[..]),
        });
        let text = Zeroizing::new(serde_json::to_string_pretty(&Document {
            keys: entries.collect(),
        })?);
        let sentence = || {
            format!(
                "The keyring {} cannot be written. Check the data folder.",
                path.display()
            )
        };
        // Written whole under another name and then linked: nobody ever reads half a keyring.
        let partial = path.with_extension(format!("{}.new", std::process::id()));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)
            .with_context(sentence)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(sentence)?;
        let linked = fs::hard_link(&partial, path);
        fs::remove_file(&partial).with_context(sentence)?;
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(error).with_context(sentence),
        }
        if let Some(folder) = path.parent() {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .with_context(sentence)?;
        }
        Ok(true)
    }

    /// A key by its id.
    pub(super) fn get(&self, id: &str) -> Result<&Key, VaultError> {
        self.keys
            .iter()
            .find(|key| key.id == id)
            .ok_or_else(|| VaultError::UnknownKey(id.to_owned()))
    }

    /// The key that a fresh database begins with.
    pub(super) fn first(&self) -> Result<&Key, VaultError> {
        self.keys
            .first()
            .ok_or_else(|| VaultError::UnknownKey("(none)".to_owned()))
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

impl Key {
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

/// Lowercase hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_generated_keyring_reads_back_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.json");
        let keyring = Keyring::generate().unwrap();
        assert!(keyring.write_new(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = Keyring::read(&KeyringSource::Own(path.clone())).unwrap().unwrap();
        assert_eq!(
            read.first().unwrap().check_value(),
            keyring.first().unwrap().check_value()
        );
        assert!(
            !Keyring::generate().unwrap().write_new(&path).unwrap(),
            "a keyring is never overwritten"
        );
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_damaged_keyring_is_named_and_never_repeated() {
        for text in [
            "",
            "{",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"id":"a","key":"Y2FuYXJ5"}]}"#,
            r#"{"keys":[{"id":"a b","key":"Y2FuYXJ5"}]}"#,
        ] {
            let error = Keyring::read(&KeyringSource::Text(SecretValue::new(text.to_owned()))).unwrap_err();
            let message = format!("{error:#}");
            assert!(message.contains("STRONGROOM_KEYRING"), "{message}");
            assert!(!message.contains("Y2FuYXJ5"), "{message}");
        }
    }

    #[test]
    fn purposes_have_different_keys() {
        let keyring = Keyring::generate().unwrap();
        let key = keyring.first().unwrap();
        assert_ne!(key.wrap_key()[..], key.check_value()[..]);
        assert_ne!(key.derive(b"audit")[..], key.wrap_key()[..]);
    }

    #[test]
    fn a_keyring_prints_ids_only() {
        let keyring = Keyring::generate().unwrap();
        let printed = format!("{keyring:?}");
        assert!(printed.contains("key-"), "{printed}");
        assert!(!printed.contains(&STANDARD.encode(&keyring.first().unwrap().bytes[..])));
    }
}
