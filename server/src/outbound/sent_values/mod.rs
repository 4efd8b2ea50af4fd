//! The values that this process sent to each destination in the last 24 hours.
//!
//! A receiver that shows earlier requests betrays the value of one record to the caller of another: so answers of a
//! destination are searched for every value that went there, for every caller, and also where a request has no credential.
//! Rotating or deleting a credential changes nothing here: its value was sent.
//!
//! Memory is bounded and shared fairly ([`holdings`]). Where it cannot hold an automaton for all values of a destination, the
//! request fails: it never searches for fewer. Values that are sent while a request waits are searched with the next
//! automaton of the destination, or until that is made with a small one of their own.

mod holdings;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::OutboundError;
use super::intake::Account;
use super::redact::{LaterValues, Patterns, Redactor, SecretForms};
use crate::destination::Destination;
use holdings::Holdings;

/// How long a value is known after it was sent last.
const KEPT: Duration = Duration::from_hours(24);
/// How often values are looked for that are older.
const SWEEP: Duration = Duration::from_mins(10);
/// The part of the memory of automata that those made for one user may have: a quarter.
const SHARES: usize = 4;
/// More values than this are made into an automaton off the async threads.
const MAX_INLINE: usize = 16;

/// Scheme, host and port of a destination. Values are kept for all of its paths.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    is_https: bool,
    host: String,
    port: Option<u16>,
}

impl Origin {
    pub fn of(url: &Url, destination: &Destination) -> Self {
        Self {
            is_https: url.scheme() == "https",
            host: destination.host().to_owned(),
            port: url.port_or_known_default(),
        }
    }
}

/// Values by destination. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct SentValues {
    known: Arc<Mutex<Known>>,
    /// Large automata are made one after the other: a request that waited finds the one that was made meanwhile.
    making: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Known {
    holdings: Holdings,
    /// Automata that are kept, or in use by a request.
    automata: Vec<Made>,
    swept: bool,
}

/// An automaton, and the user for whose request it was made.
#[derive(Debug)]
struct Made {
    patterns: Weak<Patterns>,
    bytes: usize,
    account: Account,
}

/// The automaton or the values of a destination.
enum Found {
    Ready(Arc<Patterns>),
    Values(Vec<Arc<SecretForms>>),
}

impl SentValues {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The redactor of an exchange: for its value, which is about to be sent, and for all that were sent there before.
    ///
    /// # Errors
    /// Where requests that run hold the memory for automata, and others sent values there.
    pub async fn redactor(
        &self,
        account: Account,
        destination: &Origin,
        own: Option<&Arc<SecretForms>>,
    ) -> Result<Redactor, OutboundError> {
        let own: Vec<Arc<SecretForms>> = own.into_iter().cloned().collect();
        let added = self.note(account, destination, &own, Instant::now());
        let later = Arc::new(Later {
            sent: self.clone(),
            destination: destination.clone(),
            added,
            found: Mutex::default(),
        });
        let patterns = self.patterns(account, destination, &own).await?;
        Ok(Redactor::shared(patterns, &own).with_later(later))
    }

    /// The automaton for all values of a destination and those of a request.
    async fn patterns(
        &self,
        account: Account,
        destination: &Origin,
        own: &[Arc<SecretForms>],
    ) -> Result<Arc<Patterns>, OutboundError> {
        let mut turn = None;
        let values = loop {
            let found = self.lock().find(destination, own);
            match found {
                Found::Ready(patterns) => return Ok(patterns),
                Found::Values(values) if turn.is_some() || values.len() <= MAX_INLINE => break values,
                Found::Values(_) => turn = Some(self.making.lock().await),
            }
        };
        let all_own = values.iter().all(|value| own.iter().any(|own| own.is_same(value)));
        let patterns = if turn.is_none() {
            Patterns::new(values)
        } else {
            let made = tokio::task::spawn_blocking(move || Patterns::new(values)).await;
            made.map_err(|_| OutboundError::Busy)?
        };
        let patterns = Arc::new(patterns);
        if self.lock().keep(account, destination, &patterns) || all_own {
            return Ok(patterns);
        }
        Err(OutboundError::Busy)
    }

    /// Adds the values of a request, and gives the count of values added so far.
    fn note(&self, account: Account, destination: &Origin, own: &[Arc<SecretForms>], now: Instant) -> u64 {
        let mut known = self.lock();
        self.sweep(&mut known);
        let holdings = &mut known.holdings;
        if let Some(sent) = holdings.get_mut(destination) {
            sent.forget_older(now);
            sent.used = now;
        }
        for value in own {
            holdings.add(destination, value, account, now);
        }
        holdings.added()
    }

