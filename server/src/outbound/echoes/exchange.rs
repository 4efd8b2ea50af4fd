//! One exchange: the finds in its answer, and the texts that its caller sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use contract::credentials::CredentialId;
use http::HeaderMap;

use super::super::intake::Account;
use super::super::redact::{EchoObserver, FoundValues, Redactor};
use super::super::sent_values::Origin;
use super::{EchoLog, State};
use crate::destination::Destination;

/// The request of an exchange.
pub(in super::super) struct Observed {
    pub origin: Origin,
    pub destination: Destination,
    /// The user whose request it is.
    pub account: Account,
    /// The credentials whose value it sends.
    pub own: Vec<CredentialId>,
    /// Its address, which may hold texts of the caller.
    pub url: String,
    /// Its headers, with the value that it sends: that may hold another value.
    pub headers: HeaderMap,
    /// Its body, and the bodies of earlier requests that the answer may belong to.
    pub bodies: Vec<Bytes>,
}

/// A request, and the values of other records that were found in its answer.
pub(in super::super) struct Exchange {
    log: EchoLog,
    /// Knows the values; reports no finds.
    redactor: Redactor,
    pub(super) observed: Observed,
    found: FoundValues,
    judged: FoundValues,
    is_queued: AtomicBool,
    /// Which values the caller's own texts hold.
    held: OnceLock<Vec<bool>>,
}

/// A credential whose value came back, and the version of the value.
pub(super) type Echo = (CredentialId, i64);

impl Exchange {
    pub(super) fn new(log: EchoLog, redactor: Redactor, observed: Observed) -> Self {
        let values = redactor.values().len();
        Self {
            log,
            redactor,
            observed,
            found: FoundValues::new(values),
            judged: FoundValues::new(values),
            is_queued: AtomicBool::new(false),
            held: OnceLock::new(),
        }
    }

    /// The memory that the texts take.
    pub(super) fn bytes(&self) -> usize {
        self.observed.bodies.iter().map(Bytes::len).sum()
    }

    /// The credentials of a value whose event is due. Those of the exchange itself are not others.
    fn due(&self, value: usize, state: &State, now: DateTime<Utc>) -> Vec<Echo> {
        let mut sources = self
            .redactor
            .values()
            .get(value)
            .map_or_else(Vec::new, |value| value.sources());
        let recent = state.recent();
        sources.retain(|(credential, _)| {
            !self.observed.own.contains(credential) && recent.is_due(*credential, &self.observed.origin, now)
        });
        sources
    }

    /// Judges the finds since the last call: the credentials of all values that the caller's own texts do not hold.
    pub(super) fn judge(&self, state: &State, now: DateTime<Utc>) -> Vec<Echo> {
        // Before the flags are read: a find that comes later queues the exchange again.
        self.is_queued.swap(false, Ordering::AcqRel);
        let values = 0..self.redactor.values().len();
        let found: Vec<usize> = values
            .filter(|value| self.found.has(*value) && self.judged.set(*value))
            .collect();
        let mut echoes: Vec<Echo> = Vec::new();
        for value in found {
            let due = self.due(value, state, now);
            if due.is_empty() || self.held().get(value).copied().unwrap_or(false) {
                continue;
            }
            for (credential, version) in due {
                match echoes.iter_mut().find(|(known, _)| *known == credential) {
                    Some((_, known)) => *known = version.max(*known),
                    None => echoes.push((credential, version)),
                }
            }
        }
        echoes
    }

    /// Which values the caller's own texts hold. A guess that the receiver repeats is no echo of an earlier request, and
    /// an event would confirm it.
    fn held(&self) -> &[bool] {
        self.held.get_or_init(|| {
            let Observed {
                url, headers, bodies, ..
            } = &self.observed;
            let headers = headers.values().map(http::HeaderValue::as_bytes);
            let bodies = bodies.iter().map(|body| &**body);
            self.redactor
                .values_in(std::iter::once(url.as_bytes()).chain(headers).chain(bodies))
        })
    }
}

/// Receives the finds of an exchange.
pub(super) struct Finder(pub Arc<Exchange>);

impl EchoObserver for Finder {
    fn found(&self, value: usize) {
        let exchange = &self.0;
        if !exchange.found.set(value) {
            return;
        }
        let shared = &exchange.log.0;
        if exchange.due(value, &shared.state, shared.base.clock.now()).is_empty() {
            return;
        }
        if !exchange.is_queued.swap(true, Ordering::AcqRel) && !exchange.log.queue(exchange) {
            exchange.is_queued.store(false, Ordering::Release);
        }
    }
}
