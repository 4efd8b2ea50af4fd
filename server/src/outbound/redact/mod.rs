//! Finds the secret that was just sent in what comes back, and puts `[redacted]` in its place before
//! anybody else reads it.
//!
//! A server that repeats a header in an error page, a log line or a tool's result does so as it is, or
//! escaped for JSON or HTML, or percent-encoded, or in base64 or hexadecimal digits: those forms are
//! found, also across the borders of chunks. In base64 of a longer text, the digit stays that the value
//! shares with its neighbour on each side. A server that means to betray a secret that it was given
//! can always find another form; against that stands the list of allowed hosts, not this scan.
//!
//! What cannot be masked: values shorter than [`MIN_BYTES`] bytes, since they would be found
//! everywhere; in a byte stream, forms shorter than [`MIN_STREAM_BYTES`] bytes, since replacing them
//! there could break the protocol's own words. JSON texts are scanned once more after parsing, where
//! the shorter ones are found and every escape is undone, whichever writer it is from.

mod encodings;
mod json;
mod scan;
mod spans;
mod unescape;
mod word_buffer;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use app::secret::SecretValue;
use zeroize::Zeroizing;

pub use scan::Scanner;
use spans::MaskSpans;
use unescape::Unescaped;
pub use word_buffer::WordBuffer;

/// What stands in place of a secret.
pub const MASK: &str = "[redacted]";

/// The shortest value that is masked in texts, in bytes.
pub const MIN_BYTES: usize = 4;

/// How many times over the escapes of a text are undone: a document in a text of a document in a text.
const MAX_ESCAPED: usize = 4;

/// The shortest form that is masked in byte streams and in the keys of JSON objects, in bytes.
pub const MIN_STREAM_BYTES: usize = 8;

/// Knows secrets in all the forms in which they may come back; or none, and then changes nothing.
#[derive(Clone)]
pub struct Redactor {
    patterns: Arc<[Pattern]>,
    /// The bytes that a pattern begins with.
    first: Arc<[bool; 256]>,
    /// Whether a text must end before any of it is passed on: see [`WordBuffer`].
    whole_only: bool,
}

/// One form, with the table that tells how much of it still matches after a mismatch
/// (Knuth, Morris, Pratt): the time to scan is bounded by the input, whatever the secret looks like.
struct Pattern {
    bytes: Zeroizing<Vec<u8>>,
    fallback: Vec<u32>,
}

impl Redactor {
    /// A redactor that has nothing to look for.
    #[must_use]
    pub fn none() -> Self {
        Self {
            patterns: Arc::from([]),
            first: Arc::new([false; 256]),
            whole_only: false,
        }
    }

    /// A redactor for one value.
    #[must_use]
    pub fn of(value: &SecretValue) -> Self {
        Self::of_all([value])
    }

