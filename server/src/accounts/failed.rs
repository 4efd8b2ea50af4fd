//! Refused sign-ins on record: one event for each account, or address that is slowed down, and minute, with
//! a count. They gather in a table that all servers share, and go into the trail when their minute is over.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::audit::{self, Event};
use crate::db::{execute, read, within};
use crate::http::ApiError;
use crate::state::Base;
use crate::text::{fold, hex};

/// How often a server looks for minutes that are over.
const TICK: Duration = Duration::from_secs(20);

const COUNT: &str = "INSERT INTO failed_sign_ins \
       (bucket, minute, target_kind, target_id, target_name, reason, network, spread, tries, last_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9) \
     ON CONFLICT (bucket, minute) DO UPDATE SET tries = failed_sign_ins.tries + 1, last_at = excluded.last_at, \
       spread = failed_sign_ins.spread OR failed_sign_ins.network <> excluded.network";
const ANY: &str = "SELECT EXISTS (SELECT 1 FROM failed_sign_ins WHERE minute < $1)";
// Whoever deletes a row writes its event: one server, once.
const TAKE: &str = "DELETE FROM failed_sign_ins WHERE minute < $1 \
     RETURNING target_kind, target_id, target_name, reason, network, spread, tries, last_at";

/// Why somebody was turned away.
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

#[derive(sqlx::FromRow)]
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

/// Counts a refusal. Known and unknown accounts cost the same.
pub(super) async fn note(base: &Base, refusal: Refusal<'_>, address: IpAddr) -> Result<(), ApiError> {
    let address = address.to_canonical().to_string();
    let hash = |purpose: &str, text: &str| base.vault.keyed_hash(purpose, text);
    let (bucket, target, reason) = match refusal {
        Refusal::WrongPassword { email, user } => {
            let email = fold(email.trim());
            let bucket = hash("refused account", &email)?;
            let unknown = hex(&hash("unknown email", &email)?[..16]);
            let target = match user {
                Some((id, name)) => ("user", Some(id), name.to_owned()),
                None => ("unknown_account", None, unknown),
            };
            (bucket, target, "wrong-password")
        }
        Refusal::Throttled => {
            let target = ("network", None, address.clone());
            (hash("refused address", &address)?, target, "throttled")
        }
    };
    let now = base.clock.now();
    let mut tx = base.db.begin().await?;
    execute!(
        &mut tx,
        sqlx::query(COUNT)
            .bind(bucket.as_slice())
            .bind(minute(now))
            .bind(target.0)
            .bind(target.1)
            .bind(&target.2)
            .bind(reason)
            .bind(&address)
            .bind(false)
            .bind(now)
    )?;
    tx.commit().await?;
    Ok(())
}

/// Puts the minutes that are over into the trail.
pub(super) async fn record(base: &Base) -> Result<(), ApiError> {
    let minute = minute(base.clock.now());
    if !read!(base.db, c => sqlx::query_scalar::<_, bool>(ANY).bind(minute).fetch_one(c))? {
        return Ok(());
    }
    let mut tx = base.db.begin().await?;
    let mut gathered: Vec<Gathered> = within!(&mut tx, c => sqlx::query_as(TAKE).bind(minute).fetch_all(c))?;
    gathered.sort_by_key(|gathered| gathered.last_at);
    let events: Vec<Event> = gathered.into_iter().map(Gathered::into_event).collect();
    audit::append(&mut tx, &base.vault, &events).await?;
    tx.commit().await?;
    Ok(())
}

/// Goes on recording for as long as the server lives.
pub fn keep_recording(base: &Arc<Base>) {
    let base = Arc::downgrade(base);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(TICK).await;
            let Some(base) = base.upgrade() else { return };
            if let Err(error) = record(&base).await {
                // They stay where they are, and the next round tries again.
                tracing::warn!(error = %error, "refused sign-ins could not be put into the audit trail yet");
            }
        }
    });
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
            outcome: "refused",
            reason: Some(match self.reason.as_str() {
                "throttled" => "throttled",
                _ => "wrong-password",
            }),
            details: Some(format!("tries: {}, from: {}{others}", self.tries, self.network)),
            request_id: None,
        }
    }
}

/// The number of a minute.
fn minute(moment: DateTime<Utc>) -> i64 {
    moment.timestamp().div_euclid(60)
}
