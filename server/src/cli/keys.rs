//! `strongroom keys`.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Subcommand;

use super::progress::Progress;
use super::{counted, open_base, say};
use crate::audit;
use crate::clock::Clock;
use crate::config::Settings;
use crate::infra::Infra;
use crate::keys::{self, Activated, Added, ListedKey};
use crate::vault;

/// The steps of a rotation, in their order, and what tells how it stands.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Add a new key. Strongroom does not use it until you activate it.
    ///
    /// Strongroom writes the key to the keyring file in the data folder. If you keep the keyring elsewhere
    /// (`--keyring-file`, `STRONGROOM_KEYRING`), this prints the steps instead.
    Add {
        /// Add a key that is already in the keyring, by its ID.
        #[arg(long, value_name = "ID", conflicts_with = "write_keyring")]
        key_from_keyring: Option<String>,
        /// Only write a copy of the keyring with one more key to a new file.
        #[arg(long, value_name = "FILE")]
        write_keyring: Option<PathBuf>,
    },
    /// Encrypt new values with a key, once every running server has it.
    Activate {
        /// The ID of the key. Not needed if there is only one new key.
        id: Option<String>,
    },
    /// Rewrap all values with the active key. You can interrupt and repeat it while servers run.
    Rewrap,
    /// Decrypt every stored value once, compare its version with the audit trail, and list the faults.
    Verify,
    /// List the keys, with their state, their number of values, and the servers without them.
    List,
}

/// Runs one of them.
pub(super) async fn run(command: KeysCommand, settings: &Settings) -> anyhow::Result<()> {
    let base = open_base(settings, Clock::system()).await?;
    let outcome = match command {
        KeysCommand::Add {
            write_keyring: Some(file),
            ..
        } => write_keyring(&base, &file),
        KeysCommand::Add { key_from_keyring, .. } => add(&base, settings, key_from_keyring.as_deref()).await,
        KeysCommand::Activate { id } => activate(&base, id.as_deref()).await,
        KeysCommand::Rewrap => rewrap(&base).await,
        KeysCommand::Verify => verify(&base).await,
        KeysCommand::List => list(&base).await,
    };
    base.db.close().await;
    outcome
}

fn write_keyring(base: &Infra, file: &Path) -> anyhow::Result<()> {
    let id = base.vault.write_grown_keyring(file)?;
    say(&format!(
        "The file {} contains the keyring and the new key {id}. Protect it like the keyring, and give it to every server.\n\
         Next: strongroom keys add --key-from-keyring {id}   (run with the new keyring)",
        file.display()
    ));
    Ok(())
}

async fn add(base: &Infra, settings: &Settings, from_keyring: Option<&str>) -> anyhow::Result<()> {
    if from_keyring.is_none() && !settings.keeps_own_keyring() {
        bail!(
            "No key was added: Strongroom does not write the keyring {}, which you keep outside its data folder. Do this:\n\
             \x20 1. strongroom keys add --write-keyring FILE\n\
             \x20    writes a copy of the keyring with one new key to a new file, and prints the key's ID\n\
             \x20 2. Replace the old keyring with this copy on every server. Servers read a file again within seconds;\n\
             \x20    if the keyring is in STRONGROOM_KEYRING, restart the servers one after the other.\n\
             \x20 3. strongroom keys add --key-from-keyring ID\n\
             \x20 4. strongroom keys activate ID, then strongroom keys rewrap",
            base.vault.source().name()
        );
    }
    match keys::add(base, from_keyring).await? {
        Added::New(id) => {
            let place = base.vault.source().name();
            let shared = if base.db.is_shared() && settings.keeps_own_keyring() {
                format!(" Copy {place} to every other server on this database.")
            } else {
                String::new()
            };
            say(&format!(
                "Added the key {id} to the keyring {place}.\n\
                 Back up the keyring now, separately from the database.{shared}\n\
                 Next: strongroom keys activate {id}"
            ));
        }
        Added::WaitsAlready(id) => say(&format!(
            "The key {id} was already added. Nothing was changed.\nNext: strongroom keys activate {id}"
        )),
    }
    Ok(())
}

