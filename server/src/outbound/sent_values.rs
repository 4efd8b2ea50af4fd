//! The values that this process sent to each destination in the last 24 hours.
//!
//! A receiver that shows earlier requests betrays the value of one record to the caller of another: so answers of a
//! destination are searched for every value that went there, for every caller, and also where a request has no credential.
//! Rotating or deleting a credential changes nothing here: its value was sent.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::redact::{LaterValues, Patterns, Redactor, SecretForms};
use crate::destination::Destination;

/// How long a value is known after it was sent last.
const KEPT: Duration = Duration::from_hours(24);
/// How often values are looked for that are older.
const SWEEP: Duration = Duration::from_mins(10);
/// The most values of one destination; the oldest makes room.
const MAX_VALUES: usize = 256;
/// The most destinations; the one that was used least recently makes room.
const MAX_DESTINATIONS: usize = 4096;
/// The memory of all automata, and of all forms that they are made from. Beyond it, automata of destinations that were
/// used least recently are dropped and made again at their next use; where that is not enough, a request searches for its
/// own value only. That one is always searched.
const MAX_BYTES: usize = 16 * 1024 * 1024;
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
pub(super) struct SentValues(Arc<Mutex<Destinations>>);

#[derive(Debug, Default)]
struct Destinations {
    sent: HashMap<Origin, Sent>,
    /// Automata that are kept, or in use by a request.
    automata: Vec<(Weak<Patterns>, usize)>,
    swept: bool,
    /// How many values were added, of all destinations.
    added: u64,
}

#[derive(Debug)]
struct Sent {
    /// The count of values when the last one of this destination was added.
    last_added: u64,
    /// The oldest first.
    values: VecDeque<(Arc<SecretForms>, Instant)>,
    patterns: Option<Arc<Patterns>>,
    used: Instant,
}

impl SentValues {
    /// The redactor of an exchange: for its value, which is about to be sent, and for all that were sent there before.
    pub async fn redactor(&self, destination: &Origin, own: Option<&Redactor>) -> Redactor {
        let own: Vec<Arc<SecretForms>> = own.map_or_else(Vec::new, |own| own.values().to_vec());
        let (known, added) = self.note(destination, &own, Instant::now());
        let later = Arc::new(Later {
            sent: self.clone(),
            destination: destination.clone(),
            added,
            found: Mutex::default(),
        });
        self.redactor_of(destination, known, own).await.with_later(later)
    }

    async fn redactor_of(&self, destination: &Origin, known: Known, own: Vec<Arc<SecretForms>>) -> Redactor {
        let values = match known {
            Known::Ready(patterns) => return Redactor::shared(patterns, &own),
            Known::Values(values) => values,
        };
        let patterns = if values.len() <= MAX_INLINE {
            Arc::new(Patterns::new(values))
        } else {
            match tokio::task::spawn_blocking(move || Arc::new(Patterns::new(values))).await {
                Ok(patterns) => patterns,
                Err(_) => Arc::new(Patterns::new(own.clone())),
            }
        };
        if self.keep(destination, &patterns) {
            Redactor::shared(patterns, &own)
        } else {
            Redactor::shared(Arc::new(Patterns::new(own.clone())), &own)
        }
    }

    /// Adds the values of a request, and gives all of its destination, with the count of values added so far.
    fn note(&self, destination: &Origin, own: &[Arc<SecretForms>], now: Instant) -> (Known, u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.sent.contains_key(destination) {
            if own.is_empty() {
                return (Known::Values(Vec::new()), known.added);
            }
            known.make_room();
            self.sweep(&mut known);
        }
        let mut added = known.added;
        let sent = known.sent.entry(destination.clone()).or_insert_with(|| Sent {
            last_added: added,
            values: VecDeque::new(),
            patterns: None,
            used: now,
        });
        sent.used = now;
        sent.forget_older(now);
        for value in own {
            if sent.add(value, now) {
                added += 1;
                sent.last_added = added;
            }
        }
        let values = match &sent.patterns {
            Some(patterns) => Known::Ready(patterns.clone()),
            None => Known::Values(sent.values.iter().map(|(value, _)| value.clone()).collect()),
        };
        known.added = added;
        (values, added)
    }

