//! Wrapping data keys with the active key, in small batches, beside servers that read and write.

use std::time::Duration;

use anyhow::ensure;
use contract::credentials::CredentialId;
use uuid::Uuid;

use super::event;
use crate::audit;
use crate::db::{DbError, execute, read, within};
use crate::infra::Infra;
use crate::vault::{DataKey, KeyState, VaultError};

/// Values in one transaction: few, because on SQLite nobody else writes meanwhile.
const BATCH: i64 = 50;
/// Between two transactions, so that others get their turn at a database with one writer.
const PAUSE: Duration = Duration::from_millis(5);
/// How often a transaction is tried again when the database was busy.
const TRIES: u32 = 5;

const LEFT: &str = "SELECT count(*) FROM credential_versions WHERE key_id <> $1";
/// A batch, by the primary key alone; see [`crate::vault::VERIFY_BATCH`]. Public for a test of the plan.
pub const REWRAP_BATCH: &str = "SELECT credential_id, version, wrapped_key, key_nonce, key_id FROM credential_versions \
     WHERE key_id <> $1 AND (credential_id, version) > ($2, $3) ORDER BY credential_id, version LIMIT $4";
const NAME: &str = "SELECT name FROM credentials WHERE id = $1";
// A value that was replaced, deleted or rewrapped in the meantime is left alone.
const UPDATE: &str = "UPDATE credential_versions SET wrapped_key = $1, key_nonce = $2, key_id = $3 \
     WHERE credential_id = $4 AND version = $5 AND key_id = $6";
const ACTIVE: &str = "SELECT id FROM encryption_keys WHERE state = 'active'";

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RewrapReport {
    /// The key that wraps them now.
    pub key: String,
    /// How many values it was given.
    pub rewrapped: u64,
    /// How many were replaced, deleted or rewrapped by somebody else meanwhile.
    pub skipped: u64,
    /// Names of credentials whose value does not open. They stay as they were.
    pub broken: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct Stored {
    credential_id: Uuid,
    version: i64,
    #[sqlx(flatten)]
    wrapped: DataKey,
}

/// A data key in its new wrapping.
struct Change {
    stored: Stored,
    wrapped: DataKey,
}

/// Wraps every data key that another key wraps with the active key. `progress` hears how many are done, of how many.
///
/// # Errors
/// A sentence; what is done until then stays done.
pub async fn rewrap(base: &Infra, mut progress: impl FnMut(u64, u64)) -> anyhow::Result<RewrapReport> {
    let standing = base.vault.reload(&base.db).await?;
    if let Some(row) = standing.missing() {
        return Err(anyhow::Error::new(VaultError::UnknownKey(row.id.clone())).context(
            "Cannot rewrap the values. Run this again with a keyring that contains every key of the database.",
        ));
    }
    let active = standing
        .in_state(KeyState::Active)
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut report = RewrapReport {
        key: active.clone(),
        ..RewrapReport::default()
    };
    let total = left(base, &active).await?;
    if total == 0 {
        return Ok(report);
    }
    record(base, "key.rewrap_begin", &active, format!("values: {total}")).await?;
    loop {
        let done = report.rewrapped;
        pass(base, &mut report, |done| progress(done.min(total), total)).await?;
        // A write that began before the activation may have come after its batch: look again until nothing is left.
        if report.rewrapped == done {
            break;
        }
    }
    let details = format!(
        "rewrapped: {}, changed meanwhile: {}, broken: {}",
        report.rewrapped,
        report.skipped,
        report.broken.len()
    );
    record(base, "key.rewrap", &active, details).await?;
    Ok(report)
}

async fn left(base: &Infra, active: &str) -> Result<u64, DbError> {
    let left: i64 = read!(base.db, c => sqlx::query_scalar(LEFT).bind(active).fetch_one(c))?;
    Ok(u64::try_from(left).unwrap_or_default())
}

/// Once over everything that another key wraps.
async fn pass(base: &Infra, report: &mut RewrapReport, mut progress: impl FnMut(u64)) -> anyhow::Result<()> {
    report.broken.clear();
    let mut after = (Uuid::nil(), 0_i64);
    loop {
        let batch: Vec<Stored> = read!(base.db, c => sqlx::query_as(REWRAP_BATCH)
            .bind(&report.key).bind(after.0).bind(after.1).bind(BATCH).fetch_all(c))?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = (last.credential_id, last.version);
        let mut changes = Vec::with_capacity(batch.len());
        for stored in batch {
            let credential = CredentialId(stored.credential_id);
            match base
                .vault
                .rewrap(credential, stored.version, &stored.wrapped, &report.key)
            {
                Ok(wrapped) => changes.push(Change { stored, wrapped }),
                Err(VaultError::Random) => return Err(VaultError::Random.into()),
                Err(_) => {
                    let name: Option<String> = read!(base.db, c => sqlx::query_scalar(NAME)
                        .bind(stored.credential_id).fetch_optional(c))?;
                    // A credential that was deleted meanwhile has no value.
                    report.broken.extend(name);
                }
            }
        }
        let kept = keep(base, &report.key, &changes).await?;
        report.rewrapped += kept;
        report.skipped += changes.len() as u64 - kept;
        progress(report.rewrapped + report.skipped + report.broken.len() as u64);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Writes a batch, again where the database was busy. Tells how many rows were as they had been read.
async fn keep(base: &Infra, active: &str, changes: &[Change]) -> anyhow::Result<u64> {
    let mut tries = 0;
    loop {
        tries += 1;
        match keep_once(base, active, changes).await {
            Err(error)
                if tries < TRIES
                    && matches!(
                        error.downcast_ref(),
                        Some(DbError::Unavailable(_) | DbError::OutcomeUnknown(_))
                    ) =>
            {
                tokio::time::sleep(PAUSE * 20 * tries).await;
            }
            outcome => return outcome,
        }
    }
}

async fn keep_once(base: &Infra, active: &str, changes: &[Change]) -> anyhow::Result<u64> {
    let mut tx = base.db.begin().await?;
    let now_active: String = within!(&mut tx, c => sqlx::query_scalar(ACTIVE).fetch_one(c)).map_err(DbError::from)?;
    ensure!(
        now_active == active,
        "Another key was activated in the meantime. Run this again to continue with that key."
    );
    let mut kept = 0;
    for Change { stored, wrapped } in changes {
        kept += execute!(
            &mut tx,
            sqlx::query(UPDATE)
                .bind(&wrapped.wrapped_key)
                .bind(&wrapped.key_nonce)
                .bind(&wrapped.key_id)
                .bind(stored.credential_id)
                .bind(stored.version)
                .bind(&stored.wrapped.key_id)
        )
        .map_err(DbError::from)?;
    }
    tx.commit().await?;
    Ok(kept)
}

async fn record(base: &Infra, action: &'static str, key: &str, details: String) -> anyhow::Result<()> {
    let mut event = event(base.clock.now(), action, key);
    event.details = Some(details);
    let mut tx = base.db.begin().await?;
    audit::append(&mut tx, &base.vault, &[event]).await?;
    tx.commit().await?;
    Ok(())
}
