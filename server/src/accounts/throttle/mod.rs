//! Rate limits of passwords and invitation links. A try takes a place before anything is hashed: first in the memory
//! of this process, then in the database that all servers share, by account and network, by network, and by site. A
//! try that succeeds gives its place back, so only failures count. Above a limit the database is not written to. A
//! browser that signed in to the account before has a limit of its own: tries of others never lock it out.

mod memory;

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub(super) use memory::Memory;
use memory::{Bucket, Reserved, Running};

use super::client_info::Visit;
use super::email::email_key;
use super::{Accounts, trusted_devices};
use crate::clock::chance;
use crate::db::{Tx, WriteClass, execute, read, within};
use crate::http::ApiError;
use crate::infra::Infra;

/// Tries count within a window of this length.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failed tries at one account from one network.
const PER_ACCOUNT: i64 = 10;
/// Failed tries from one network at any account.
const PER_NETWORK: i64 = 100;
/// Failed tries from one IPv6 /48, which holds many networks, at any account.
const PER_SITE: i64 = 500;
/// Failed tries at one account from a browser that signed in to it before, or with one session.
const PER_BROWSER: i64 = 10;
/// Reads of the database for one browser's cookie within the window. Beyond them it is treated as an unknown one.
const LOOKUPS: u32 = 60;
/// A refused try is answered after this time and up to as much again, so that a flood of them does not keep the processor
/// busy. With one time for all, a flood would come back in waves, and a use would wait behind each of them.
const REFUSAL_DELAY: Duration = Duration::from_secs(1);
/// The longest wait for the outcome of other tries that hold the last places.
const OUTCOME: Duration = Duration::from_secs(10);

// Atomic, also across servers. A window that has passed begins anew, and so does one that begins more than a window from
// now: a clock was ahead. Above the limit no row is written or returned.
const TAKE: &str = "INSERT INTO sign_in_attempts (bucket, window_start, attempts) VALUES ($1, $2, 1) \
     ON CONFLICT (bucket) DO UPDATE SET \
       attempts = CASE WHEN sign_in_attempts.window_start <= $3 OR sign_in_attempts.window_start > $4 THEN 1 \
         ELSE sign_in_attempts.attempts + 1 END, \
       window_start = CASE WHEN sign_in_attempts.window_start <= $3 OR sign_in_attempts.window_start > $4 \
         THEN excluded.window_start ELSE sign_in_attempts.window_start END \
     WHERE sign_in_attempts.window_start <= $3 OR sign_in_attempts.window_start > $4 OR sign_in_attempts.attempts < $5 \
     RETURNING attempts";
const FULL: &str = "SELECT window_start FROM sign_in_attempts \
     WHERE bucket = $1 AND window_start > $2 AND window_start <= $3 AND attempts >= $4";
const GIVE_BACK: &str = "UPDATE sign_in_attempts SET attempts = attempts - 1 WHERE bucket = $1 AND attempts > 0";
const FORGET: &str = "DELETE FROM sign_in_attempts WHERE bucket = $1";
const SWEEP: &str = "DELETE FROM sign_in_attempts WHERE window_start <= $1 OR window_start > $2";

/// A count, and its limit.
struct Limit {
    bucket: Bucket,
    most: i64,
    /// `true` for counts that a success deletes; from others it only takes its own place back.
    forgotten: bool,
}

/// A try that passed the limits in memory.
pub(super) struct Try {
    limits: Vec<Limit>,
    address: IpAddr,
    class: WriteClass,
    _running: Option<Running>,
}

/// A try that holds a place in the database. Dropped, it has failed and keeps counting.
pub(super) struct Place {
    tried: Try,
    _reserved: Reserved,
}

/// The limit that a try met.
struct Full {
    bucket: Bucket,
    until: DateTime<Utc>,
}