    /// A redactor for several values.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "what is looked for in answers is the secret itself"
    )]
    pub fn of_all<'value>(values: impl IntoIterator<Item = &'value SecretValue>) -> Self {
        let mut whole_only = false;
        let mut patterns = Vec::new();
        for value in values {
            whole_only |= word_buffer::must_come_whole(value.expose());
            patterns.extend(encodings::encodings(value.expose()).into_iter().map(Pattern::new));
        }
        // Of two forms that begin alike, the longer one is replaced.
        patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.bytes.len()));
        let mut first = [false; 256];
        for pattern in &patterns {
            first[usize::from(pattern.bytes[0])] = true;
        }
        Self {
            patterns: patterns.into(),
            first: Arc::new(first),
            whole_only,
        }
    }

    /// A text without the secret.
    #[must_use]
    pub fn text<'text>(&self, text: &'text str) -> Cow<'text, str> {
        if self.patterns.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut marks = MaskSpans::default();
        self.find(text.as_bytes(), |found| marks.add(found));
        let mut readings: Vec<Unescaped> = Vec::new();
        while readings.len() < MAX_ESCAPED {
            let last = readings.last().map_or(text.as_bytes(), |reading| &reading.bytes);
            let Some(reading) = Unescaped::of(last) else { break };
            readings.push(reading);
            if let Some(reading) = readings.last() {
                self.find(&reading.bytes, |found| {
                    marks.add(
                        readings
                            .iter()
                            .rev()
                            .fold(found, |found, reading| reading.origin(&found)),
                    );
                });
            }
        }
        marks.mask(text)
    }

    /// Tells where the secret is.
    fn find(&self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let mut scanner = Scanner::new(self, MIN_BYTES);
        scanner.hold(text);
        for range in scanner.marks() {
            found(range.clone());
        }
    }

    /// Whether a text holds the secret.
    #[must_use]
    pub fn finds(&self, text: &str) -> bool {
        matches!(self.text(text), Cow::Owned(_))
    }

    /// Masks the secret in every text, key and number of a JSON document.
    pub fn json(&self, document: &mut serde_json::Value) {
        if !self.patterns.is_empty() {
            json::mask(self, document);
        }
    }

    /// A reader of one text that comes in pieces, and is passed on in pieces.
    #[must_use]
    pub fn words(&self) -> WordBuffer {
        WordBuffer::new(self)
    }

    /// A scanner for one byte stream.
    #[must_use]
    pub fn scanner(&self) -> Scanner {
        Scanner::new(self, MIN_STREAM_BYTES)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Pattern {
    fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        let mut pattern = Self {
            fallback: Vec::with_capacity(bytes.len()),
            bytes,
        };
        let mut matched = 0;
        pattern.fallback.push(0);
        for at in 1..pattern.bytes.len() {
            matched = pattern.step(matched, pattern.bytes[at]);
            pattern.fallback.push(matched);
        }
        pattern
    }

    /// How much matches after one more byte, given how much matched before; less than all of it.
    fn step(&self, mut matched: u32, byte: u8) -> u32 {
        while matched > 0 && self.bytes[matched as usize] != byte {
            matched = self.fallback[matched as usize - 1];
        }
        if self.bytes[matched as usize] == byte {
            matched + 1
        } else {
            0
        }
    }

    /// How much still matches after all of it did.
    fn restart(&self) -> u32 {
        self.fallback.last().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use app::secret::SecretValue;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::{MASK, Redactor};

    /// A marked canary with everything that gets escaped somewhere.
    const VALUE: &str = "canary/7d1f\"&<é+ =\\Z";

    fn redactor(value: &str) -> Redactor {
        Redactor::of(&SecretValue::new(value.to_owned()))
    }

    #[test]
    fn a_value_is_found_as_it_is() {
        let clean = redactor(VALUE).text(&format!("Bearer {VALUE}!")).into_owned();
        assert_eq!(clean, format!("Bearer {MASK}!"));
    }

    #[test]
    fn a_value_is_found_in_every_usual_form() {
        let redactor = redactor(VALUE);
        let json = serde_json::to_string(VALUE).unwrap();
        let twice = serde_json::to_string(&json).unwrap();
        for text in [
            json.clone(),
            twice,
            json.replace('/', "\\/"),
            json.replace('é', "\\u00e9"),
            json.replace('é', "\\u00E9").replace('/', "\\/"),
            "canary%2F7d1f%22%26%3C%C3%A9%2B%20%3D%5CZ".to_owned(),
            "canary%2f7d1f%22%26%3c%c3%a9%2b%20%3d%5cZ".to_owned(),
            "canary%2F7d1f%22%26%3C%C3%A9%2B+%3D%5CZ".to_owned(),
            "canary/7d1f&quot;&amp;&lt;é+ =\\Z".to_owned(),
        ] {
            let clean = redactor.text(&text);
            assert!(clean.contains(MASK), "{text} became {clean}");
            assert!(
                !clean.contains("canary") && !clean.contains("7d1f"),
                "{text} became {clean}"
            );
        }
    }

    #[test]
    fn a_value_is_found_as_a_receiver_reads_it() {
        // White space around a header is no part of it, and many servers read its bytes as Latin-1.
        assert_eq!(
            redactor(" canary-7d1f \n").text("no canary-7d1f here"),
            format!("no {MASK} here")
        );
        assert_eq!(redactor("canary-ü-7d1f").text("canary-Ã¼-7d1f"), MASK);
    }

    #[test]
    fn a_value_is_found_whatever_a_writer_escapes() {
        let redactor = redactor("canary&7d1f+<'/é>=");
        for text in [
            r"canary\u00267d1f+\u003c'/é\u003e=",
            r"canary\u00267d1f\u002B\u003C\u0027/\u00E9\u003E=",
            "canary&amp;7d1f&#43;&lt;&#39;/é&gt;=",
            "canary&amp;7d1f+&lt;&#x27;&#x2F;&#233;&gt;&#x3D;",
            "canary%267d1f%2B%3C%27/%C3%A9%3E%3D",
            r#"{\"error\":\"canary\\u00267d1f+\\u003c'/é\\u003e=\"}"#,
        ] {
            let clean = redactor.text(text);
            assert!(clean.contains(MASK) && !clean.contains("7d1f"), "{text} became {clean}");
        }
        assert_eq!(
            redactor.text(r"a\nb &amp; canary&amp;7d1f"),
            r"a\nb &amp; canary&amp;7d1f"
        );
    }

    #[test]
    fn a_value_is_found_in_base64_at_every_alignment() {
        let redactor = redactor("canary-value-7d1f");
        for lead in ["", "x", "xy", "Bearer ", "user:", "abcde"] {
            let plain = format!("{lead}canary-value-7d1f tail");
            for text in [STANDARD.encode(&plain), URL_SAFE_NO_PAD.encode(&plain)] {
                let clean = redactor.text(&text).into_owned();
                assert!(clean.contains(MASK), "{lead}: {text} became {clean}");
            }
        }
        // Where the value ends the text, no digit of it is left.
        assert_eq!(redactor.text(&STANDARD.encode("canary-value-7d1f")), format!("{MASK}="));
        let hex = "63616e6172792d76616c75652d37643166";
        assert_eq!(redactor.text(hex), MASK);
        assert_eq!(redactor.text(&hex.to_uppercase()), MASK);
    }

    #[test]
    fn json_is_masked_whatever_its_escapes_were() {
        let redactor = redactor("canary-7d1f");
        let text = r#"{"a":["\u0063anary\u002d7d1f"],"canary-7d1f":1,"b":{"c":"no"}}"#;
        let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
        redactor.json(&mut document);
        assert_eq!(
            document.to_string(),
            r#"{"[redacted]":1,"a":["[redacted]"],"b":{"c":"no"}}"#
        );

        let mut number = serde_json::json!({"pin": 8_642_097_531_u64});
        self::redactor("8642097531").json(&mut number);
        assert_eq!(number, serde_json::json!({"pin": MASK}));
    }

    #[test]
    fn short_values_are_masked_in_texts_but_never_in_the_words_of_the_protocol() {
        let redactor = redactor("text");
        let mut document = serde_json::json!({"text": "the text"});
        redactor.json(&mut document);
        assert_eq!(document, serde_json::json!({"text": format!("the {MASK}")}));
        assert_eq!(self::redactor("ok").text("ok"), "ok");
        assert!(!self::redactor("").finds("anything"));
    }

    #[test]
    fn nothing_sent_means_nothing_masked() {
        assert_eq!(Redactor::none().text("canary"), "canary");
        assert_eq!(format!("{:?}", redactor("canary-7d1f")), "Redactor");
    }
}
