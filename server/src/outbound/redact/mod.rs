//! Finds the secret that was just sent in what comes back, and puts `[redacted]` in its place before
//! anybody else reads it.
//!
//! A server that repeats a header in an error page, a log line or a tool's result does so as it is, or
//! escaped for JSON or HTML, or percent-encoded, or in base64 or hexadecimal digits: those forms are
//! found, also across the borders of chunks. A text is searched in four readings at once: as it is, with its escapes
//! undone, and as digits of base64 and of hexadecimal numbers. In base64 of a longer text, the digit stays that the value
//! shares with its neighbour on each side. A server that means to betray a secret that it was given
//! can always find another form; against that stands the list of allowed destinations, not this scan.
//!
//! The time is linear in the text, for all values and texts.
//!
//! What cannot be masked: values shorter than [`MIN_BYTES`] bytes, since they would be found
//! everywhere; in a byte stream, forms shorter than [`MIN_STREAM_BYTES`] bytes, since replacing them
//! there could break the protocol's own words. JSON texts are scanned once more after parsing, where
//! the shorter ones are found.

mod decoder;
mod digits;
mod encodings;
mod escapes;
mod fingerprint;
#[cfg(test)]
mod form_tests;
mod json;
mod lane;
mod patterns;
mod scan;
mod spans;
mod word_buffer;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use contract::secret::SecretValue;

use encodings::{Form, Reading};
pub(super) use patterns::{Patterns, SecretForms};
pub use scan::Scanner;
pub use word_buffer::WordBuffer;

/// What stands in place of a secret.
pub const MASK: &str = "[redacted]";

/// The shortest value that is masked in texts, in bytes.
pub const MIN_BYTES: usize = 4;

/// The shortest form that is masked in byte streams and in the keys of JSON objects, in bytes.
pub const MIN_STREAM_BYTES: usize = 8;

/// The shortest value of another request that is masked, in bytes: a shorter one could be found out by trial.
const MIN_OTHER_BYTES: usize = 16;

/// How much of a text is scanned before it is passed on.
const PIECE_BYTES: usize = 64 * 1024;

/// Receives the values of other requests that are found in an answer.
pub(super) trait EchoObserver: Send + Sync {
    /// A value was found, by its number among [`Redactor::values`]. Called for each find.
    fn found(&self, value: usize);
}

/// Knows which values were sent to a destination after a request.
pub(super) trait LaterValues: Send + Sync {
    /// A redactor for those that are not in `known`; `None` if there are none.
    fn redactor(&self, known: &Patterns) -> Option<Redactor>;
}

/// Knows secrets in all the forms in which they may come back; or none, and then changes nothing.
#[derive(Clone)]
pub struct Redactor {
    patterns: Arc<Patterns>,
    exchange: Arc<ExchangeValues>,
}

/// The part that the values of one exchange have in its redactor.
#[derive(Clone, Default)]
struct ExchangeValues {
    /// For each value, whether this very exchange sent it.
    own: Box<[bool]>,
    /// Whether a text must end before any of it is passed on: see [`WordBuffer`].
    whole_only: bool,
    /// Receiver of the finds of other values.
    observer: Option<Arc<dyn EchoObserver>>,
    /// Values that are sent to the destination while the answer is read.
    later: Option<Arc<dyn LaterValues>>,
}

impl Redactor {
    /// A redactor that has nothing to look for.
    pub fn none() -> Self {
        Self::of_forms(Vec::new())
    }

    /// A redactor for one value.
    pub fn of(value: &SecretValue) -> Self {
        Self::of_all([value])
    }

