//! Opening everything that is stored, to know that it can be opened.

use contract::credentials::CredentialId;
use uuid::Uuid;

use super::{Sealed, Vault};
use crate::db::{Db, DbError, Tx, read, within};

/// What `strongroom keys verify` found.
#[derive(Debug, Default)]
pub struct VerifyReport {
    /// How many values were opened.
    pub opened: u64,
    /// Names of credentials whose value does not open, or is not there.
    pub broken: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct StoredVersion {
    credential_id: Uuid,
    version: i64,
    #[sqlx(flatten)]
    sealed: Sealed,
}

/// A batch, by the primary key alone. Joined with the credentials, PostgreSQL reads these from their beginning for each
/// batch; their names are only needed for values that do not open. Public for a test of the plan.
pub const VERIFY_BATCH: &str = "SELECT credential_id, version, ciphertext, value_nonce, wrapped_key, key_nonce, key_id \
     FROM credential_versions WHERE (credential_id, version) > ($1, $2) ORDER BY credential_id, version LIMIT 200";
const NAME: &str = "SELECT name FROM credentials WHERE id = $1";
const WITHOUT_VALUE: &str = "SELECT c.name FROM credentials c WHERE c.deleted_at IS NULL AND NOT EXISTS \
     (SELECT 1 FROM credential_versions v WHERE v.credential_id = c.id AND v.version = c.version) ORDER BY c.id";

/// Opens every stored value once, and tells which ones do not open or are missing. `progress` hears the count.
pub async fn verify(db: &Db, vault: &Vault, mut progress: impl FnMut(u64)) -> Result<VerifyReport, DbError> {
    let mut report = VerifyReport {
        broken: read!(*db, c => sqlx::query_scalar(WITHOUT_VALUE).fetch_all(c))?,
        ..VerifyReport::default()
    };
    let mut after = (Uuid::nil(), 0_i64);
    loop {
        let batch: Vec<StoredVersion> =
            read!(*db, c => sqlx::query_as(VERIFY_BATCH).bind(after.0).bind(after.1).fetch_all(c))?;
        let Some(last) = batch.last() else { return Ok(report) };
        // Not the next version of the same credential: one that is replaced just now would count twice.
        after = (last.credential_id, i64::MAX);
        if batch.iter().any(|stored| vault.key(&stored.sealed.key_id).is_err()) {
            // It may have come into the keyring while this ran.
            vault.reload(db).await?;
        }
        for id in report.open(vault, &batch) {
            let name: Option<String> = read!(*db, c => sqlx::query_scalar(NAME).bind(id).fetch_optional(c))?;
            // A credential that was deleted meanwhile has no value.
            report.broken.extend(name);
        }
        progress(report.opened + report.broken.len() as u64);
    }
}

/// The same inside a transaction.
pub async fn verify_within(tx: &mut Tx, vault: &Vault) -> Result<VerifyReport, DbError> {
    let mut report = VerifyReport {
        broken: within!(tx, c => sqlx::query_scalar(WITHOUT_VALUE).fetch_all(c))?,
        ..VerifyReport::default()
    };
    let mut after = (Uuid::nil(), 0_i64);
    loop {
        let batch: Vec<StoredVersion> =
            within!(tx, c => sqlx::query_as(VERIFY_BATCH).bind(after.0).bind(after.1).fetch_all(c))?;
        let Some(last) = batch.last() else { return Ok(report) };
        after = (last.credential_id, i64::MAX);
        for id in report.open(vault, &batch) {
            let name: Option<String> = within!(tx, c => sqlx::query_scalar(NAME).bind(id).fetch_optional(c))?;
            report.broken.extend(name);
        }
    }
}

impl VerifyReport {
    /// Opens a batch. Returns the credentials whose values do not open.
    fn open(&mut self, vault: &Vault, batch: &[StoredVersion]) -> Vec<Uuid> {
        let mut broken = Vec::new();
        for stored in batch {
            let credential = CredentialId(stored.credential_id);
            match vault.open_value(credential, stored.version, &stored.sealed) {
                Ok(_) => self.opened += 1,
                Err(_) => broken.push(stored.credential_id),
            }
        }
        broken
    }
}