async fn activate(base: &Infra, id: Option<&str>) -> anyhow::Result<()> {
    match keys::activate(base, id).await? {
        Activated::Now { key, before } => say(&format!(
            "The key {key} now encrypts new values; {before} still decrypts older ones.\n\
             Next: strongroom keys rewrap"
        )),
        Activated::Already(key) => say(&format!("The key {key} is already active. Nothing was changed.")),
    }
    Ok(())
}

async fn rewrap(base: &Infra) -> anyhow::Result<()> {
    let mut progress = Progress::new();
    let outcome = keys::rewrap(base, |done, total| {
        progress.tell(|| format!("{done} of {total} values rewrapped"));
    })
    .await;
    drop(progress);
    let report = outcome?;
    if !report.broken.is_empty() {
        bail!(
            "{} rewrapped with the key {}. The values of these credentials cannot be decrypted and were not changed. Restore them from a backup, or save them again:\n{}",
            counted(report.rewrapped, "value"),
            report.key,
            report.broken.join("\n")
        );
    }
    if report.rewrapped + report.skipped == 0 {
        say(&format!(
            "All values already use the key {}. Nothing was changed.",
            report.key
        ));
        return Ok(());
    }
    let skipped = match report.skipped {
        0 => String::new(),
        skipped => format!(
            " {} changed by someone else in the meantime.",
            counted(skipped, "value")
        ),
    };
    say(&format!(
        "{} rewrapped with the key {}.{skipped} All values now use this key.\n\
         Keep the older keys in the keyring: the audit trail and older backups need them.",
        counted(report.rewrapped, "value"),
        report.key
    ));
    Ok(())
}

async fn verify(base: &Infra) -> anyhow::Result<()> {
    let mut progress = Progress::new();
    let outcome = vault::verify(&base.db, &base.vault, |count| {
        progress.tell(|| format!("{count} values checked"));
    })
    .await;
    drop(progress);
    let report = outcome?;
    let rolled_back = audit::rolled_back(&base.db).await?;
    if !rolled_back.is_empty() {
        bail!(
            "{} a value that doesn't match the audit trail. Restore the right database, or save these values again:\n{}{}",
            match rolled_back.len() {
                1 => "1 credential has".to_owned(),
                many => format!("{many} credentials have"),
            },
            rolled_back.join("\n"),
            report.broken.iter().fold(String::new(), |text, name| format!(
                "{text}\nthe value of {name} cannot be decrypted"
            ))
        );
    }
    if report.broken.is_empty() {
        say(&match report.opened {
            0 => "No values are stored yet.".to_owned(),
            1 => "The 1 stored value can be decrypted.".to_owned(),
            opened => format!("All {opened} stored values can be decrypted."),
        });
        return Ok(());
    }
    bail!(
        "{} of {} stored values cannot be decrypted. Restore these credentials from a backup, or save them again:\n{}",
        report.broken.len(),
        report.opened + report.broken.len() as u64,
        report.broken.join("\n")
    )
}

async fn list(base: &Infra) -> anyhow::Result<()> {
    let (keys, servers) = keys::list(base).await?;
    let width = keys.iter().map(|key| key.id.len()).max().unwrap_or_default();
    say(&format!(
        "{:width$}  {:8}  {:16}  {:>8}  HELD HERE",
        "KEY", "STATE", "ADDED (UTC)", "VALUES"
    ));
    for key in &keys {
        say(&row(key, width));
    }
    say(&match servers {
        0 => "No server uses this database.".to_owned(),
        1 => "1 server uses this database.".to_owned(),
        servers => format!("{servers} servers use this database."),
    });
    for key in keys.iter().filter(|key| !key.without.is_empty()) {
        say(&format!(
            "Servers without the key {}:\n  {}",
            key.id,
            key.without.join("\n  ")
        ));
    }
    Ok(())
}

fn row(key: &ListedKey, width: usize) -> String {
    let added = key
        .created_at
        .map(|at| at.format("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default();
    format!(
        "{:width$}  {:8}  {added:16}  {:>8}  {}",
        key.id,
        key.state.unwrap_or("unknown"),
        key.values,
        if key.held { "yes" } else { "no" }
    )
}
