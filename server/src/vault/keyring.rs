//! The keyring: the key-encryption keys, from a file or from the environment.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::secret::SecretValue;
use zeroize::{Zeroize, Zeroizing};

use super::envelope::VaultError;
use super::key::Key;
use crate::files::{PrivateFile, folder_of, foreign_owner, is_open_to_others, is_writable_by_others};

/// Where the keyring comes from.
#[derive(Clone, Debug)]
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
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Text(_) => "STRONGROOM_KEYRING".to_owned(),
            Self::Given(path) | Self::Own(path) => path.display().to_string(),
        }
    }

    /// Refuses a keyring file, or a folder of it, that belongs to another user than that of this process and root.
    ///
    /// # Errors
    /// With the command that changes the owner.
    pub fn refuse_foreign_owner(&self) -> anyhow::Result<()> {
        let (Self::Given(path) | Self::Own(path)) = self else {
            return Ok(());
        };
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        for place in [&*file, folder_of(path), folder_of(&file)] {
            // An absent file is reported by its reader.
            if place.exists()
                && let Some(owner) = foreign_owner(place).with_context(|| unknown(place))?
            {
                let user = nix::unistd::geteuid();
                bail!(
                    "{} belongs to another user of this machine (uid {owner}), who can replace the keyring. Run the server as that user, or run: chown {user} '{}'. If others may have used the keyring, add a new key (strongroom keys add) and replace all values.",
                    place.display(),
                    place.display()
                );
            }
        }
        Ok(())
    }
}

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
                "The id of key number {} must contain only letters, digits, - and _.",
                position + 1
            );
            ensure!(
                keys.iter().all(|key| key.id != entry.id),
                "Key number {} has the same id as another key.",
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
            "keyrings are never overwritten"
        );
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_keyring_that_others_can_read_or_replace_is_refused_with_the_command_that_closes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.json");
        Keyring::generate().unwrap().write_new(&path).unwrap();
        let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let read = |path: &Path| Keyring::read(&KeyringSource::Given(path.to_owned()));
        for mode in [0o640, 0o660, 0o604, 0o602, 0o666, 0o610] {
            set(&path, mode);
            for path in [&path, &link] {
                let told = format!("{:#}", read(path).unwrap_err());
                assert!(
                    told.contains("chmod 600 '") && told.contains("keyring.json'"),
                    "{mode:o}: {told}"
                );
            }
        }
        for mode in [0o600, 0o400] {
            set(&path, mode);
            assert!(read(&link).is_ok(), "{mode:o}");
        }
        for mode in [0o770, 0o707, 0o777] {
            set(folder.path(), mode);
            let none = KeyringSource::Own(folder.path().join("none.json"));
            assert!(Keyring::read(&none).is_err(), "none is generated there: {mode:o}");
            let told = format!("{:#}", read(&path).unwrap_err());
            assert!(told.contains("chmod go-w '"), "{mode:o}: {told}");
        }
        // With the sticky bit only its owner can replace a file.
        for mode in [0o1777, 0o755, 0o700] {
            set(folder.path(), mode);
            assert!(read(&path).is_ok(), "{mode:o}");
        }
    }

    #[test]
    fn a_keyring_of_another_user_is_refused_with_the_command_that_changes_the_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.json");
        let source = KeyringSource::Given(path.clone());
        let none = KeyringSource::Own(folder.path().join("none.json"));
        Keyring::generate().unwrap().write_new(&path).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let link = elsewhere.path().join("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        source.refuse_foreign_owner().unwrap();
        none.refuse_foreign_owner().unwrap();
        if !nix::unistd::geteuid().is_root() {
            // Only root can give files away. A file of root is accepted.
            assert_eq!(foreign_owner(Path::new("/etc/passwd")).unwrap(), None);
            return;
        }
        let give = |place: &Path, user| std::os::unix::fs::chown(place, Some(user), None).unwrap();
        let told = |source: &KeyringSource| format!("{:#}", source.refuse_foreign_owner().unwrap_err());
        give(&path, 4711);
        for source in [&source, &KeyringSource::Given(link.clone())] {
            let told = told(source);
            assert!(
                told.contains("uid 4711") && told.contains("chown 0 '") && told.contains("keyring.json'"),
                "{told}"
            );
        }
        give(&path, 0);
        give(folder.path(), 4711);
        for source in [&source, &none, &KeyringSource::Given(link.clone())] {
            assert!(told(source).contains("uid 4711"), "a folder too");
        }
        give(folder.path(), 0);
        give(elsewhere.path(), 4711);
        assert!(
            told(&KeyringSource::Given(link)).contains("uid 4711"),
            "the folder of a link too"
        );
        source.refuse_foreign_owner().unwrap();
    }

    #[test]
    fn a_keyring_grows_without_losing_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.json");
        let mut ids = Vec::new();
        Keyring::generate().unwrap().write_new(&path).unwrap();
        for _ in 0..3 {
            let lock = KeyringLock::take(&path).unwrap();
            let read = Keyring::read(&KeyringSource::Own(path.clone())).unwrap().unwrap();
            ids = read
                .keys()
                .map(|key| (key.id().to_owned(), key.check_value()))
                .collect();
            let (grown, fresh) = read.with_a_fresh_key().unwrap();
            grown.replace(&path, &lock).unwrap();
            ids.push((fresh.id().to_owned(), fresh.check_value()));
        }
        let read = Keyring::read(&KeyringSource::Own(path.clone())).unwrap().unwrap();
        let read: Vec<_> = read
            .keys()
            .map(|key| (key.id().to_owned(), key.check_value()))
            .collect();
        assert_eq!(read, ids);
        assert_eq!(read.len(), 4);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
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