    /// Keeps an automaton for the next request; `false` where there is no memory for it.
    fn keep(&self, destination: &Origin, patterns: &Arc<Patterns>) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = patterns.memory();
        while known.bytes() + bytes > MAX_BYTES {
            if !known.drop_least_recent(destination) {
                return false;
            }
        }
        known.automata.push((Arc::downgrade(patterns), bytes));
        if let Some(sent) = known.sent.get_mut(destination)
            && sent.is_made_of(patterns)
        {
            sent.patterns = Some(patterns.clone());
        }
        true
    }

    /// Starts the task that forgets values while no request comes. It ends with the last clone.
    fn sweep(&self, known: &mut Destinations) {
        if known.swept {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        known.swept = true;
        let shared = Arc::downgrade(&self.0);
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(known) = shared.upgrade() else { return };
                let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                let now = Instant::now();
                known.sent.retain(|_, sent| {
                    sent.forget_older(now);
                    !sent.values.is_empty()
                });
            }
        });
    }
}

/// The values of a destination since a request began: a receiver that waits with its answer may show them.
struct Later {
    sent: SentValues,
    destination: Origin,
    /// The count of values when the request began.
    added: u64,
    /// The redactor that was made last, and the count then.
    found: Mutex<Option<(u64, Redactor)>>,
}

