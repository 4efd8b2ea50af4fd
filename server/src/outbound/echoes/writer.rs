//! The task that writes the events.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use contract::accounts::UserId;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::exchange::{Echo, Observed};
use super::{Job, State};
use crate::audit::{self, Event};
use crate::db::{Tx, WriteClass, within};
use crate::http::ApiError;
use crate::infra::Infra;

/// The waits between the tries to write an event.
const BACKOFF: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

// Tombstones keep their names.
const CREDENTIAL_NAME: &str = "SELECT name FROM credentials WHERE id = $1";
const USER_NAME: &str = "SELECT name FROM users WHERE id = $1";

/// Takes exchanges until the last sender is gone, or, once it is asked to end, until the queue is empty.
pub(super) async fn run(
    base: Arc<Infra>,
    state: Arc<State>,
    mut jobs: mpsc::Receiver<Job>,
    mut end: watch::Receiver<bool>,
) {
    let mut is_ending = false;
    loop {
        let job = tokio::select! {
            job = jobs.recv() => job,
            asked = async { end.wait_for(|asked| *asked).await.is_ok() }, if !is_ending => {
                is_ending = true;
                if asked {
                    jobs.close();
                }
                continue;
            }
        };
        let Some(job) = job else { return };
        record(&base, &state, job, &mut end).await;
        let dropped = state.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "too many echoes of credentials at once: some were not recorded"
            );
        }
    }
}

/// Judges an exchange and records its echoes. The pair counts as reported once the event is committed.
async fn record(base: &Arc<Infra>, state: &Arc<State>, job: Job, end: &mut watch::Receiver<bool>) {
    let Job { exchange, _memory } = job;
    let now = base.clock.now();
    let judged = {
        let (exchange, state) = (Arc::clone(&exchange), Arc::clone(state));
        tokio::task::spawn_blocking(move || exchange.judge(&state, now)).await
    };
    let echoes = judged.unwrap_or_default();
    if echoes.is_empty() {
        return;
    }
    let mut backoff = BACKOFF.iter();
    let error = loop {
        match write(base, &exchange.observed, &echoes).await {
            Ok(()) => {
                for (credential, _) in &echoes {
                    state.recent().note(*credential, &exchange.observed.origin, now);
                    base.metrics.echo("recorded");
                }
                return;
            }
            Err(error) => match backoff.next() {
                // A server that stops waits for no database.
                Some(wait) if !*end.borrow() => {
                    let _ = tokio::time::timeout(*wait, end.wait_for(|asked| *asked)).await;
                }
                _ => break error,
            },
        }
    };
    for _ in &echoes {
        base.metrics.echo("dropped");
    }
    tracing::warn!(error = %error, "echoes of credentials could not be recorded");
}

/// Writes one event for each credential.
async fn write(base: &Infra, observed: &Observed, echoes: &[Echo]) -> Result<(), ApiError> {
    let mut tx = base.db.begin_recording(WriteClass::User).await?;
    let user = observed.account.user();
    let actor = match user {
        Some(user) => name(&mut tx, USER_NAME, user).await?,
        None => "command line".to_owned(),
    };
    let now = base.clock.now();
    let mut events = Vec::with_capacity(echoes.len());
    for &(credential, version) in echoes {
        let event = Event {
            at: now,
            actor_kind: if user.is_some() { "user" } else { "cli" },
            actor_id: user.map(UserId),
            actor_name: actor.clone(),
            action: "credential.echoed",
            target_kind: "credential",
            target_id: Some(credential.0),
            target_name: name(&mut tx, CREDENTIAL_NAME, credential.0).await?,
            credential: Some((credential, version)),
            referrer: None,
            host: None,
            address: None,
            outcome: "ok",
            reason: None,
            details: Some(format!("echoed by {}", observed.destination.display())),
            request_id: None,
        };
        events.push(event.at(&observed.destination));
    }
    audit::append(&mut tx, &base.vault, &events).await?;
    tx.commit().await?;
    Ok(())
}

/// The name of a record; empty if there is none, as after the restore of an older backup.
async fn name(tx: &mut Tx, sql: &'static str, id: Uuid) -> Result<String, ApiError> {
    let name: Option<String> = within!(tx, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c))?;
    Ok(name.unwrap_or_default())
}
