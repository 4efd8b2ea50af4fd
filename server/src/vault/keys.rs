//! The key rows of the database, and what must hold between them and the keyring.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;

use super::keyring::KeyringLock;
use super::{Keyring, Vault};
use crate::clock::Clock;
use crate::config::KeyringSource;
use crate::db::{Db, DbError, Tx, execute, is_unique_violation, read, within};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Known, but it seals nothing yet.
    Pending,
    /// It seals.
    Active,
    /// It sealed. It still opens what it sealed, in the database, its audit trail and its backups.
    Retiring,
}

impl KeyState {
    /// As the database writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Retiring => "retiring",
        }
    }
}

/// A state that this build does not know.
#[derive(Debug, thiserror::Error)]
#[error("a key has a state that this build does not support")]
pub struct UnknownState;

impl TryFrom<String> for KeyState {
    type Error = UnknownState;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        [Self::Pending, Self::Active, Self::Retiring]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(UnknownState)
    }
}

/// A key that the database names.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    #[sqlx(try_from = "String")]
    pub state: KeyState,
    /// Tells whether a key is this key.
    pub check_value: Vec<u8>,
    /// When it came into the database.
    pub created_at: DateTime<Utc>,
}

/// What the database needs, held against the keys of this server.
#[derive(Debug)]
pub struct Standing {
    /// The keys of the database, oldest first.
    pub rows: Vec<KeyRow>,
    /// Ids of those that are held.
    pub held: Vec<String>,
    /// A sentence about a keyring that cannot be read, or holds wrong keys.
    pub complaint: Option<String>,
}

impl Standing {
    pub(super) fn new(rows: Vec<KeyRow>, keyring: &Keyring, complaint: Option<String>) -> Self {
        let held = rows.iter().map(|row| &row.id).filter(|id| keyring.get(id).is_ok());
        Self {
            held: held.cloned().collect(),
            rows,
            complaint,
        }
    }

    /// The first key without which the server cannot do its work. Pending keys seal nothing yet.
    pub fn missing(&self) -> Option<&KeyRow> {
        self.rows
            .iter()
            .find(|row| row.state != KeyState::Pending && !self.held.contains(&row.id))
    }

    /// How many keys are missing without which the server cannot do its work.
    pub fn count_missing(&self) -> usize {
        let missing = |row: &&KeyRow| row.state != KeyState::Pending && !self.held.contains(&row.id);
        self.rows.iter().filter(missing).count()
    }

    /// Whether every key of the database is held, pending ones too.
    pub fn is_complete(&self) -> bool {
        self.held.len() == self.rows.len()
    }

    /// Ids of the keys in a state.
    pub fn in_state(&self, state: KeyState) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter(move |row| row.state == state)
            .map(|row| row.id.as_str())
    }
}

const ROWS: &str = "SELECT id, state, check_value, created_at FROM encryption_keys ORDER BY created_at, id";
const INSERT_FIRST: &str = "INSERT INTO encryption_keys (id, state, check_value, created_at) \
     SELECT $1, 'active', $2, $3 WHERE NOT EXISTS (SELECT 1 FROM encryption_keys)";

/// Reads the keyring and holds it against the database. Generates one only for a database without keys.
/// Gives the keys to hold, and the id of the one that the database began with.
pub(super) async fn open(db: &Db, source: &KeyringSource, clock: &Clock) -> anyhow::Result<(Keyring, String)> {
    let rows = rows(db).await?;
    if rows.is_empty() {
        let keyring = first_keyring(source)?;
        insert_first(db, &keyring, clock).await?;
        // Another server may have been first: what it stored is checked.
        return check(&keyring, &self::rows(db).await?, source);
    }
    read_for(&rows, source)
}

/// Reads the keyring that opens what these keys sealed. Gives the keys to hold, and the id of the oldest.
pub(super) fn read_for(rows: &[KeyRow], source: &KeyringSource) -> anyhow::Result<(Keyring, String)> {
    let keyring = Keyring::read(source)?.with_context(|| {
        format!(
            "The keyring {} is missing, but the database contains values encrypted with the key {}. Put the keyring back: without it, no value can be decrypted.",
            source.name(),
            rows.first().map(|row| row.id.as_str()).unwrap_or_default(),
        )
    })?;
    check(&keyring, rows, source)
}

async fn insert_first(db: &Db, keyring: &Keyring, clock: &Clock) -> anyhow::Result<()> {
    let key = keyring.first()?;
    let mut tx = db.begin().await?;
    let inserted = execute!(
        &mut tx,
        sqlx::query(INSERT_FIRST)
            .bind(key.id())
            .bind(key.check_value())
            .bind(clock.now())
    );
    match inserted {
        Ok(_) => tx.commit().await?,
        Err(error) if is_unique_violation(&error) => drop(tx),
        Err(error) => return Err(DbError::from(error).into()),
    }
    Ok(())
}

