//! Refused sign-ins in the audit trail: one event for each account, or throttled network, and minute, with a count.
//! They are counted in memory, so that a refused try writes no row. Every few seconds the counts go into a table that
//! all servers share, and into the trail when their minute is over.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Accounts;
use super::email::email_key;
use super::throttle::{network, sweep_tries};
use crate::audit::{self, Event};
use crate::db::{WriteClass, execute, read, within};
use crate::hex::hex;
use crate::http::ApiError;
use crate::infra::Infra;

/// Interval of storing the counts. A crash loses the counts of one interval.
const TICK: Duration = Duration::from_secs(5);
/// Every server has stored its counts of a minute so long after it: one event holds them all.
const GRACE: TimeDelta = TimeDelta::seconds(30);
/// Accounts, and as many networks, that are counted one by one in a minute. Further ones are counted together: a flood does
/// not make the trail long, and refused networks do not hide the accounts that are attacked.
const COUNTED: usize = 128;
/// Counts that wait for a database that cannot be written.
const WAITING: usize = 4096;
/// Rows in one transaction, so that others do not wait long for it.
const BATCH: usize = 64;
/// The same for a statement.
const BATCH_ROWS: i64 = 64;

const COUNT: &str = "INSERT INTO failed_sign_ins \
       (bucket, minute, target_kind, target_id, target_name, reason, network, spread, tries, last_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (bucket, minute) DO UPDATE SET tries = failed_sign_ins.tries + excluded.tries, \
       last_at = CASE WHEN failed_sign_ins.last_at < excluded.last_at THEN excluded.last_at ELSE failed_sign_ins.last_at END, \
       spread = failed_sign_ins.spread OR excluded.spread OR failed_sign_ins.network <> excluded.network";
const ANY: &str = "SELECT EXISTS (SELECT 1 FROM failed_sign_ins WHERE minute < $1)";
// The server that deletes a row writes its event, once.
const TAKE: &str = "DELETE FROM failed_sign_ins WHERE (bucket, minute) IN \
       (SELECT bucket, minute FROM failed_sign_ins WHERE minute < $1 ORDER BY minute, bucket LIMIT $2) \
     RETURNING target_kind, target_id, target_name, reason, network, spread, tries, last_at";

/// The reason of a refusal.
pub(super) enum Refusal<'a> {
    /// The password is wrong, or there is no such account.
    WrongPassword {
        /// The address that was typed. It is not kept.
        email: &'a str,
        /// The account, where there is one.
        user: Option<(Uuid, &'a str)>,
    },
    /// Too many tries.
    Throttled,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Gathered {
    target_kind: String,
    target_id: Option<Uuid>,
    target_name: String,
    reason: String,
    network: String,
    spread: bool,
    tries: i64,
    last_at: DateTime<Utc>,
}

/// The key of a count: bucket and minute.
type Key = ([u8; 32], i64);

/// Counts that are not stored yet. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct FailedSignIns(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    gathered: HashMap<Key, Gathered>,
    /// The newest minute, and its buckets: those of accounts and those of networks, stored ones included.
    minute: i64,
    buckets: [HashSet<[u8; 32]>; 2],
}

impl Counts {
    /// `true` if a bucket has a count of its own in its minute.
    fn admits(&mut self, (bucket, minute): Key, is_network: bool) -> bool {
        // A clock that was ahead may go back.
        if minute != self.minute {
            self.minute = minute;
            self.buckets = <[HashSet<_>; 2]>::default();
        }
        if self.gathered.len() >= WAITING && !self.gathered.contains_key(&(bucket, minute)) {
            return false;
        }
        let buckets = &mut self.buckets[usize::from(is_network)];
        buckets.contains(&bucket) || (buckets.len() < COUNTED && buckets.insert(bucket))
    }
}

