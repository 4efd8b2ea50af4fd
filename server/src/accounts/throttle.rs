//! Throttling of sign-in: tries are counted before the password is looked at, by account and network
//! and by network, in the database that all servers share.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};

use super::Accounts;
use crate::db::{execute, within};
use crate::http::ApiError;
use crate::text::fold;

/// Tries count within a window of this length.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failed tries at one account from one network.
const PER_ACCOUNT: i64 = 10;
/// Failed tries from one network at any account.
const PER_NETWORK: i64 = 100;

// One atomic upsert: a window that has passed begins anew.
const COUNT: &str = "INSERT INTO sign_in_attempts (bucket, window_start, attempts) VALUES ($1, $2, 1) \
     ON CONFLICT (bucket) DO UPDATE SET \
       attempts = CASE WHEN sign_in_attempts.window_start <= $3 THEN 1 ELSE sign_in_attempts.attempts + 1 END, \
       window_start = CASE WHEN sign_in_attempts.window_start <= $3 THEN excluded.window_start ELSE sign_in_attempts.window_start END \
     RETURNING attempts, window_start";
const FORGIVE: &str = "UPDATE sign_in_attempts SET attempts = attempts - 1 WHERE bucket = $1 AND attempts > 0";
const FORGET: &str = "DELETE FROM sign_in_attempts WHERE bucket = $1";
const SWEEP: &str = "DELETE FROM sign_in_attempts WHERE window_start <= $1";

#[derive(sqlx::FromRow)]
struct Counted {
    attempts: i64,
    window_start: DateTime<Utc>,
}

/// The buckets of one try.
pub(super) struct Try {
    account: Vec<u8>,
    network: Vec<u8>,
}

impl Accounts {
    /// Counts a try, before anything is checked.
    ///
    /// # Errors
    /// 429 with the seconds to wait, the same for accounts that do not exist.
    pub(super) async fn count_try(&self, email: &str, address: IpAddr) -> Result<Try, ApiError> {
        let network = network(address);
        let hash = |purpose: &str, text: &str| self.base.vault.keyed_hash(purpose, text).map(|hash| hash.to_vec());
        let tried = Try {
            account: hash("sign-in account", &format!("{network} {}", fold(email.trim())))?,
            network: hash("sign-in network", &network)?,
        };
        let now = self.base.clock.now();
        let mut tx = self.base.db.begin().await?;
        let mut wait = None;
        for (bucket, limit) in [(&tried.account, PER_ACCOUNT), (&tried.network, PER_NETWORK)] {
            let counted: Counted =
                within!(&mut tx, c => sqlx::query_as(COUNT).bind(bucket).bind(now).bind(now - WINDOW).fetch_one(c))?;
            if counted.attempts > limit {
                let seconds = (counted.window_start + WINDOW - now).num_seconds().max(1);
                wait = wait.max(Some(u64::try_from(seconds).unwrap_or(1)));
            }
        }
        tx.commit().await?;
        match wait {
            Some(retry_after) => Err(ApiError::Throttled { retry_after }),
            None => Ok(tried),
        }
    }

    /// A try that succeeded does not count.
    pub(super) async fn forget_try(&self, tried: Try) -> Result<(), ApiError> {
        let mut tx = self.base.db.begin().await?;
        execute!(&mut tx, sqlx::query(FORGET).bind(&tried.account))?;
        execute!(&mut tx, sqlx::query(FORGIVE).bind(&tried.network))?;
        execute!(&mut tx, sqlx::query(SWEEP).bind(self.base.clock.now() - WINDOW))?;
        tx.commit().await?;
        Ok(())
    }
}

/// The network of an address: one address of IPv4, a /64 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
