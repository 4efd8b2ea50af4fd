//! The key rows of the database, and what must hold between them and the keyring.

use anyhow::{Context as _, bail};
use app::credentials::CredentialId;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{Keyring, KeyringSource, Sealed, Vault};
use crate::clock::Clock;
use crate::db::{Db, DbError, execute, is_unique_violation, read};

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: String,
    state: String,
    check_value: Vec<u8>,
}

const ROWS: &str = "SELECT id, state, check_value FROM encryption_keys ORDER BY created_at, id";
const INSERT_FIRST: &str = "INSERT INTO encryption_keys (id, state, check_value, created_at) \
     SELECT $1, 'active', $2, $3 WHERE NOT EXISTS (SELECT 1 FROM encryption_keys)";

/// Reads the keyring and holds it against the database. Generates one only for a database without keys.
pub(super) async fn open(db: &Db, source: &KeyringSource, clock: &Clock) -> anyhow::Result<Keyring> {
    let rows = rows(db).await?;
    if rows.is_empty() {
        let keyring = first_keyring(source)?;
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
            // Another server was first: what it stored is checked below.
            Err(error) if is_unique_violation(&error) => drop(tx),
            Err(error) => return Err(DbError::from(error).into()),
        }
        check(&keyring, &self::rows(db).await?, source)?;
        return Ok(keyring);
    }
    let Some(keyring) = Keyring::read(source)? else {
        bail!(
            "The keyring {} is missing, and the database holds secrets sealed with the key {}. \
             Put the keyring back; without it nothing in the database can be read.",
            source.name(),
            rows.first().map(|row| row.id.as_str()).unwrap_or_default(),
        );
    };
    check(&keyring, &rows, source)?;
    Ok(keyring)
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
    Keyring::read(source)?.context("The keyring vanished while the server started. Start it again.")
}

/// Every key of the database must be in the keyring and be the same key.
fn check(keyring: &Keyring, rows: &[KeyRow], source: &KeyringSource) -> anyhow::Result<()> {
    for row in rows {
        let Ok(key) = keyring.get(&row.id) else {
            bail!(
                "The keyring {} does not hold the key {} ({}), which the database needs. \
                 Put back the keyring that holds it.",
                source.name(),
                row.id,
                row.state,
            );
        };
        if !bool::from(key.check_value().ct_eq(&row.check_value)) {
            bail!(
                "The key {} in the keyring {} is not the key that the database was sealed with. \
                 Put back the keyring that belongs to this database.",
                row.id,
                source.name(),
            );
        }
    }
    Ok(())
}

async fn rows(db: &Db) -> Result<Vec<KeyRow>, DbError> {
    Ok(read!(*db, c => sqlx::query_as(ROWS).fetch_all(c))?)
}

/// What `strongroom keys verify` found.
#[derive(Debug, Default)]
pub struct VerifyReport {
    /// How many values were opened.
    pub opened: u64,
    /// Names of credentials whose value does not open.
    pub broken: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct StoredVersion {
    credential_id: Uuid,
    version: i64,
    name: String,
    #[sqlx(flatten)]
    sealed: Sealed,
}

const VERSIONS: &str = "SELECT v.credential_id, v.version, c.name, v.ciphertext, v.value_nonce, v.wrapped_key, v.key_nonce, v.key_id \
     FROM credential_versions v JOIN credentials c ON c.id = v.credential_id \
     WHERE (v.credential_id, v.version) > ($1, $2) ORDER BY v.credential_id, v.version LIMIT 200";

/// Opens every stored value once, and tells which ones do not open. `progress` hears the count.
///
/// # Errors
/// [`DbError`] where the database fails.
pub async fn verify(db: &Db, vault: &Vault, mut progress: impl FnMut(u64)) -> Result<VerifyReport, DbError> {
    let mut report = VerifyReport::default();
    let mut after = (Uuid::nil(), 0_i64);
    loop {
        let batch: Vec<StoredVersion> =
            read!(*db, c => sqlx::query_as(VERSIONS).bind(after.0).bind(after.1).fetch_all(c))?;
        let Some(last) = batch.last() else { return Ok(report) };
        after = (last.credential_id, last.version);
        for stored in batch {
            match vault.open_value(CredentialId(stored.credential_id), stored.version, &stored.sealed) {
                Ok(_) => report.opened += 1,
                Err(_) => report.broken.push(stored.name),
            }
        }
        progress(report.opened + report.broken.len() as u64);
    }
}
