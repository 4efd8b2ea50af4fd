//! The audit trail: append-only rows, written in the transaction of what they record, chained. Below it:
//! the list and the export of the trail, and the verification of the chain.

mod chain;
mod event;
mod export;
mod fault;
mod operations;
mod query;
mod routes;
mod rows;
mod search;
mod store;
mod verify;

pub use event::Event;
pub use fault::{Fault, Head, Report};
pub use operations::operations;
pub use routes::router;
pub use search::make_searchable;
pub use verify::{head, verify};

use crate::db::{Tx, execute, within};
use crate::http::ApiError;
use crate::vault::Vault;

const BEGIN_CHAIN: &str = "INSERT INTO audit_head (id, seq, mac) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING";
// The update takes the row lock, which orders all appends, and reads the head in one round trip.
const TAKE_HEAD: &str = "UPDATE audit_head SET seq = seq + $1 WHERE id = 1 \
     RETURNING seq, mac, (SELECT id FROM encryption_keys WHERE state = 'active') AS key_id";
const KEEP_HEAD: &str = "UPDATE audit_head SET mac = $1 WHERE id = 1";
const INSERT: &str = "INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
     target_name, credential_id, credential_version, referrer_kind, referrer_id, referrer_name, host, outcome, reason, details, \
     request_id, key_id, mac, search_key) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";

#[derive(sqlx::FromRow)]
struct Taken {
    seq: i64,
    mac: Vec<u8>,
    key_id: String,
}

/// Makes the head of the chain, once for each database.
///
/// # Errors
/// Where the database fails.
pub async fn begin_chain(tx: &mut Tx) -> Result<(), ApiError> {
    execute!(tx, sqlx::query(BEGIN_CHAIN).bind(chain::BEGINNING.to_vec()))?;
    Ok(())
}

/// Appends events. Call it last in the transaction: it holds the lock that orders all writers.
///
/// # Errors
/// Where the database fails: then the transaction must not be committed.
pub async fn append(tx: &mut Tx, vault: &Vault, events: &[Event]) -> Result<(), ApiError> {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let head: Taken = within!(tx, c => sqlx::query_as(TAKE_HEAD).bind(count).fetch_one(c))?;
    let key = vault.audit_key_within(tx, &head.key_id).await?;
    let mut mac = head.mac;
    let mut seq = head.seq - count;
    for event in events {
        seq += 1;
        let content = event.content();
        mac = chain::link(&key, &mac, seq, &content)?;
        execute!(
            tx,
            sqlx::query(INSERT)
                .bind(seq)
                .bind(content.at)
                .bind(content.actor_kind)
                .bind(content.actor_id)
                .bind(content.actor_name)
                .bind(content.action)
                .bind(content.target_kind)
                .bind(content.target_id)
                .bind(content.target_name)
                .bind(content.credential_id)
                .bind(content.credential_version)
                .bind(content.referrer_kind)
                .bind(content.referrer_id)
                .bind(content.referrer_name)
                .bind(content.host)
                .bind(content.outcome)
                .bind(content.reason)
                .bind(content.details)
                .bind(content.request_id)
                .bind(&head.key_id)
                .bind(&mac)
                .bind(search::key(
                    content.actor_name,
                    content.target_name,
                    content.referrer_name
                ))
        )?;
    }
    execute!(tx, sqlx::query(KEEP_HEAD).bind(&mac))?;
    Ok(())
}