impl FailedSignIns {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a refusal. Known and unknown accounts cost the same.
    pub(super) fn note(&self, base: &Infra, refusal: &Refusal<'_>, address: IpAddr) -> Result<(), ApiError> {
        let hash = |purpose: &str, text: &str| base.vault.keyed_hash(purpose, text);
        let mut from = address.to_canonical().to_string();
        let (bucket, target, reason) = match refusal {
            Refusal::WrongPassword { email, user } => {
                let email = email_key(email);
                let bucket = hash("refused account", &email)?;
                let unknown = hex(&hash("unknown email", &email)?[..16]);
                let target = match user {
                    Some((id, name)) => ("user", Some(*id), (*name).to_owned()),
                    None => ("unknown_account", None, unknown),
                };
                (bucket, target, "wrong-password")
            }
            Refusal::Throttled => {
                // A network has as many addresses as a stranger likes.
                from = network(address);
                let target = ("network", None, from.clone());
                (hash("refused network", &from)?, target, "throttled")
            }
        };
        let now = base.clock.now();
        let gathered = Gathered {
            target_kind: target.0.to_owned(),
            target_id: target.1,
            target_name: target.2,
            reason: reason.to_owned(),
            network: from,
            spread: false,
            tries: 1,
            last_at: now,
        };
        self.add((bucket, minute(now)), gathered);
        Ok(())
    }

    fn add(&self, (mut bucket, minute): Key, mut gathered: Gathered) {
        let mut counts = self.lock();
        if !counts.admits((bucket, minute), gathered.target_kind == "network") {
            bucket = [0; 32];
            "network".clone_into(&mut gathered.target_kind);
            gathered.target_id = None;
            "many accounts and addresses".clone_into(&mut gathered.target_name);
            gathered.spread = true;
        }
        match counts.gathered.get_mut(&(bucket, minute)) {
            Some(known) => {
                known.tries += gathered.tries;
                known.last_at = known.last_at.max(gathered.last_at);
                known.spread |= gathered.spread || known.network != gathered.network;
            }
            None => {
                counts.gathered.insert((bucket, minute), gathered);
            }
        }
    }

    /// Stores all counts. Those that cannot be stored stay.
    async fn store(&self, base: &Infra) -> Result<(), ApiError> {
        let mut all: Vec<(Key, Gathered)> = self.lock().gathered.drain().collect();
        // In one order, so that two servers do not wait for each other.
        all.sort_by_key(|(key, _)| *key);
        for (done, batch) in all.chunks(BATCH).enumerate() {
            if let Err(error) = store(base, batch).await {
                for (key, gathered) in &all[done * BATCH..] {
                    self.add(*key, gathered.clone());
                }
                return Err(error);
            }
        }
        Ok(())
    }
}

async fn store(base: &Infra, batch: &[(Key, Gathered)]) -> Result<(), ApiError> {
    let mut tx = base.db.begin_recording(WriteClass::Anonymous).await?;
    for ((bucket, minute), gathered) in batch {
        execute!(
            &mut tx,
            sqlx::query(COUNT)
                .bind(bucket.as_slice())
                .bind(minute)
                .bind(&gathered.target_kind)
                .bind(gathered.target_id)
                .bind(&gathered.target_name)
                .bind(&gathered.reason)
                .bind(&gathered.network)
                .bind(gathered.spread)
                .bind(gathered.tries)
                .bind(gathered.last_at)
        )?;
    }
    tx.commit().await?;
    Ok(())
}

/// Appends the events of minutes that are over.
async fn append(base: &Infra) -> Result<(), ApiError> {
    let minute = minute(base.clock.now() - GRACE);
    if !read!(base.db, c => sqlx::query_scalar::<_, bool>(ANY).bind(minute).fetch_one(c))? {
        return Ok(());
    }
    loop {
        let mut tx = base.db.begin_recording(WriteClass::Anonymous).await?;
        let mut gathered: Vec<Gathered> =
            within!(&mut tx, c => sqlx::query_as(TAKE).bind(minute).bind(BATCH_ROWS).fetch_all(c))?;
        let is_last = gathered.len() < BATCH;
        gathered.sort_by_key(|gathered| gathered.last_at);
        let events: Vec<Event> = gathered.into_iter().map(Gathered::into_event).collect();
        audit::append(&mut tx, &base.vault, &events).await?;
        tx.commit().await?;
        // Another server may have taken some of them; the next tick looks again.
        if is_last {
            return Ok(());
        }
    }
}