    /// Starts the task that forgets values while no request comes. It ends with the last clone.
    fn sweep(&self, known: &mut Known) {
        if known.swept {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        known.swept = true;
        let shared = Arc::downgrade(&self.known);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(known) = shared.upgrade() else { return };
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                known.holdings.forget_older(Instant::now());
            }
        });
    }
}

impl Known {
    /// The automaton for all values of a destination where it is made, else the values. Those of the request are among
    /// them: others may have taken their place meanwhile.
    fn find(&self, destination: &Origin, own: &[Arc<SecretForms>]) -> Found {
        let sent = self.holdings.get(destination);
        let ready = sent.and_then(|sent| sent.patterns.as_ref());
        let is_in = |values: &[Arc<SecretForms>], own: &Arc<SecretForms>| values.iter().any(|value| value.is_same(own));
        if let Some(ready) = ready.filter(|ready| own.iter().all(|own| is_in(ready.values(), own))) {
            return Found::Ready(ready.clone());
        }
        let mut values: Vec<_> = sent.into_iter().flat_map(|sent| sent.values().cloned()).collect();
        for own in own {
            if !is_in(&values, own) {
                values.push(own.clone());
            }
        }
        Found::Values(values)
    }

    /// Keeps an automaton for the next request; `false` where there is no memory for it. A user may always have one, so
    /// that values with many forms keep nobody from their destination.
    fn keep(&mut self, account: Account, destination: &Origin, patterns: &Arc<Patterns>) -> bool {
        let (bytes, limit) = (patterns.memory(), self.holdings.limits.automata_bytes);
        let is_over = |theirs: usize| theirs > 0 && theirs + bytes > limit / SHARES;
        while is_over(self.automata_bytes(Some(account))) {
            let automata = &self.automata;
            let is_theirs = |patterns: &Arc<Patterns>| {
                let mut made = automata.iter().filter(|made| made.account == account);
                made.any(|made| made.patterns.as_ptr() == Arc::as_ptr(patterns))
            };
            if !self.holdings.drop_patterns(destination, is_theirs) {
                return false;
            }
        }
        while self.automata_bytes(None) + bytes > limit {
            if !self.holdings.drop_patterns(destination, |_| true) {
                return false;
            }
        }
        self.automata.push(Made {
            patterns: Arc::downgrade(patterns),
            bytes,
            account,
        });
        if let Some(sent) = self.holdings.get_mut(destination)
            && sent.is_made_of(patterns)
        {
            sent.patterns = Some(patterns.clone());
        }
        true
    }

    /// The memory of the automata that live: of all, or of those that were made for one user.
    fn automata_bytes(&mut self, of: Option<Account>) -> usize {
        self.automata.retain(|made| made.patterns.strong_count() > 0);
        let made = self.automata.iter();
        let made = made.filter(|made| of.is_none_or(|account| made.account == account));
        made.map(|made| made.bytes).sum()
    }
}

/// The values of a destination since a request began: a receiver that waits with its answer may show them.
struct Later {
    sent: SentValues,
    destination: Origin,
    /// The count of values when the request began.
    added: u64,
    /// The redactor that was made while the destination had no automaton for all of its values, and the count then.
    found: Mutex<Option<(u64, Redactor)>>,
}

impl LaterValues for Later {
    fn redactor(&self, known: &Patterns) -> Option<Redactor> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, values) = {
            let all = self.sent.lock();
            let sent = all.holdings.get(&self.destination);
            let sent = sent.filter(|sent| sent.last_added > self.added)?;
            // Shared, so that requests that wait take no memory of their own.
            if let Some(patterns) = &sent.patterns {
                *found = None;
                return Some(Redactor::shared(patterns.clone(), &[]));
            }
            let values: Vec<_> = sent.values().cloned().collect();
            (sent.last_added, values)
        };
        if let Some((_, redactor)) = found.as_ref().filter(|(made_at, _)| *made_at == count) {
            return Some(redactor.clone());
        }
        let is_known = |value: &Arc<SecretForms>| known.values().iter().any(|known| known.is_same(value));
        let new = values.into_iter().filter(|value| !is_known(value)).collect();
        let redactor = Redactor::shared(Arc::new(Patterns::new(new)), &[]);
        *found = Some((count, redactor.clone()));
        Some(redactor)
    }
}

#[cfg(test)]
mod tests;