impl LaterValues for Later {
    fn redactor(&self, known: &Patterns) -> Option<Redactor> {
        let (count, values) = {
            let all = self.sent.0.lock().unwrap_or_else(PoisonError::into_inner);
            let sent = all
                .sent
                .get(&self.destination)
                .filter(|sent| sent.last_added > self.added)?;
            let values: Vec<_> = sent.values.iter().map(|(value, _)| value.clone()).collect();
            (sent.last_added, values)
        };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
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

enum Known {
    Ready(Arc<Patterns>),
    Values(Vec<Arc<SecretForms>>),
}

impl Destinations {
    /// The memory of the automata that live, and of the forms.
    fn bytes(&mut self) -> usize {
        self.automata.retain(|(patterns, _)| patterns.strong_count() > 0);
        let automata: usize = self.automata.iter().map(|(_, bytes)| bytes).sum();
        let values = self.sent.values().flat_map(|sent| &sent.values);
        automata + values.map(|(value, _)| value.memory()).sum::<usize>()
    }

    /// Drops the automaton that was used least recently, or else the values of the destination that was; `false` where
    /// there is none but for this destination.
    fn drop_least_recent(&mut self, but: &Origin) -> bool {
        let others = || self.sent.iter().filter(|(destination, _)| *destination != but);
        let with_patterns = others().filter(|(_, sent)| sent.patterns.is_some());
        if let Some((destination, _)) = with_patterns.min_by_key(|(_, sent)| sent.used) {
            let destination = destination.clone();
            if let Some(sent) = self.sent.get_mut(&destination) {
                sent.patterns = None;
            }
            return true;
        }
        let Some((destination, _)) = others().min_by_key(|(_, sent)| sent.used) else {
            return false;
        };
        let destination = destination.clone();
        self.sent.remove(&destination).is_some()
    }

    fn make_room(&mut self) {
        if self.sent.len() < MAX_DESTINATIONS {
            return;
        }
        let oldest = self.sent.iter().min_by_key(|(_, sent)| sent.used);
        if let Some(oldest) = oldest.map(|(destination, _)| destination.clone()) {
            self.sent.remove(&oldest);
        }
    }
}

impl Sent {
    /// Adds a value, or notes its new moment; `true` if it was not there.
    fn add(&mut self, value: &Arc<SecretForms>, now: Instant) -> bool {
        if let Some(at) = self.values.iter().position(|(known, _)| known.is_same(value)) {
            if let Some((known, _)) = self.values.remove(at) {
                known.add_sources(&value.sources());
                self.values.push_back((known, now));
            }
            return false;
        }
        if self.values.len() >= MAX_VALUES {
            self.values.pop_front();
        }
        self.values.push_back((value.clone(), now));
        self.patterns = None;
        true
    }

    fn forget_older(&mut self, now: Instant) {
        while self
            .values
            .front()
            .is_some_and(|(_, at)| now.duration_since(*at) >= KEPT)
        {
            self.values.pop_front();
            self.patterns = None;
        }
    }

    /// Whether no value came or went since the automaton was begun.
    fn is_made_of(&self, patterns: &Patterns) -> bool {
        let made_of = patterns.values();
        made_of.len() == self.values.len()
            && self
                .values
                .iter()
                .all(|(value, _)| made_of.iter().any(|made| Arc::ptr_eq(made, value)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use app::credentials::CredentialId;
    use app::secret::SecretValue;
    use base64::Engine as _;
    use uuid::Uuid;

    use super::{KEPT, MAX_VALUES, Origin, SentValues};
    use crate::destination::Destination;
    use crate::outbound::redact::{FoundValues, MASK, Redactor};

    fn destination(url: &str) -> Origin {
        let (url, destination) = Destination::parse(url).unwrap();
        Origin::of(&url, &destination)
    }

    fn value(text: &str) -> Redactor {
        Redactor::of(&SecretValue::new(text.to_owned()))
    }

    const FIRST: &str = "canary-7d1f-of-the-first";
    const SECOND: &str = "canary-8e2a-of-the-second";

    #[tokio::test(start_paused = true)]
    async fn a_value_is_found_for_every_caller_of_its_destination_for_24_hours() {
        let sent = SentValues::default();
        let here = destination("https://a.example/one");
        let first = sent.redactor(&here, Some(&value(FIRST))).await;
        assert_eq!(first.text(FIRST), MASK);
        let second = sent
            .redactor(&destination("https://a.example/two"), Some(&value(SECOND)))
            .await;
        assert_eq!(second.text(&format!("{FIRST} {SECOND}")), format!("{MASK} {MASK}"));
        let without = sent.redactor(&here, None).await;
        assert_eq!(without.text(&format!("{FIRST} {SECOND}")), format!("{MASK} {MASK}"));
        for other in ["http://a.example/", "https://a.example:8443/", "https://b.example/"] {
            assert_eq!(
                sent.redactor(&destination(other), None).await.text(FIRST),
                FIRST,
                "{other}"
            );
        }
        tokio::time::advance(KEPT.checked_sub(Duration::from_mins(1)).unwrap()).await;
        let again = sent.redactor(&here, Some(&value(SECOND))).await;
        assert_eq!(again.text(FIRST), MASK);
        tokio::time::advance(Duration::from_mins(2)).await;
        let later = sent.redactor(&here, None).await;
        assert_eq!(later.text(&format!("{FIRST} {SECOND}")), format!("{FIRST} {MASK}"));
    }

    #[tokio::test]
    async fn a_value_that_is_sent_while_an_answer_is_read_is_found_in_it() {
        let sent = SentValues::default();
        let here = destination("https://a.example/");
        let waiting = [
            sent.redactor(&here, None).await,
            sent.redactor(&here, Some(&value(FIRST))).await,
        ];
        assert_eq!(waiting[1].text(SECOND), SECOND);
        sent.redactor(&here, Some(&value(SECOND))).await;
        for waiting in waiting {
            assert_eq!(waiting.text(&format!("{FIRST} {SECOND}")), format!("{MASK} {MASK}"));
            let mut document = serde_json::json!({"a": [SECOND]});
            waiting.json(&mut document);
            assert_eq!(document, serde_json::json!({"a": [MASK]}));
        }
    }

    #[tokio::test]
    async fn a_short_value_of_another_request_is_left_alone() {
        let sent = SentValues::default();
        let here = destination("https://a.example/");
        let own = sent.redactor(&here, Some(&value("canary-7d1f-abc"))).await;
        assert_eq!(own.text("canary-7d1f-abc"), MASK);
        let other = sent.redactor(&here, None).await;
        assert_eq!(other.text("canary-7d1f-abc"), "canary-7d1f-abc");
    }

    #[tokio::test]
    async fn values_of_other_requests_do_not_decide_what_is_held_back() {
        let sent = SentValues::default();
        let here = destination("https://a.example/");
        let own = sent.redactor(&here, Some(&value(FIRST))).await;
        let other = sent.redactor(&here, None).await;
        let text = format!("it is {FIRST}");
        let beginning = &text.as_bytes()[..text.len() - 1];
        assert_eq!(own.scanner().push(beginning), b"it is ");
        assert_eq!(other.scanner().push(beginning), beginning);
        assert_eq!(
            other.scanner().push(text.as_bytes()),
            format!("it is {MASK}").as_bytes()
        );
    }

    #[tokio::test]
    async fn finds_of_other_values_are_reported_whole_and_finds_of_own_values_are_not() {
        let sent = SentValues::default();
        let here = destination("https://a.example/");
        let own = sent.redactor(&here, Some(&value(FIRST))).await;
        assert!(!own.has_others());
        let second = sent.redactor(&here, Some(&value(SECOND))).await;
        assert!(second.has_others());
        let found = Arc::new(FoundValues::new(2));
        let observed = second.clone().observed(Arc::<FoundValues>::clone(&found));
        assert_eq!(observed.text(SECOND), MASK);
        assert_eq!(observed.text(&FIRST[1..]), &FIRST[1..]);
        assert!(!found.has(0) && !found.has(1));
        let mut scanner = observed.scanner();
        let (one, other) = FIRST.split_at(9);
        let pushed = [scanner.push(one.as_bytes()), scanner.push(other.as_bytes())].concat();
        assert!(found.has(0) && !found.has(1), "{pushed:?}");

        let long = format!("{FIRST}{}", "-and-more".repeat(9));
        let longer = sent.redactor(&here, Some(&value(&long))).await;
        assert_eq!(longer.values_in([FIRST.as_bytes(), b"none"]), [true, false, false]);
        let encoded = base64::engine::general_purpose::STANDARD.encode(&long);
        assert_eq!(longer.values_in([encoded.as_bytes()]), [true, false, true]);
        assert_eq!(longer.values_in([&long.as_bytes()[..99], b"-"]), [true, false, false]);
    }

    #[tokio::test]
    async fn a_value_knows_each_credential_that_has_it() {
        let sent = SentValues::default();
        let here = destination("https://a.example/");
        let credential = |number| CredentialId(Uuid::from_u128(number));
        for (number, version) in [(1, 2), (2, 1), (1, 3), (1, 1)] {
            let own = value(FIRST);
            own.attribute_to((credential(number), version));
            sent.redactor(&here, Some(&own)).await;
        }
        let redactor = sent.redactor(&here, None).await;
        assert_eq!(redactor.values()[0].sources(), [(credential(1), 3), (credential(2), 1)]);
        for number in 3..99 {
            redactor.attribute_to((credential(number), 1));
        }
        assert_eq!(redactor.values()[0].sources().len(), 16);
    }

    #[tokio::test]
    async fn of_too_many_values_the_oldest_is_forgotten() {
        let sent = SentValues::default();
        let here = destination("https://a.example/");
        for number in 0..=MAX_VALUES {
            sent.redactor(&here, Some(&value(&format!("canary-7d1f-number-{number}-"))))
                .await;
        }
        let redactor = sent.redactor(&here, None).await;
        assert!(!redactor.finds("canary-7d1f-number-0-"));
        assert!(redactor.finds("canary-7d1f-number-1-") && redactor.finds("canary-7d1f-number-256-"));
    }
}
