//! The sent values of all destinations, in bounded memory that users share fairly.
//!
//! Each value has holders: the users who sent it. Beyond a limit, the user who holds most loses the value that they sent
//! least recently; a value without a holder is forgotten. So no user can push out values of others who hold less.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::super::intake::Account;
use super::super::redact::{Patterns, SecretForms};
use super::{KEPT, Origin};

/// The memory of a holder, and of a destination without its host, in bytes, about.
const HOLDER_BYTES: usize = 64;
const DESTINATION_BYTES: usize = 256;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The most values of one destination.
    pub values: usize,
    /// The memory of all values, in bytes.
    pub value_bytes: usize,
    /// The memory of all automata, in bytes.
    pub automata_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            values: 256,
            value_bytes: 8 * 1024 * 1024,
            automata_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Values by destination.
#[derive(Debug, Default)]
pub(super) struct Holdings {
    pub limits: Limits,
    sent: HashMap<Origin, Sent>,
    /// How many values were added, of all destinations.
    added: u64,
}

/// The values of one destination.
#[derive(Debug)]
pub(super) struct Sent {
    /// The count of values when the last one of this destination was added.
    pub last_added: u64,
    values: Vec<SentValue>,
    pub patterns: Option<Arc<Patterns>>,
    pub used: Instant,
}

#[derive(Debug)]
struct SentValue {
    forms: Arc<SecretForms>,
    /// The newest moment of its holders.
    last: Instant,
    /// When each user sent it last.
    holders: HashMap<Account, Instant>,
}

/// A holding that was just added, which is not the one to make room.
struct Added<'a> {
    account: Account,
    destination: &'a Origin,
    forms: &'a SecretForms,
}

/// The part of one user.
#[derive(Default)]
struct Held<'a> {
    size: usize,
    oldest: Option<(Instant, &'a Origin, usize)>,
}

impl Holdings {
    /// The count of values added so far.
    pub fn added(&self) -> u64 {
        self.added
    }

    pub fn get(&self, destination: &Origin) -> Option<&Sent> {
        self.sent.get(destination)
    }

    pub fn get_mut(&mut self, destination: &Origin) -> Option<&mut Sent> {
        self.sent.get_mut(destination)
    }

    /// Adds a value that a user sends, or notes its new moment.
    pub fn add(&mut self, destination: &Origin, forms: &Arc<SecretForms>, account: Account, now: Instant) {
        let sent = self.sent.entry(destination.clone()).or_insert_with(|| Sent {
            last_added: 0,
            values: Vec::new(),
            patterns: None,
            used: now,
        });
        let known = sent.values.iter().position(|known| known.forms.is_same(forms));
        let mut value = if let Some(at) = known {
            let value = sent.values.remove(at);
            value.forms.add_sources(&forms.sources());
            value
        } else {
            self.added += 1;
            sent.last_added = self.added;
            sent.patterns = None;
            SentValue {
                forms: forms.clone(),
                last: now,
                holders: HashMap::new(),
            }
        };
        value.last = now;
        let is_new = value.holders.insert(account, now).is_none();
        sent.values.push(value);
        if is_new {
            self.make_room(&Added {
                account,
                destination,
                forms,
            });
        }
    }

    /// Forgets values that were sent too long ago.
    pub fn forget_older(&mut self, now: Instant) {
        self.sent.retain(|_, sent| {
            sent.forget_older(now);
            for value in &mut sent.values {
                value.holders.retain(|_, at| now.duration_since(*at) < KEPT);
            }
            !sent.values.is_empty()
        });
    }

    /// Drops the automaton that was used least recently among those that pass a test; `false` if there is none.
    pub fn drop_patterns(&mut self, but: &Origin, may_drop: impl Fn(&Arc<Patterns>) -> bool) -> bool {
        let others = self.sent.iter_mut().filter(|(destination, _)| *destination != but);
        let kept = others.filter(|(_, sent)| sent.patterns.as_ref().is_some_and(&may_drop));
        let oldest = kept.min_by_key(|(_, sent)| sent.used);
        oldest.is_some_and(|(_, sent)| sent.patterns.take().is_some())
    }

