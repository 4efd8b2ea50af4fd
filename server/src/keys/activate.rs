//! Letting a key seal, once every server holds it.

use anyhow::{Context as _, bail, ensure};

use super::event;
use crate::audit;
use crate::db::execute;
use crate::infra::Infra;
use crate::replicas;
use crate::vault::{KeyState, Standing};

// First the one, then the other: there is never more than one active key.
const RETIRE: &str = "UPDATE encryption_keys SET state = 'retiring' WHERE state = 'active' AND id = $1";
const ACTIVATE: &str = "UPDATE encryption_keys SET state = 'active' WHERE id = $1 AND state <> 'active'";

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Activated {
    /// This key seals from now on, in the place of the other.
    Now {
        /// The key that seals.
        key: String,
        /// The key that sealed.
        before: String,
    },
    /// It was active before: nothing was done.
    Already(String),
}

/// Makes a key the one that seals. Without an id it is the one that waits.
///
/// # Errors
/// A sentence that names the servers that lack the key, or says what else to do.
pub async fn activate(base: &Infra, id: Option<&str>) -> anyhow::Result<Activated> {
    let standing = base.vault.reload(&base.db).await?;
    let key = choose(&standing, id)?;
    let before = standing
        .in_state(KeyState::Active)
        .next()
        .context("The database has no active key. Restore a backup.")?;
    if key == before {
        return Ok(Activated::Already(key.to_owned()));
    }
    ensure!(
        standing.held.iter().any(|held| held == key),
        "The keyring {} does not contain the key {key}. Run this again with the right keyring.",
        base.vault.source().name()
    );
    let mut tx = base.db.begin().await?;
    let changed = execute!(&mut tx, sqlx::query(RETIRE).bind(before))? == 1
        && execute!(&mut tx, sqlx::query(ACTIVATE).bind(key))? == 1;
    ensure!(
        changed,
        "Someone else just activated a key. See `strongroom keys list`."
    );
    // Asked only now, with the rows locked: a server that starts meanwhile waits, and checks its keys after that.
    let without: Vec<String> = replicas::live(&mut tx, &base.clock)
        .await?
        .into_iter()
        .filter(|replica| replica.keys.iter().all(|held| held != key))
        .map(|replica| format!("  {}", replica.name))
        .collect();
    if !without.is_empty() {
        bail!(
            "The key {key} was not activated. {} not have it yet:\n{}\n\
             Give each the keyring with this key, and run this again. A server reads its keyring file every few seconds; restart it if its keyring is in STRONGROOM_KEYRING. A killed server still counts for 20 seconds.",
            if without.len() == 1 {
                "This server does"
            } else {
                "These servers do"
            },
            without.join("\n")
        );
    }
    let mut event = event(base.clock.now(), "key.activate", key);
    event.details = Some(format!("before: {before}"));
    audit::append(&mut tx, &base.vault, &[event]).await?;
    tx.commit().await?;
    Ok(Activated::Now {
        key: key.to_owned(),
        before: before.to_owned(),
    })
}

fn choose<'a>(standing: &'a Standing, id: Option<&str>) -> anyhow::Result<&'a str> {
    if let Some(id) = id {
        let known = standing.rows.iter().find(|row| row.id == id);
        return known
            .map(|row| row.id.as_str())
            .context("The database has no key with this ID. See `strongroom keys list`, and add the key first.");
    }
    let pending: Vec<&str> = standing.in_state(KeyState::Pending).collect();
    match pending[..] {
        [] => bail!("There is no new key to activate. Run `strongroom keys add` first."),
        [id] => Ok(id),
        _ => bail!(
            "There are several new keys. Choose one to activate: {}.",
            pending.join(", ")
        ),
    }
}
