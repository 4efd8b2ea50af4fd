//! The audit trail: append-only rows, written in the transaction of what they record, chained.

mod chain;

use app::accounts::UserId;
use app::credentials::{CredentialId, ReferrerKind};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::{Tx, execute, within};
use crate::http::{ApiError, Principal};
use crate::vault::Vault;

/// What happened, before it has its place in the trail.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// `user` or `cli`.
    pub actor_kind: &'static str,
    /// The acting user.
    pub actor_id: Option<UserId>,
    /// The name of who acted.
    pub actor_name: String,
    /// What was done, e.g. `credential.create`.
    pub action: &'static str,
    /// The kind of record, e.g. `credential`.
    pub target_kind: &'static str,
    /// The record.
    pub target_id: Option<Uuid>,
    /// The record's name at that time.
    pub target_name: String,
    /// The credential, for uses.
    pub credential: Option<(CredentialId, i64)>,
    /// The referrer, for uses.
    pub referrer: Option<(ReferrerKind, Option<Uuid>, Option<String>)>,
    /// The host, for uses and for hosts that were allowed.
    pub host: Option<String>,
    /// `ok`, `allowed` or `refused`.
    pub outcome: &'static str,
    /// Why it was refused: a problem's slug.
    pub reason: Option<&'static str>,
    /// More, e.g. which fields were changed. Never a value.
    pub details: Option<String>,
    /// The request.
    pub request_id: Option<String>,
}

impl Event {
    /// Something that somebody did to a record.
    #[must_use]
    pub fn new(
        at: DateTime<Utc>,
        actor: &Principal,
        action: &'static str,
        target: (&'static str, Uuid, &str),
        request_id: Option<&str>,
    ) -> Self {
        Self {
            at,
            actor_kind: actor.kind(),
            actor_id: actor.user_id(),
            actor_name: actor.name().to_owned(),
            action,
            target_kind: target.0,
            target_id: Some(target.1),
            target_name: target.2.to_owned(),
            credential: None,
            referrer: None,
            host: None,
            outcome: "ok",
            reason: None,
            details: None,
            request_id: request_id.map(str::to_owned),
        }
    }

    /// With which fields were changed.
    #[must_use]
    pub fn changed(mut self, fields: &[&str]) -> Self {
        self.details = Some(format!("changed: {}", fields.join(", ")));
        self
    }

    /// With a host.
    #[must_use]
    pub fn at_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }
}

const BEGIN_CHAIN: &str = "INSERT INTO audit_head (id, seq, mac) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING";
// The update takes the row lock, which orders all appends, and reads the head in one round trip.
const TAKE_HEAD: &str = "UPDATE audit_head SET seq = seq + $1 WHERE id = 1 \
     RETURNING seq, mac, (SELECT id FROM encryption_keys WHERE state = 'active') AS key_id";
const KEEP_HEAD: &str = "UPDATE audit_head SET mac = $1 WHERE id = 1";
const INSERT: &str = "INSERT INTO audit_events (seq, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
     target_name, credential_id, credential_version, referrer_kind, referrer_id, referrer_name, host, outcome, reason, details, \
     request_id, key_id, mac) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

#[derive(sqlx::FromRow)]
struct Head {
    seq: i64,
    mac: Vec<u8>,
    key_id: String,
}

/// Makes the head of the chain, once for each database.
///
/// # Errors
/// Where the database fails.
pub async fn begin_chain(tx: &mut Tx) -> Result<(), ApiError> {
    execute!(tx, sqlx::query(BEGIN_CHAIN).bind(vec![0_u8; 32]))?;
    Ok(())
}

/// Appends events. Call it last in the transaction: it holds the lock that orders all writers.
///
/// # Errors
/// Where the database fails: then the transaction must not be committed.
pub async fn append(tx: &mut Tx, vault: &Vault, events: &[Event]) -> Result<(), ApiError> {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let head: Head = within!(tx, c => sqlx::query_as(TAKE_HEAD).bind(count).fetch_one(c))?;
    let key = vault.audit_key_within(tx, &head.key_id).await?;
    let mut mac = head.mac;
    let mut seq = head.seq - count;
    for event in events {
        seq += 1;
        mac = chain::link(&key, &mac, seq, event)?;
        let (credential, version) = event.credential.unzip();
        let referrer_kind = event.referrer.as_ref().map(|(kind, _, _)| kind.as_str());
        let referrer_id = event.referrer.as_ref().and_then(|(_, id, _)| *id);
        let referrer_name = event.referrer.as_ref().and_then(|(_, _, name)| name.clone());
        execute!(
            tx,
            sqlx::query(INSERT)
                .bind(seq)
                .bind(event.at)
                .bind(event.actor_kind)
                .bind(event.actor_id.map(|id| id.0))
                .bind(&event.actor_name)
                .bind(event.action)
                .bind(event.target_kind)
                .bind(event.target_id)
                .bind(&event.target_name)
                .bind(credential.map(|id| id.0))
                .bind(version)
                .bind(referrer_kind)
                .bind(referrer_id)
                .bind(referrer_name.clone())
                .bind(&event.host)
                .bind(event.outcome)
                .bind(event.reason)
                .bind(&event.details)
                .bind(&event.request_id)
                .bind(&head.key_id)
                .bind(&mac)
        )?;
    }
    execute!(tx, sqlx::query(KEEP_HEAD).bind(&mac))?;
    Ok(())
}
