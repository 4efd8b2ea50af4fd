//! Sources of the keyring.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use contract::secret::SecretValue;

use crate::files::{folder_of, foreign_owner};

/// The source of the keyring.
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
                && let Some(owner) = foreign_owner(place)
                    .with_context(|| format!("Cannot read the permissions of {}.", place.display()))?
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
