//! How much a user owns, counted in the transaction that adds to it.
//!
//! The counts are columns of the user's row, whose lock orders all additions. They are upper limits: deleting takes nothing off,
//! and a count that reaches a limit is made anew from the records before anything is refused.

use contract::accounts::UserId;
use contract::credentials::CredentialId;
use uuid::Uuid;

use crate::config::Quotas;
use crate::db::{Tx, within};
use crate::http::ApiError;
use crate::kinds::owned_kinds;

const ADD: &str = "UPDATE users SET ownership_epoch = ownership_epoch + 1, owned_records = owned_records + 1, \
     owned_bytes = owned_bytes + $2 WHERE id = $1 AND deleted_at IS NULL AND disabled_at IS NULL \
     RETURNING owned_records, owned_bytes";
// The owner may be disabled while somebody else replaces a value.
const GROW: &str = "UPDATE users SET ownership_epoch = ownership_epoch + 1, owned_bytes = owned_bytes + $2 \
     WHERE id = $1 RETURNING owned_records, owned_bytes";
macro_rules! count_of_records {
    ($($name:literal, $table:literal, $live:literal;)+) => {
        concat!("$2" $(, " + (SELECT count(*) FROM ", $table, " WHERE owner_id = users.id", $live, ")")+)
    };
}
// The value that is being replaced does not count.
const RECOUNT: &str = concat!(
    "UPDATE users SET owned_records = ",
    owned_kinds!(count_of_records),
    ", owned_bytes = $3 + (SELECT CAST(COALESCE(sum(length(v.ciphertext)), 0) AS BIGINT) FROM credentials c \
       JOIN credential_versions v ON v.credential_id = c.id WHERE c.owner_id = users.id AND c.deleted_at IS NULL AND c.id <> $4) \
     WHERE id = $1 RETURNING owned_records, owned_bytes"
);

#[derive(Clone, Copy, sqlx::FromRow)]
struct Counts {
    owned_records: Option<i64>,
    owned_bytes: Option<i64>,
}

/// The addition of a transaction.
struct Addition {
    records: i64,
    bytes: i64,
    /// The credential whose value is replaced; nil for none.
    replaced: Uuid,
}

/// Begins a transaction's addition of a record with a value of so many stored bytes. Call it first: until its end the
/// user exists, and nobody else adds to the same counts.
///
/// # Errors
/// 401 if the account is gone or disabled; [`ApiError::QuotaReached`].
pub async fn begin_adding(tx: &mut Tx, owner: UserId, bytes: i64, quotas: &Quotas) -> Result<(), ApiError> {
    let counts: Option<Counts> = within!(tx, c => sqlx::query_as(ADD).bind(owner.0).bind(bytes).fetch_optional(c))?;
    let counts = counts.ok_or(ApiError::Unauthorized)?;
    let added = Addition {
        records: 1,
        bytes,
        replaced: Uuid::nil(),
    };
    check(tx, owner, counts, added, quotas).await
}

/// Begins a transaction's replacement of a credential's value by one of so many stored bytes. The row of the owner is locked before
/// that of the credential, as everywhere.
///
/// # Errors
/// [`ApiError::QuotaReached`].
pub async fn begin_replacing(
    tx: &mut Tx,
    owner: UserId,
    (credential, bytes): (CredentialId, i64),
    quotas: &Quotas,
) -> Result<(), ApiError> {
    let added = Addition {
        records: 0,
        bytes,
        replaced: credential.0,
    };
    let counts: Option<Counts> = within!(tx, c => sqlx::query_as(GROW).bind(owner.0).bind(bytes).fetch_optional(c))?;
    match counts {
        Some(counts) => check(tx, owner, counts, added, quotas).await,
        // The credential is not found either.
        None => Ok(()),
    }
}

async fn check(tx: &mut Tx, owner: UserId, counts: Counts, added: Addition, quotas: &Quotas) -> Result<(), ApiError> {
    let exceeded = |counts: Counts| match (counts.owned_records, counts.owned_bytes) {
        // A replaced value adds no record, so an owner above that limit can still replace it.
        (Some(records), Some(bytes)) => quotas
            .exceeded(if added.records > 0 { records } else { 0 }, bytes)
            .map(ApiError::QuotaReached),
        _ => Some(ApiError::Internal(anyhow::anyhow!(
            "the records of a user were not counted"
        ))),
    };
    if exceeded(counts).is_none() {
        return Ok(());
    }
    let counted: Counts = within!(tx, c => sqlx::query_as(RECOUNT)
        .bind(owner.0).bind(added.records).bind(added.bytes).bind(added.replaced).fetch_one(c))?;
    exceeded(counted).map_or(Ok(()), Err)
}
