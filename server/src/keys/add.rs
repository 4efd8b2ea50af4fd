//! A new key: in the keyring first, then in the database.

use anyhow::ensure;

use super::event;
use crate::audit;
use crate::db::{execute, within};
use crate::infra::Infra;
use crate::vault::{KeyState, NewKey};

const INSERT: &str = "INSERT INTO encryption_keys (id, state, check_value, created_at) VALUES ($1, 'pending', $2, $3) \
     ON CONFLICT (id) DO NOTHING";
const CHECK_VALUE: &str = "SELECT check_value FROM encryption_keys WHERE id = $1";

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Added {
    /// The key of this id waits for its activation.
    New(String),
    /// A key of this keyring waits already: nothing was done.
    WaitsAlready(String),
}

/// Adds a fresh key to the keyring of the data folder, or makes a key known that the keyring holds.
pub async fn add(base: &Infra, from_keyring: Option<&str>) -> anyhow::Result<Added> {
    let standing = base.vault.reload(&base.db).await?;
    if let Some(id) = from_keyring {
        return insert(base, &base.vault.key_of_keyring(id)?).await;
    }
    // One that this keyring has lost is never coming back: another takes its place.
    let held = |id: &&str| standing.held.iter().any(|held| held == id);
    if let Some(id) = standing.in_state(KeyState::Pending).find(held) {
        return Ok(Added::WaitsAlready(id.to_owned()));
    }
    insert(base, &base.vault.add_key(&standing.rows)?).await
}

async fn insert(base: &Infra, new: &NewKey) -> anyhow::Result<Added> {
    let now = base.clock.now();
    let mut tx = base.db.begin().await?;
    let inserted = execute!(
        &mut tx,
        sqlx::query(INSERT).bind(&new.id).bind(&new.check_value).bind(now)
    )?;
    if inserted == 0 {
        let known: Vec<u8> = within!(&mut tx, c => sqlx::query_scalar(CHECK_VALUE).bind(&new.id).fetch_one(c))?;
        ensure!(
            known == new.check_value,
            "The database has another key with the ID {}. Give the new key another ID.",
            new.id
        );
        return Ok(Added::WaitsAlready(new.id.clone()));
    }
    audit::append(&mut tx, &base.vault, &[event(now, "key.add", &new.id)]).await?;
    tx.commit().await?;
    Ok(Added::New(new.id.clone()))
}
