//! The limit of one event an hour for each credential and destination.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use contract::credentials::CredentialId;

use super::super::sent_values::Origin;

/// The time between two events of one pair.
const INTERVAL: TimeDelta = TimeDelta::hours(1);
/// The most pairs that are remembered. Beyond it the oldest is forgotten, so that a flood of one user's own credentials
/// hides no echo of another user's.
const MAX_PAIRS: usize = 4096;

/// When each pair had its last event.
#[derive(Debug, Default)]
pub(super) struct Recent(HashMap<(CredentialId, Origin), DateTime<Utc>>);

impl Recent {
    /// `true` if the pair had no event in the last hour.
    pub fn is_due(&self, credential: CredentialId, origin: &Origin, now: DateTime<Utc>) -> bool {
        let last = self.0.get(&(credential, origin.clone()));
        last.is_none_or(|last| (now - *last).abs() >= INTERVAL)
    }

    /// Notes an event.
    pub fn note(&mut self, credential: CredentialId, origin: &Origin, now: DateTime<Utc>) {
        if self.0.len() >= MAX_PAIRS {
            self.0.retain(|_, last| (now - *last).abs() < INTERVAL);
        }
        if self.0.len() >= MAX_PAIRS {
            let oldest = self.0.iter().min_by_key(|(_, last)| **last);
            if let Some(oldest) = oldest.map(|(pair, _)| pair.clone()) {
                self.0.remove(&oldest);
            }
        }
        self.0.insert((credential, origin.clone()), now);
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use contract::credentials::CredentialId;
    use uuid::Uuid;

    use super::super::super::sent_values::Origin;
    use super::{INTERVAL, MAX_PAIRS, Recent};
    use crate::destination::Destination;

    fn origin(url: &str) -> Origin {
        let (url, destination) = Destination::parse(url).unwrap();
        Origin::of(&url, &destination)
    }

    #[test]
    fn a_pair_is_due_once_an_hour_and_never_more_pairs_are_kept_than_the_limit() {
        let mut recent = Recent::default();
        let (here, there) = (origin("https://a.example/one"), origin("https://b.example/"));
        let (first, second) = (CredentialId(Uuid::from_u128(1)), CredentialId(Uuid::from_u128(2)));
        let now = DateTime::UNIX_EPOCH;
        assert!(recent.is_due(first, &here, now));
        recent.note(first, &here, now);
        let almost = now + INTERVAL - TimeDelta::microseconds(1);
        assert!(!recent.is_due(first, &origin("https://a.example/two"), almost));
        assert!(recent.is_due(first, &there, almost) && recent.is_due(second, &here, almost));
        assert!(recent.is_due(first, &here, now + INTERVAL));

        let later = now + TimeDelta::minutes(1);
        for number in 0..MAX_PAIRS {
            recent.note(CredentialId(Uuid::from_u128(number as u128 + 10)), &here, later);
        }
        assert_eq!(recent.0.len(), MAX_PAIRS);
        assert!(recent.is_due(first, &here, almost), "the oldest made room");
        assert!(!recent.is_due(CredentialId(Uuid::from_u128(10)), &here, later));
        recent.note(first, &here, later + INTERVAL);
        assert_eq!(recent.0.len(), 1, "pairs that are due again are forgotten first");
    }
}