impl Accounts {
    /// Begins a try at an account. Reads the database only for a browser with a cookie of this server, and only below the
    /// limits in memory.
    ///
    /// # Errors
    /// 429 with the seconds to wait, the same for accounts that do not exist.
    pub(super) async fn begin_try(&self, email: &str, visit: Visit<'_>) -> Result<Try, ApiError> {
        if let Some(limits) = self.browser_limits(email, visit).await? {
            return Ok(known(limits, visit.address));
        }
        let account = format!("{} {}", network(visit.address), email_key(email));
        let mut limits = vec![Limit {
            bucket: self.bucket("sign-in account", &account)?,
            most: PER_ACCOUNT,
            forgotten: true,
        }];
        limits.extend(self.network_limits(visit.address)?);
        self.begin_unknown(limits, visit.address)
    }

    /// Begins a try at an invitation link, which names no account.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) fn begin_link_try(&self, visit: Visit<'_>) -> Result<Try, ApiError> {
        self.begin_unknown(self.network_limits(visit.address)?, visit.address)
    }

    /// Begins a try of a signed-in user at their own password. It counts for the session alone.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) fn begin_own_try(&self, session: Uuid, visit: Visit<'_>) -> Result<Try, ApiError> {
        let limits = vec![per_browser(self.bucket("own password", &session.to_string())?)];
        self.check_memory(&limits, None)?;
        Ok(known(limits, visit.address))
    }

    /// The limits of a browser that signed in to the account before; `None` for others.
    async fn browser_limits(&self, email: &str, visit: Visit<'_>) -> Result<Option<Vec<Limit>>, ApiError> {
        let Some(token) = self.browser_token(visit.headers)? else {
            return Ok(None);
        };
        let hash = trusted_devices::hash(&token, email);
        let limits = vec![per_browser(
            self.bucket("sign-in browser", &URL_SAFE_NO_PAD.encode(&hash))?,
        )];
        self.check_memory(&limits, None)?;
        let lookups = self.bucket("browser lookups", &token.text())?;
        let may_look_up = self.throttle.look_up(lookups, LOOKUPS, WINDOW, self.base.clock.now());
        let is_known = may_look_up && self.is_known_browser(&hash).await?;
        Ok(is_known.then_some(limits))
    }

    fn begin_unknown(&self, limits: Vec<Limit>, address: IpAddr) -> Result<Try, ApiError> {
        self.check_memory(&limits, Some(address))?;
        let running = self.throttle.run(address);
        Ok(Try {
            limits,
            address,
            class: WriteClass::Anonymous,
            _running: Some(running.ok_or(ApiError::Throttled { retry_after: 1 })?),
        })
    }

    fn check_memory(&self, limits: &[Limit], address: Option<IpAddr>) -> Result<(), ApiError> {
        let now = self.base.clock.now();
        let blocked = self
            .throttle
            .blocked(limits.iter().map(|limit| &limit.bucket), address, now);
        blocked.map_or(Ok(()), |until| Err(throttled(until, now)))
    }

    /// The narrow one first: every transaction locks the rows in this order.
    fn network_limits(&self, address: IpAddr) -> Result<Vec<Limit>, ApiError> {
        let names = std::iter::once(network(address)).chain(site(address));
        names
            .zip([PER_NETWORK, PER_SITE])
            .map(|(name, most)| {
                Ok(Limit {
                    bucket: self.bucket("sign-in network", &name)?,
                    most,
                    forgotten: false,
                })
            })
            .collect()
    }

    fn bucket(&self, purpose: &str, text: &str) -> Result<Bucket, ApiError> {
        Ok(self.base.vault.keyed_hash(purpose, text)?)
    }

    /// Takes a place in the database. If other tries of this process hold the last places, waits for their outcome.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) async fn take_place(&self, tried: Try) -> Result<Place, ApiError> {
        let buckets: Vec<Bucket> = tried.limits.iter().map(|limit| limit.bucket).collect();
        let deadline = tokio::time::Instant::now() + OUTCOME;
        loop {
            // One at a time, so that every place of this process is known before the next try meets the limit.
            let turn = self.throttle.turn(tried.class).await;
            let others = self.throttle.is_reserved(&buckets);
            let Some(full) = self.reserve(&tried).await? else {
                let reserved = self.throttle.reserve(buckets);
                return Ok(Place {
                    tried,
                    _reserved: reserved,
                });
            };
            drop(turn);
            if others && tokio::time::Instant::now() < deadline {
                let outcome = self.throttle.outcome();
                if self.throttle.is_reserved(&buckets) {
                    drop(tokio::time::timeout_at(deadline, outcome).await);
                }
                continue;
            }
            let now = self.base.clock.now();
            self.throttle.block(full.bucket, tried.address, full.until, now);
            return Err(throttled(full.until, now));
        }
    }

    /// One transaction, which is rolled back if a limit is reached. Reads first, so that a refused try writes nothing.
    async fn reserve(&self, tried: &Try) -> Result<Option<Full>, ApiError> {
        if let Some(full) = self.full(&tried.limits).await? {
            return Ok(Some(full));
        }
        let now = self.base.clock.now();
        let mut tx = self.base.db.begin_recording(tried.class).await?;
        for limit in &tried.limits {
            if !take(&mut tx, limit, now).await? {
                // Other tries were faster.
                drop(tx);
                let full = self.full(&tried.limits).await?;
                return Ok(Some(full.unwrap_or(Full {
                    bucket: limit.bucket,
                    until: now + WINDOW,
                })));
            }
        }
        tx.commit().await?;
        Ok(None)
    }

    async fn full(&self, limits: &[Limit]) -> Result<Option<Full>, ApiError> {
        let now = self.base.clock.now();
        for Limit { bucket, most, .. } in limits {
            let start: Option<DateTime<Utc>> = read!(self.base.db, c => sqlx::query_scalar(FULL)
                .bind(bucket.as_slice()).bind(now - WINDOW).bind(now + WINDOW).bind(*most).fetch_optional(c))?;
            if let Some(start) = start {
                return Ok(Some(Full {
                    bucket: *bucket,
                    until: start + WINDOW,
                }));
            }
        }
        Ok(None)
    }

    /// Gives the place of a try back that succeeded.
    pub(super) async fn give_back(&self, place: Place) -> Result<(), ApiError> {
        let mut tx = self.base.db.begin_recording(place.tried.class).await?;
        for limit in &place.tried.limits {
            let sql = if limit.forgotten { FORGET } else { GIVE_BACK };
            execute!(&mut tx, sqlx::query(sql).bind(limit.bucket.as_slice()))?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Removes counts whose window has passed.
pub(super) async fn sweep_tries(base: &Infra) -> Result<(), ApiError> {
    let mut tx = base.db.begin_recording(WriteClass::Anonymous).await?;
    let now = base.clock.now();
    execute!(&mut tx, sqlx::query(SWEEP).bind(now - WINDOW).bind(now + WINDOW))?;
    tx.commit().await?;
    Ok(())
}

impl Try {
    /// The class of the writes and of the hashing of this try.
    pub(super) fn class(&self) -> WriteClass {
        self.class
    }
}

fn per_browser(bucket: Bucket) -> Limit {
    Limit {
        bucket,
        most: PER_BROWSER,
        forgotten: true,
    }
}

fn known(limits: Vec<Limit>, address: IpAddr) -> Try {
    Try {
        limits,
        address,
        class: WriteClass::User,
        _running: None,
    }
}

/// Waits before a refused try is answered.
pub(super) async fn delay_refusal() {
    tokio::time::sleep(REFUSAL_DELAY.mul_f64(1.0 + chance())).await;
}

async fn take(tx: &mut Tx, limit: &Limit, now: DateTime<Utc>) -> Result<bool, ApiError> {
    let taken: Option<i64> = within!(tx, c => sqlx::query_scalar(TAKE)
        .bind(limit.bucket.as_slice()).bind(now).bind(now - WINDOW).bind(now + WINDOW)
        .bind(limit.most).fetch_optional(c))?;
    Ok(taken.is_some())
}

fn throttled(until: DateTime<Utc>, now: DateTime<Utc>) -> ApiError {
    let seconds = (until - now).num_seconds().max(1);
    ApiError::Throttled {
        retry_after: u64::try_from(seconds).unwrap_or(1),
    }
}

/// The network of an address: one address of IPv4, a /64 of IPv6.
pub(super) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The /48 of an IPv6 address: the holder of a /48 can try from 65,536 networks.
fn site(address: IpAddr) -> Option<String> {
    match address.to_canonical() {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}