async fn store_all(failed: &FailedSignIns, base: &Infra) -> Result<(), ApiError> {
    failed.store(base).await?;
    append(base).await
}

impl Accounts {
    /// Stores the counts of refused sign-ins, and appends the events of minutes that are over.
    ///
    /// # Errors
    /// If the database fails; the counts are kept.
    pub async fn store_failed(&self) -> Result<(), ApiError> {
        store_all(&self.failed, &self.base).await
    }

    /// Stores and appends, and removes old counts of tries, until the server is gone.
    pub fn keep_recording(&self) {
        let base = Arc::downgrade(&self.base);
        let failed = self.failed.clone();
        tokio::spawn(async move {
            for tick in 1_u64.. {
                tokio::time::sleep(TICK).await;
                let Some(base) = base.upgrade() else { return };
                if let Err(error) = store_all(&failed, &base).await {
                    // The next tick tries again.
                    tracing::warn!(error = %error, "refused sign-ins are not in the audit trail yet");
                }
                if tick.is_multiple_of(60)
                    && let Err(error) = sweep_tries(&base).await
                {
                    tracing::debug!(error = %error, "old counts of attempts could not be removed");
                }
            }
        });
    }
}

impl Gathered {
    fn into_event(self) -> Event {
        let target_kind = match self.target_kind.as_str() {
            "user" => "user",
            "network" => "network",
            _ => "unknown_account",
        };
        let others = if self.spread { " and others" } else { "" };
        Event {
            at: self.last_at,
            actor_kind: "anonymous",
            actor_id: None,
            actor_name: "not signed in".to_owned(),
            action: "session.create",
            target_kind,
            target_id: self.target_id,
            target_name: self.target_name,
            credential: None,
            referrer: None,
            host: None,
            address: None,
            outcome: "refused",
            reason: Some(match self.reason.as_str() {
                "throttled" => "throttled",
                _ => "wrong-password",
            }),
            details: Some(format!("attempts: {}, from: {}{others}", self.tries, self.network)),
            request_id: None,
        }
    }
}

/// The number of a minute.
fn minute(moment: DateTime<Utc>) -> i64 {
    moment.timestamp().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_more_accounts_than_are_kept_are_added_up() {
        let failed = FailedSignIns::default();
        let at = |tries| Gathered {
            target_kind: "unknown_account".to_owned(),
            target_id: None,
            target_name: String::new(),
            reason: "wrong-password".to_owned(),
            network: "198.51.100.1".to_owned(),
            spread: false,
            tries,
            last_at: DateTime::UNIX_EPOCH,
        };
        let bucket = |number: u32| {
            let mut bucket = [1; 32];
            bucket[..4].copy_from_slice(&number.to_be_bytes());
            bucket
        };
        for number in 0..10_000 {
            failed.add((bucket(number), 0), at(1));
        }
        let counts = failed.lock();
        assert_eq!(counts.gathered.len(), COUNTED + 1);
        assert_eq!(counts.gathered.values().map(|count| count.tries).sum::<i64>(), 10_000);
        let together = &counts.gathered[&([0; 32], 0)];
        assert!(together.spread && together.tries == 10_000 - i64::try_from(COUNTED).unwrap());
        assert_eq!(together.clone().into_event().target_kind, "network");
        drop(counts);

        // A stored count keeps its place, networks have places of their own, and another minute begins anew.
        failed.lock().gathered.clear();
        failed.add((bucket(9_999), 0), at(1));
        failed.add((bucket(0), 0), at(1));
        let network = Gathered {
            target_kind: "network".to_owned(),
            ..at(1)
        };
        failed.add((bucket(20_000), 0), network);
        failed.add((bucket(9_999), 1), at(1));
        failed.add((bucket(0), 0), at(1));
        let mut keys: Vec<Key> = failed.lock().gathered.keys().copied().collect();
        keys.sort_unstable();
        let mut expected = [([0; 32], 0), (bucket(0), 0), (bucket(20_000), 0), (bucket(9_999), 1)];
        expected.sort_unstable();
        assert_eq!(keys, expected);
    }
}