    fn make_room(&mut self, added: &Added<'_>) {
        let limits = self.limits;
        let len = |all: &Self| all.get(added.destination).map_or(0, |sent| sent.values.len());
        while len(self) > limits.values {
            let here = self.sent.get_key_value(added.destination);
            let place = place_to_free(here.into_iter(), |_, _| 1, added);
            if !self.free(place) {
                break;
            }
        }
        while self.bytes() > limits.value_bytes {
            let place = place_to_free(self.sent.iter(), value_bytes, added);
            if !self.free(place) {
                break;
            }
        }
    }

    fn free(&mut self, place: Option<(Origin, usize, Account)>) -> bool {
        let Some((destination, index, account)) = place else {
            return false;
        };
        let Some(sent) = self.sent.get_mut(&destination) else {
            return false;
        };
        let Some(value) = sent.values.get_mut(index) else {
            return false;
        };
        value.holders.remove(&account);
        if let Some(newest) = value.holders.values().max() {
            value.last = *newest;
        } else {
            sent.values.remove(index);
            sent.patterns = None;
        }
        if sent.values.is_empty() {
            self.sent.remove(&destination);
        }
        true
    }

    /// The memory of all values.
    pub fn bytes(&self) -> usize {
        let values = self.sent.iter().flat_map(|(destination, sent)| {
            let bytes = |value| value_bytes(destination, value);
            sent.values.iter().map(bytes)
        });
        values.sum()
    }
}

impl Sent {
    pub fn values(&self) -> impl Iterator<Item = &Arc<SecretForms>> {
        self.values.iter().map(|value| &value.forms)
    }

    pub fn forget_older(&mut self, now: Instant) {
        let before = self.values.len();
        self.values.retain(|value| now.duration_since(value.last) < KEPT);
        if self.values.len() < before {
            self.patterns = None;
        }
    }

    /// `true` if no value came or went since the automaton was begun.
    pub fn is_made_of(&self, patterns: &Patterns) -> bool {
        let made_of = patterns.values();
        made_of.len() == self.values.len()
            && self
                .values()
                .all(|value| made_of.iter().any(|made| Arc::ptr_eq(made, value)))
    }
}

fn value_bytes(destination: &Origin, value: &SentValue) -> usize {
    let holders = value.holders.len() * HOLDER_BYTES;
    value.forms.memory() + holders + destination.host.len() + DESTINATION_BYTES
}

/// The least recent holding of the user with the largest part; of equal parts, that of the user who adds.
fn place_to_free<'a>(
    destinations: impl Iterator<Item = (&'a Origin, &'a Sent)>,
    size: impl Fn(&Origin, &SentValue) -> usize,
    added: &Added<'_>,
) -> Option<(Origin, usize, Account)> {
    let mut users: HashMap<Account, Held<'a>> = HashMap::new();
    for (destination, sent) in destinations {
        for (index, value) in sent.values.iter().enumerate() {
            let size = size(destination, value);
            for (account, at) in &value.holders {
                let held = users.entry(*account).or_default();
                held.size += size;
                let is_older = held.oldest.is_none_or(|(oldest, ..)| *at < oldest);
                if is_older && !added.is(*account, destination, value) {
                    held.oldest = Some((*at, destination, index));
                }
            }
        }
    }
    let of_users = users.into_iter().filter_map(|(account, held)| {
        let (at, destination, index) = held.oldest?;
        Some((
            (held.size, account == added.account, Reverse(at)),
            (destination, index, account),
        ))
    });
    let (destination, index, account) = of_users.max_by_key(|(part, _)| *part)?.1;
    Some((destination.clone(), index, account))
}

impl Added<'_> {
    fn is(&self, account: Account, destination: &Origin, value: &SentValue) -> bool {
        self.account == account && self.destination == destination && value.forms.is_same(self.forms)
    }
}
