//! `strongroom backup` and `strongroom restore`.

use std::path::Path;

use super::progress::Progress;
use super::{counted, open_base, say};
use crate::audit::{Head, HeadFile};
use crate::backup::{self, Summary};
use crate::clock::Clock;
use crate::config::Settings;
use crate::vault::KeyState;

/// Writes a backup beside running servers.
pub(super) async fn backup(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let base = open_base(settings, Clock::system()).await?;
    let mut progress = Progress::new();
    let outcome = backup::backup(&base, file, |text| progress.tell(|| text)).await;
    drop(progress);
    base.db.close().await;
    let summary = outcome?;
    say(&format!(
        "Wrote the backup {}: {}\n{}",
        file.display(),
        counts(&summary),
        keys(&summary)
    ));
    Ok(())
}

/// Fills an empty database.
pub(super) async fn restore(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let mut progress = Progress::new();
    let outcome = backup::restore(settings, file, &Clock::system(), |text| progress.tell(|| text)).await;
    drop(progress);
    let restored = outcome?;
    note_head(settings, restored.trail.head.as_ref());
    let trail = restored.trail.complaint().map_or_else(
        || format!("All {} events of the audit trail verified.", restored.trail.checked),
        |complaint| {
            format!("{complaint}\nThe backed-up database already had this fault; everything else was restored.")
        },
    );
    say(&format!(
        "Restored the backup {}: {}\n\
         {trail}\n\
         Everyone must sign in again: backups contain no sessions. Next: strongroom serve",
        file.display(),
        counts(&restored.summary)
    ));
    Ok(())
}

/// Notes the head of the restored trail: the one of another database may be in the folder.
fn note_head(settings: &Settings, head: Option<&Head>) {
    let file = HeadFile::in_folder(&settings.data_dir);
    if let Some(Err(error)) = head.map(|head| file.write(head)) {
        say(&format!(
            "Could not write the file {} ({error}). Run strongroom audit accept-head before you start the server.",
            file.path().display()
        ));
    }
}

fn counts(summary: &Summary) -> String {
    format!(
        "{}, and {}, each decrypted once to check it.",
        counted(summary.rows, "row"),
        counted(summary.values, "stored value")
    )
}

fn keys(summary: &Summary) -> String {
    let keys: Vec<String> = summary
        .keys
        .iter()
        .filter(|(_, state)| *state != KeyState::Pending)
        .map(|(id, state)| format!("  {id} ({})", state.as_str()))
        .collect();
    format!(
        "The backup does not contain the keyring. Keep the keyring in another place; a restore needs these of its keys:\n{}",
        keys.join("\n")
    )
}