    /// A redactor for several values.
    pub fn of_all<'value>(values: impl IntoIterator<Item = &'value SecretValue>) -> Self {
        let forms = values.into_iter().map(|value| Arc::new(SecretForms::of(value)));
        Self::of_forms(forms.collect())
    }

    fn of_forms(values: Vec<Arc<SecretForms>>) -> Self {
        let exchange = ExchangeValues {
            own: values.iter().map(|_| true).collect(),
            whole_only: values.iter().any(|value| value.must_come_whole),
            ..ExchangeValues::default()
        };
        Self {
            patterns: Arc::new(Patterns::new(values)),
            exchange: Arc::new(exchange),
        }
    }

    /// A redactor on an automaton that other requests share. Values that are not this exchange's own are masked from
    /// [`MIN_OTHER_BYTES`] on, and have no part in what is held back.
    pub(super) fn shared(patterns: Arc<Patterns>, own: &[Arc<SecretForms>]) -> Self {
        let values = patterns.values().iter();
        let exchange = ExchangeValues {
            own: values.map(|value| own.iter().any(|own| own.is_same(value))).collect(),
            whole_only: own.iter().any(|value| value.must_come_whole),
            ..ExchangeValues::default()
        };
        Self {
            patterns,
            exchange: Arc::new(exchange),
        }
    }

    /// The same redactor with a receiver of the finds of other requests' values.
    pub(super) fn observed(mut self, observer: Arc<dyn EchoObserver>) -> Self {
        Arc::make_mut(&mut self.exchange).observer = Some(observer);
        self
    }

    /// The same redactor, which in texts and documents also finds values that are sent later.
    pub(super) fn with_later(mut self, later: Arc<dyn LaterValues>) -> Self {
        Arc::make_mut(&mut self.exchange).later = Some(later);
        self
    }

    fn later(&self) -> Option<Self> {
        self.exchange.later.as_ref()?.redactor(&self.patterns)
    }

    /// `true` if values of other requests are searched for.
    pub(super) fn has_others(&self) -> bool {
        self.exchange.own.contains(&false)
    }

    /// Which values are in any of these texts, by their numbers, none being a value of the exchange: each in a form of
    /// [`MIN_OTHER_BYTES`] or more.
    pub(super) fn values_in<'text>(&self, texts: impl IntoIterator<Item = &'text [u8]>) -> Vec<bool> {
        let found = Arc::new(FoundValues::new(self.values().len()));
        let redactor = Self::shared(Arc::clone(&self.patterns), &[]).observed(Arc::<FoundValues>::clone(&found));
        for text in texts {
            redactor.scan(text, MIN_BYTES);
        }
        (0..self.values().len()).map(|value| found.has(value)).collect()
    }

    /// The values that are searched for.
    pub(super) fn values(&self) -> &[Arc<SecretForms>] {
        self.patterns.values()
    }

    fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a form of this length is masked. Values of other requests count from [`MIN_OTHER_BYTES`] on.
    fn accepts(&self, value: usize, len: usize, min_bytes: usize) -> bool {
        if self.is_own(value) {
            return len >= min_bytes;
        }
        let value = self.patterns.values.get(value);
        value.is_some_and(|value| value.value_bytes >= MIN_OTHER_BYTES)
    }

    /// Whether a value has a part in what is held back.
    fn is_own(&self, value: usize) -> bool {
        self.exchange.own.get(value).copied().unwrap_or(false)
    }

    /// A value was found in a text.
    fn report(&self, value: usize) {
        if let Some(observer) = &self.exchange.observer
            && !self.is_own(value)
        {
            observer.found(value);
        }
    }

    fn own_values(&self) -> impl Iterator<Item = &Arc<SecretForms>> + Clone {
        let values = self.patterns.values.iter().zip(&self.exchange.own);
        values.filter(|(_, own)| **own).map(|(value, _)| value)
    }

    /// The forms that decide what is held back.
    fn own_forms(&self, reading: Reading, min_bytes: usize) -> impl Iterator<Item = &Form> + Clone {
        let forms = self.own_values().flat_map(|value| &value.forms);
        forms.filter(move |form| form.reading == reading && form.len >= min_bytes)
    }

    /// The length of the longest form that has a part in it.
    fn longest_own(&self) -> usize {
        let forms = self.own_values().flat_map(|value| &value.forms);
        forms.map(|form| form.len).max().unwrap_or(0)
    }

    /// A text without the secret.
    pub fn text<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let clean = self
            .scan(text.as_bytes(), MIN_BYTES)
            .map_or(Cow::Borrowed(text), Cow::Owned);
        match self.later().and_then(|later| later.scan(clean.as_bytes(), MIN_BYTES)) {
            Some(cleaner) => Cow::Owned(cleaner),
            None => clean,
        }
    }

    /// The text of a JSON key without the secret.
    fn key(&self, key: &str) -> Option<String> {
        self.scan(key.as_bytes(), MIN_STREAM_BYTES)
    }

    /// `None` where no form of the secret is in the text.
    fn scan(&self, text: &[u8], min_bytes: usize) -> Option<String> {
        if self.patterns.shortest().is_none_or(|shortest| text.len() < shortest) {
            return None;
        }
        let mut scanner = Scanner::new(self, min_bytes);
        let mut clean = Vec::new();
        for piece in text.chunks(PIECE_BYTES) {
            clean.extend(scanner.push(piece));
        }
        clean.extend(scanner.end_of_stream());
        // A span may end inside a character, where the last bytes of a value look like the first ones of it.
        scanner.has_masked().then(|| lossy(clean))
    }

    /// Whether a text holds the secret.
    pub fn finds(&self, text: &str) -> bool {
        matches!(self.text(text), Cow::Owned(_))
    }

    /// Masks the secret in every text, key and number of a JSON document.
    pub fn json(&self, document: &mut serde_json::Value) {
        for redactor in [Some(self), self.later().as_ref()].into_iter().flatten() {
            if !redactor.is_empty() {
                json::mask(redactor, document);
            }
        }
    }

    /// A reader of one text that comes in pieces, and is passed on in pieces.
    pub fn words(&self) -> WordBuffer {
        WordBuffer::new(self)
    }

    /// A scanner for one byte stream.
    pub fn scanner(&self) -> Scanner {
        Scanner::new(self, MIN_STREAM_BYTES)
    }
}

/// Flags of the values that were found, by their numbers.
pub(super) struct FoundValues(Box<[AtomicBool]>);

impl FoundValues {
    pub(super) fn new(values: usize) -> Self {
        Self((0..values).map(|_| AtomicBool::new(false)).collect())
    }

    pub(super) fn has(&self, value: usize) -> bool {
        self.0.get(value).is_some_and(|found| found.load(Ordering::Relaxed))
    }

    /// Sets the flag; `true` if it was not set before.
    pub(super) fn set(&self, value: usize) -> bool {
        self.0
            .get(value)
            .is_some_and(|found| !found.swap(true, Ordering::Relaxed))
    }
}

impl EchoObserver for FoundValues {
    fn found(&self, value: usize) {
        self.set(value);
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

#[cfg(test)]
mod tests;