fn first_keyring(source: &KeyringSource) -> anyhow::Result<Keyring> {
    if let Some(keyring) = Keyring::read(source)? {
        return Ok(keyring);
    }
    let KeyringSource::Own(path) = source else {
        bail!("The keyring {} is missing.", source.name());
    };
    let keyring = Keyring::generate()?;
    if keyring.write_new(path)? {
        return Ok(keyring);
    }
    Keyring::read(source)?.context("The keyring disappeared while the server was starting. Start the server again.")
}

/// Every key that the database works with must be in the keyring and be the same key. A pending one
/// may still be on its way.
fn check(keyring: &Keyring, rows: &[KeyRow], source: &KeyringSource) -> anyhow::Result<(Keyring, String)> {
    let (held, wrong) = matching(keyring, rows);
    for row in rows.iter().filter(|row| row.state != KeyState::Pending) {
        if wrong.contains(&row.id.as_str()) {
            bail!(
                "The key {} in the keyring {} is not the key of this database. Put back the keyring that belongs to this database.",
                row.id,
                source.name(),
            );
        }
        if held.get(&row.id).is_err() {
            bail!(
                "The keyring {} does not contain the key {} ({}), which the database needs. Put back the keyring that contains it.",
                source.name(),
                row.id,
                row.state.as_str(),
            );
        }
    }
    let anchor = rows.first().context("The database has no key. Restore a backup.")?;
    Ok((held, anchor.id.clone()))
}

/// The keys of a keyring that the database names, and the ids of those that are other keys there.
pub(super) fn matching<'a>(keyring: &Keyring, rows: &'a [KeyRow]) -> (Keyring, Vec<&'a str>) {
    let (mut found, mut wrong) = (Keyring::default(), Vec::new());
    for row in rows {
        let Ok(key) = keyring.get(&row.id) else { continue };
        if bool::from(key.check_value().ct_eq(&row.check_value)) {
            found.hold(key);
        } else {
            wrong.push(row.id.as_str());
        }
    }
    (found, wrong)
}

pub(super) async fn rows(db: &Db) -> Result<Vec<KeyRow>, DbError> {
    Ok(read!(*db, c => sqlx::query_as(ROWS).fetch_all(c))?)
}

pub(super) async fn rows_within(tx: &mut Tx) -> Result<Vec<KeyRow>, DbError> {
    Ok(within!(tx, c => sqlx::query_as(ROWS).fetch_all(c))?)
}

/// A key that the database does not name yet.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its id.
    pub id: String,
    /// Tells whether a key is this key.
    pub check_value: Vec<u8>,
}

impl Vault {
    /// Puts a fresh key into the keyring file of the data folder, or takes the one that an interrupted
    /// try has left there.
    ///
    /// # Errors
    /// A sentence where the keyring is not kept here, or the file cannot be written.
    pub fn add_key(&self, known: &[KeyRow]) -> anyhow::Result<NewKey> {
        let KeyringSource::Own(path) = self.source() else {
            bail!(
                "Strongroom does not write the keyring {}, which you keep outside its data folder.",
                self.source().name()
            );
        };
        let lock = KeyringLock::take(path)?;
        let keyring = self.read()?;
        let left = keyring.keys().find(|key| known.iter().all(|row| row.id != key.id()));
        if let Some(key) = left {
            return Ok(NewKey::of(key));
        }
        let (grown, key) = keyring.with_a_fresh_key()?;
        grown.replace(path, &lock)?;
        Ok(NewKey::of(&key))
    }

    /// A key that the keyring holds, whether the database names it or not.
    pub fn key_of_keyring(&self, id: &str) -> anyhow::Result<NewKey> {
        let keyring = self.read()?;
        let key = keyring.get(id).map_err(|_| {
            anyhow::anyhow!(
                "The keyring {} contains no key with this ID. See `strongroom keys list`.",
                self.source().name()
            )
        })?;
        Ok(NewKey::of(key))
    }

    /// The ids of all keys in the keyring, also of those that the database does not name.
    pub fn ids_of_keyring(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.read()?.keys().map(|key| key.id().to_owned()).collect())
    }

    /// Writes the keyring with a fresh key in it to a new file, for whoever keeps it elsewhere.
    pub fn write_grown_keyring(&self, path: &Path) -> anyhow::Result<String> {
        let (grown, key) = self.read()?.with_a_fresh_key()?;
        ensure!(
            grown.write_new(path)?,
            "The file {} already exists. Choose another name: keyrings are never overwritten.",
            path.display()
        );
        Ok(key.id().to_owned())
    }

    fn read(&self) -> anyhow::Result<Keyring> {
        Keyring::read(self.source())?
            .with_context(|| format!("The keyring {} is missing. Put it back.", self.source().name()))
    }
}

impl NewKey {
    fn of(key: &super::key::Key) -> Self {
        Self {
            id: key.id().to_owned(),
            check_value: key.check_value(),
        }
    }
}
