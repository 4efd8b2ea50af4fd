//! The servers that share a database: each writes every few seconds that it lives and which keys it
//! holds, so that no key is activated that one of them lacks.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::audit::{self, Noted};
use crate::clock::Clock;
use crate::db::{DbError, Tx, WriteClass, execute, within};
use crate::infra::Infra;
use crate::readiness::HEARTBEAT;

/// A server that was silent for longer than this counts as ended.
const LIVE: TimeDelta = TimeDelta::seconds(20);
/// The row of a server that was silent for longer than this goes.
const KEPT: TimeDelta = TimeDelta::minutes(5);

/// A server, as it told of itself.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Replica {
    /// Made at its start.
    pub id: Uuid,
    /// How sentences name it: machine, address, process.
    pub name: String,
    /// The version of Strongroom.
    pub version: String,
    /// Ids of the keys that it holds.
    #[sqlx(json)]
    pub keys: Vec<String>,
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// When it told of itself last.
    pub last_seen_at: DateTime<Utc>,
}

// Takes the lock of the key that an activation changes: either sees the other.
const LOCK_KEYS: &str = "UPDATE encryption_keys SET state = state WHERE state = 'active'";
const BEAT_SQL: &str = "INSERT INTO replicas (id, name, version, keys, started_at, last_seen_at) \
     VALUES ($1, $2, $3, $4, $5, $5) \
     ON CONFLICT (id) DO UPDATE SET keys = excluded.keys, last_seen_at = excluded.last_seen_at";
const PRUNE: &str = "DELETE FROM replicas WHERE last_seen_at < $1";
const LEAVE: &str = "DELETE FROM replicas WHERE id = $1";
const SEEN_SINCE: &str = "SELECT id, name, version, keys, started_at, last_seen_at FROM replicas \
     WHERE last_seen_at >= $1 ORDER BY started_at, id";

/// The servers that live.
pub async fn live(tx: &mut Tx, clock: &Clock) -> Result<Vec<Replica>, DbError> {
    let since = now(tx, clock).await? - LIVE;
    Ok(within!(tx, c => sqlx::query_as(SEEN_SINCE).bind(since).fetch_all(c))?)
}

/// The database's own time where servers share it, since their clocks may differ.
async fn now(tx: &mut Tx, clock: &Clock) -> Result<DateTime<Utc>, DbError> {
    if matches!(tx, Tx::Sqlite(_)) {
        return Ok(clock.now());
    }
    Ok(within!(tx, c => sqlx::query_scalar("SELECT CURRENT_TIMESTAMP").fetch_one(c))?)
}

/// This server's own row. It is written until [`Membership::leave`].
#[derive(Debug)]
pub struct Membership {
    base: Arc<Infra>,
    id: Uuid,
    /// Dropped to end the task, between two beats: one that is cut off would hold the database's writer until it is undone.
    go_on: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Membership {
    /// Tells the others of this server, and goes on telling them. Refuses where a key was activated,
    /// while this server started, that it does not hold.
    ///
    /// # Errors
    /// A sentence that names the key, or tells that the database does not answer.
    pub async fn join(base: Arc<Infra>, address: SocketAddr) -> anyhow::Result<Self> {
        let me = Me {
            id: Uuid::now_v7(),
            name: name(address),
        };
        if let Err(error) = me.join(&base).await {
            if !matches!(error, DbError::Full(_)) {
                return Err(error.into());
            }
            // A full disk: the reserve is given up for this, too.
            base.db.look_for_room(true).await;
            me.join(&base).await?;
        }
        let standing = base.vault.reload(&base.db).await?;
        base.metrics.keys(standing.held.len(), standing.count_missing());
        if let Some(key) = standing.missing() {
            anyhow::bail!(
                "The keyring {} does not contain the key {}, which was just activated. Give this server the right keyring.",
                base.vault.source().name(),
                key.id
            );
        }
        base.readiness.heartbeat(true);
        let id = me.id;
        let (go_on, ended) = oneshot::channel();
        let task = tokio::spawn(beat(base.clone(), me, ended));
        Ok(Self { base, id, go_on, task })
    }

    /// Takes the row away: nobody waits for this server any more.
    pub async fn leave(self) {
        drop(self.go_on);
        if tokio::time::timeout(HEARTBEAT, self.task).await.is_err() {
            tracing::warn!("the database did not respond to this server's last heartbeat");
        }
        let removed = async {
            let mut tx = self.base.db.begin_recording(WriteClass::User).await?;
            execute!(&mut tx, sqlx::query(LEAVE).bind(self.id))?;
            tx.commit().await
        };
        if let Err(error) = removed.await {
            tracing::warn!(error = %error, "the row of this server remains until it is {} seconds old", LIVE.num_seconds());
        }
    }
}

/// What a server writes of itself.
struct Me {
    id: Uuid,
    name: String,
}

impl Me {
    /// Writes the first row, under the lock of the active key.
    async fn join(&self, base: &Infra) -> Result<(), DbError> {
        let mut tx = base.db.begin_recording(WriteClass::User).await?;
        execute!(&mut tx, sqlx::query(LOCK_KEYS))?;
        self.write(&mut tx, base).await?;
        tx.commit().await
    }

