//! The audit trail: append-only rows, written in the transaction of what they record, chained. Below it:
//! the verification of the chain. `audit_events` reads the trail for the API.

#![warn(missing_docs)]

mod chain;
mod event;
mod fault;
mod insert;
mod noted;
mod rows;
mod search;
mod verify;
mod versions;

pub use event::{Event, changed_fields};
pub use fault::{Head, IntegrityError, NotedIn, Report};
pub use noted::{HeadFile, Noted, check_end};
pub(crate) use rows::{ChainedRow, EventRow, Line, event_columns};
pub use search::make_searchable;
pub(crate) use verify::head_within;
pub use verify::{head, verify};
pub(crate) use versions::recorded_version;
pub use versions::rolled_back;

use insert::Link;

use crate::db::{DbError, Tx, execute, within};
use crate::http::ApiError;
use crate::vault::Vault;

const BEGIN_CHAIN: &str = "INSERT INTO audit_head (id, seq, mac) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING";
// The update takes the row lock, which orders all appends, and reads the head in one round trip.
const TAKE_HEAD: &str = "UPDATE audit_head SET seq = seq + $1 WHERE id = 1 \
     RETURNING seq, mac, (SELECT id FROM encryption_keys WHERE state = 'active') AS key_id";
const LAST: &str = "SELECT seq, mac FROM audit_events ORDER BY seq DESC LIMIT 1";
const MEND_HEAD: &str = "UPDATE audit_head SET seq = $1, mac = $2 WHERE id = 1";
const LAST_SEQ: &str = "SELECT seq FROM audit_head WHERE id = 1";
const KEEP_HEAD: &str = "UPDATE audit_head SET mac = $1 WHERE id = 1";

#[derive(Debug, sqlx::FromRow)]
struct LockedHead {
    seq: i64,
    mac: Vec<u8>,
    key_id: String,
}

/// Makes the head of the chain, once for each database.
pub async fn begin_chain(tx: &mut Tx) -> Result<(), ApiError> {
    execute!(tx, sqlx::query(BEGIN_CHAIN).bind(chain::BEGINNING.to_vec()))?;
    Ok(())
}

/// Sets the head to the last event that is there, so that events can be appended to a trail whose head was lost.
pub async fn mend_head(tx: &mut Tx) -> Result<(), ApiError> {
    let last: Option<Head> = within!(tx, c => sqlx::query_as(LAST).fetch_optional(c))?;
    let last = last.unwrap_or_else(|| Head {
        seq: 0,
        mac: chain::BEGINNING.to_vec(),
    });
    execute!(tx, sqlx::query(MEND_HEAD).bind(last.seq).bind(&last.mac))?;
    Ok(())
}

/// The number of the last event.
pub async fn last_seq(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(within!(tx, c => sqlx::query_scalar(LAST_SEQ).fetch_one(c))?)
}

/// The lock of one transaction on the head row, which orders all writers.
#[derive(Debug)]
pub struct AppendLock {
    head: LockedHead,
    count: i64,
}

/// Locks the head row, and reserves sequence numbers for so many events. Later reads of this transaction see the commit of
/// every writer before it.
///
/// # Errors
/// Where the database fails: then the transaction must not be committed.
pub async fn lock_head(tx: &mut Tx, events: usize) -> Result<AppendLock, ApiError> {
    let count = i64::try_from(events).unwrap_or(i64::MAX);
    let head = within!(tx, c => sqlx::query_as(TAKE_HEAD).bind(count).fetch_one(c))?;
    Ok(AppendLock { head, count })
}

impl AppendLock {
    /// Appends exactly the reserved number of events. Call it last in the transaction.
    ///
    /// # Errors
    /// Where the database fails: then the transaction must not be committed.
    pub async fn append(self, tx: &mut Tx, vault: &Vault, events: &[Event]) -> Result<(), ApiError> {
        let Self { head, count } = self;
        let key = vault.audit_key_within(tx, &head.key_id).await?;
        let mut mac = head.mac;
        let mut links = Vec::with_capacity(events.len());
        for (seq, event) in (head.seq - count + 1..).zip(events) {
            mac = chain::link(&key, &mac, seq, &event.content())?;
            links.push(Link {
                seq,
                event,
                key_id: &head.key_id,
                mac: mac.clone(),
            });
        }
        insert::all(tx, &links).await?;
        execute!(tx, sqlx::query(KEEP_HEAD).bind(&mac))?;
        Ok(())
    }
}

/// Locks the head row and appends events. Call it last in the transaction.
///
/// # Errors
/// Where the database fails: then the transaction must not be committed.
pub async fn append(tx: &mut Tx, vault: &Vault, events: &[Event]) -> Result<(), ApiError> {
    let lock = lock_head(tx, events.len()).await?;
    lock.append(tx, vault, events).await
}
