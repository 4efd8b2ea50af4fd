//! The keyring: the key-encryption keys, from a file or from the environment.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize, Zeroizing};

use super::envelope::VaultError;
use super::key::Key;
use crate::config::KeyringSource;
use crate::files::{PrivateFile, folder_of, is_open_to_others, is_writable_by_others};

/// The keys that this server holds.
#[derive(Default)]
pub struct Keyring {
    keys: Vec<Arc<Key>>,
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
        // Root runs commands on the files of the server's user. A server checks at its start, as root too.
        if !nix::unistd::geteuid().is_root() {
            source.refuse_foreign_owner()?;
        }
        let text = match source {
            #[expect(clippy::disallowed_methods, reason = "the keyring comes through the environment")]
            KeyringSource::Text(text) => Zeroizing::new(text.expose().to_owned()),
            KeyringSource::Given(path) | KeyringSource::Own(path) => match fs::read_to_string(path) {
                Ok(text) => {
                    let text = Zeroizing::new(text);
                    closed_to_others(path)?;
                    text
                }
                Err(error) if error.kind() == ErrorKind::NotFound && matches!(source, KeyringSource::Own(_)) => {
                    // A keyring will be generated there.
                    folder_closed_to_others(folder_of(path))?;
                    return Ok(None);
                }
                Err(error) => {
                    return Err(error).with_context(|| {
                        format!(
                            "Cannot read the keyring {}. Check the path and its permissions.",
                            source.name()
                        )
                    });
                }
            },
        };
        Self::parse(&text)
            .with_context(|| {
                format!(
                    "The keyring {} is damaged. Restore it from your copy: without it, no value can be decrypted.",
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
        ensure!(!document.keys.is_empty(), "It contains no key.");
        let mut keys: Vec<Arc<Key>> = Vec::with_capacity(document.keys.len());
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
                "The ID of key number {} must contain only letters, digits, - and _.",
                position + 1
            );
            ensure!(
                keys.iter().all(|key| key.id != entry.id),
                "Key number {} has the same ID as another key.",
                position + 1
            );
            keys.push(Arc::new(Key {
                id: entry.id.clone(),
                bytes: Zeroizing::new(bytes),
            }));
        }
        Ok(Self { keys })
    }

    /// A keyring with one fresh key.
    pub(super) fn generate() -> Result<Self, VaultError> {
        let mut keyring = Self::default();
        keyring.keys.push(Arc::new(Key::generate()?));
        Ok(keyring)
    }

    /// The same keys and a fresh one at the end.
    pub(super) fn with_a_fresh_key(&self) -> Result<(Self, Arc<Key>), VaultError> {
        let fresh = Arc::new(Key::generate()?);
        let keys = self.keys.iter().cloned().chain([fresh.clone()]).collect();
        Ok((Self { keys }, fresh))
    }

    /// Writes the keyring to a new file that only its owner can read, and makes file and folder durable.
    /// False where the file exists: another process was first.
    pub(super) fn write_new(&self, path: &Path) -> anyhow::Result<bool> {
        self.write(path, PrivateFile::publish_new)
    }

    /// Puts this keyring in the place of the one in the file, which was read under the lock.
    pub(super) fn replace(&self, path: &Path, _lock: &KeyringLock) -> anyhow::Result<()> {
        self.write(path, PrivateFile::replace)
    }

    /// Written whole under another name and then put in place: nobody ever reads half a keyring.
    fn write<T>(&self, path: &Path, place: impl FnOnce(PrivateFile) -> std::io::Result<T>) -> anyhow::Result<T> {
        let entries = self.keys.iter().map(|key| Entry {
            id: key.id.clone(),
            key: STANDARD.encode(&key.bytes[..]),
        });
        let text = Zeroizing::new(serde_json::to_string_pretty(&Document {
            keys: entries.collect(),
        })?);
        let mut file = PrivateFile::begin(path).with_context(|| cannot_write(path))?;
        file.write_all(text.as_bytes())
            .and_then(|()| place(file))
            .with_context(|| cannot_write(path))
    }

    /// All keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.iter()
    }

    /// Takes up a key, unless one of its id is held.
    pub(super) fn hold(&mut self, key: &Arc<Key>) {
        if self.get(key.id()).is_err() {
            self.keys.push(key.clone());
        }
    }

    /// A key by its id.
    pub(super) fn get(&self, id: &str) -> Result<&Arc<Key>, VaultError> {
        self.keys
            .iter()
            .find(|key| key.id == id)
            .ok_or_else(|| VaultError::UnknownKey(id.to_owned()))
    }

    /// The key that a fresh database begins with.
    pub(super) fn first(&self) -> Result<&Arc<Key>, VaultError> {
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

/// Held while a keyring file is read and replaced: of two who add a key at once, neither loses the other's.
#[derive(Debug)]
pub(super) struct KeyringLock {
    _folder: File,
}

impl KeyringLock {
    /// Waits until nobody else changes the keyring. It ends with the process, whatever happens to that.
    pub(super) fn take(path: &Path) -> anyhow::Result<Self> {
        // The file itself is replaced; its folder stays.
        let folder = File::open(folder_of(path)).with_context(|| cannot_write(path))?;
        folder.lock().with_context(|| cannot_write(path))?;
        Ok(Self { _folder: folder })
    }
}

/// Refuses a keyring file that others can read or replace, as ssh does with its keys.
fn closed_to_others(path: &Path) -> anyhow::Result<()> {
    // A link, e.g. of a mounted secret, has no permissions of its own; the file behind it and both folders count.
    let file = fs::canonicalize(path).with_context(|| format!("Cannot find the keyring {}.", path.display()))?;
    if is_open_to_others(&file).with_context(|| unknown(&file))? {
        bail!(
            "Other users of this machine can read the keyring {}. {}",
            file.display(),
            close("600", &file)
        );
    }
    folder_closed_to_others(folder_of(path))?;
    folder_closed_to_others(folder_of(&file))
}

/// Refuses a folder in which others could put another keyring in the place of this one.
fn folder_closed_to_others(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() && is_writable_by_others(folder).with_context(|| unknown(folder))? {
        bail!(
            "Other users of this machine can write to the keyring's folder, {}. {}",
            folder.display(),
            close("go-w", folder)
        );
    }
    Ok(())
}

fn unknown(place: &Path) -> String {
    format!("Cannot read the permissions of {}.", place.display())
}

fn close(mode: &str, place: &Path) -> String {
    format!(
        "Run: chmod {mode} '{}'. If others may have used it, add a new key (strongroom keys add) and replace all values.",
        place.display()
    )
}

fn cannot_write(path: &Path) -> String {
    format!(
        "Cannot write the keyring {}. Check that its folder exists, is writable and not full.",
        path.display()
    )
}

#[cfg(test)]
mod tests;