    async fn write(&self, tx: &mut Tx, base: &Infra) -> Result<(), DbError> {
        let now = now(tx, &base.clock).await?;
        execute!(
            tx,
            sqlx::query(BEAT_SQL)
                .bind(self.id)
                .bind(&self.name)
                .bind(env!("CARGO_PKG_VERSION"))
                .bind(Json(base.vault.held_ids()))
                .bind(now)
        )?;
        execute!(tx, sqlx::query(PRUNE).bind(now - KEPT))?;
        base.metrics.head(audit::last_seq(tx).await?);
        Ok(())
    }
}

/// Reads the keyring again and writes the row, for as long as the server runs. What is wrong is told
/// when it begins and when it ends, not every few seconds.
async fn beat(base: Arc<Infra>, me: Me, mut ended: oneshot::Receiver<()>) {
    let mut told = None;
    // Nothing is ever sent: the wait ends early when the sender is dropped.
    while tokio::time::timeout(HEARTBEAT, &mut ended).await.is_err() {
        let outcome = beat_once(&base, &me).await;
        base.readiness.heartbeat(outcome.is_ok());
        base.db.look_for_room(matches!(outcome, Err(DbError::Full(_)))).await;
        let complaint = match outcome {
            Ok(complaint) => complaint.or(note_head(&base).await),
            Err(error) => Some(format!("This server cannot announce itself to the others: {error}.")),
        };
        if complaint != told {
            if let Some(complaint) = &complaint {
                tracing::warn!("{complaint}");
            } else {
                tracing::info!("The keys are complete again, and the database responds.");
            }
            told = complaint;
        }
    }
}

/// Notes the head of the audit trail. Returns a sentence if that fails, or if the trail has lost the noted head.
async fn note_head(base: &Infra) -> Option<String> {
    let file = base.head_file.path().display();
    match base.head_file.note(&base.db).await {
        Ok(Noted::Kept) => None,
        Ok(Noted::Contradicted) => Some(format!(
            "The event noted in {file} is missing from the audit trail: its end was deleted or rewritten while this server was running. Run strongroom audit verify."
        )),
        Err(error) => Some(format!("Cannot note the head of the audit trail any more: {error:#}")),
    }
}

async fn beat_once(base: &Infra, me: &Me) -> Result<Option<String>, DbError> {
    let standing = base.vault.reload(&base.db).await?;
    let mut tx = base.db.begin_recording(WriteClass::User).await?;
    me.write(&mut tx, base).await?;
    tx.commit().await?;
    base.metrics.keys(standing.held.len(), standing.count_missing());
    Ok(standing.complaint.clone().or_else(|| {
        standing.missing().map(|key| {
            format!(
                "This server's keyring does not contain the key {}. Give it the right keyring.",
                key.id
            )
        })
    }))
}

/// What an operator knows a server by.
fn name(address: SocketAddr) -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let process = std::process::id();
    match machine.trim() {
        "" => format!("{address} (process {process})"),
        machine => format!("{machine} {address} (process {process})"),
    }
}
