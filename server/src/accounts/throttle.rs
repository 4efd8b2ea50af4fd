//! Throttling of everything that a password or a link is tried at: tries are counted before anything is looked
//! at, by account and network, by network, and by site, in the database that all servers share. A browser that signed in
//! to the account before is counted by itself: other people's tries never lock it out.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

use super::Accounts;
use super::visit::Visit;
use crate::db::{execute, within};
use crate::http::ApiError;
use crate::text::fold;

/// Tries count within a window of this length.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failed tries at one account from one network.
const PER_ACCOUNT: i64 = 10;
/// Failed tries from one network at any account.
const PER_NETWORK: i64 = 100;
/// Failed tries from one site of IPv6, which holds many networks, at any account.
const PER_SITE: i64 = 500;
/// Failed tries at one account from a browser that signed in to it before.
const PER_BROWSER: i64 = 10;

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
    /// Of the account, or of the browser that it knows: forgotten once a try succeeds.
    account: Option<Vec<u8>>,
    /// Of the network, and the site that it belongs to: a try that succeeds is taken back.
    networks: Vec<Vec<u8>>,
}

impl Accounts {
    /// Counts a try at an account, before anything is checked.
    ///
    /// # Errors
    /// 429 with the seconds to wait, the same for accounts that do not exist.
    pub(super) async fn count_try(&self, email: &str, visit: Visit<'_>) -> Result<Try, ApiError> {
        if let Some(browser) = self.known_browser(email, visit.headers).await? {
            let bucket = self.bucket("sign-in browser", &URL_SAFE_NO_PAD.encode(browser))?;
            self.count(&[(&bucket, PER_BROWSER)]).await?;
            return Ok(Try {
                account: Some(bucket),
                networks: Vec::new(),
            });
        }
        let network = network(visit.address);
        let account = self.bucket("sign-in account", &format!("{network} {}", fold(email.trim())))?;
        let networks = self.network_buckets(visit.address)?;
        let mut buckets = vec![(&account, PER_ACCOUNT)];
        buckets.extend(networks.iter().zip([PER_NETWORK, PER_SITE]));
        self.count(&buckets).await?;
        Ok(Try {
            account: Some(account),
            networks,
        })
    }

    /// Counts a try at a link, which belongs to nobody yet.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) async fn count_link_try(&self, visit: Visit<'_>) -> Result<Try, ApiError> {
        let networks = self.network_buckets(visit.address)?;
        let buckets: Vec<_> = networks.iter().zip([PER_NETWORK, PER_SITE]).collect();
        self.count(&buckets).await?;
        Ok(Try {
            account: None,
            networks,
        })
    }

    /// The narrow one first: everybody counts in this order, so that nobody waits in a circle.
    fn network_buckets(&self, address: IpAddr) -> Result<Vec<Vec<u8>>, ApiError> {
        let names = std::iter::once(network(address)).chain(site(address));
        names.map(|name| self.bucket("sign-in network", &name)).collect()
    }

    fn bucket(&self, purpose: &str, text: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.base.vault.keyed_hash(purpose, text)?.to_vec())
    }

    async fn count(&self, buckets: &[(&Vec<u8>, i64)]) -> Result<(), ApiError> {
        let now = self.base.clock.now();
        let mut tx = self.base.db.begin().await?;
        let mut wait = None;
        for (bucket, limit) in buckets {
            let counted: Counted =
                within!(&mut tx, c => sqlx::query_as(COUNT).bind(*bucket).bind(now).bind(now - WINDOW).fetch_one(c))?;
            if counted.attempts > *limit {
                let seconds = (counted.window_start + WINDOW - now).num_seconds().max(1);
                wait = wait.max(Some(u64::try_from(seconds).unwrap_or(1)));
            }
        }
        tx.commit().await?;
        match wait {
            Some(retry_after) => Err(ApiError::Throttled { retry_after }),
            None => Ok(()),
        }
    }

    /// A try that succeeded does not count.
    pub(super) async fn forget_try(&self, tried: Try) -> Result<(), ApiError> {
        let mut tx = self.base.db.begin().await?;
        if let Some(account) = &tried.account {
            execute!(&mut tx, sqlx::query(FORGET).bind(account))?;
        }
        for network in &tried.networks {
            execute!(&mut tx, sqlx::query(FORGIVE).bind(network))?;
        }
        tx.commit().await?;
        // Apart, holding nothing else: it touches rows of others, who may hold what this try needs.
        let mut tx = self.base.db.begin().await?;
        let swept = execute!(&mut tx, sqlx::query(SWEEP).bind(self.base.clock.now() - WINDOW));
        match swept {
            Ok(_) => tx.commit().await?,
            // Old rows do no harm: the next one sweeps them away.
            Err(error) => tracing::debug!(error = %error, "old counts could not be removed"),
        }
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

/// The /48 of an address of IPv6: who is given one can try from 65,536 networks.
fn site(address: IpAddr) -> Option<String> {
    match address.to_canonical() {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}
