//! The forms of a value that are searched for, each in one reading of the text.
//!
//! Escapes are not listed here: writers differ in what they escape, so the text is read with its escapes undone
//! (`decoder`). Digits are searched in texts that were reduced to digits (`digits`), so that line breaks, separators and
//! letter case need no forms of their own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::decoder;
use super::fingerprint::{Fingerprint, Shift};
use super::{MIN_BYTES, MIN_STREAM_BYTES};

/// How much of a form is in the automaton; the rest is compared by its hash.
pub(super) const HEAD_BYTES: usize = 32;

/// Which reading of a text a form is searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The text as it is, and with its escapes undone.
    Plain,
    /// Its base64 digits, in the standard alphabet.
    Base64,
    /// Its hexadecimal digits, in lower case.
    Hex,
}

/// One form of a value.
pub(super) struct Form {
    pub reading: Reading,
    /// The first bytes.
    pub head: Zeroizing<Vec<u8>>,
    /// The length of the whole form.
    pub len: usize,
    /// The hash of what follows the head, and the factor for its length.
    pub rest: (Fingerprint, Shift),
}

/// All forms that are long enough to be told from other text.
pub(super) fn encodings(value: &str) -> Vec<Form> {
    let mut forms = Forms::default();
    forms.add_all(value);
    // A receiver takes white space off a header, and a program off its environment.
    forms.add_all(value.trim());
    if !value.is_ascii() {
        // Many servers read the bytes of a header as Latin-1.
        let misread: String = value.trim().bytes().map(char::from).collect();
        forms.add_plain(misread.into_bytes());
    }
    forms
        .0
        .into_iter()
        .map(|(reading, bytes)| Form::new(reading, &bytes))
        .collect()
}

impl Form {
    fn new(reading: Reading, bytes: &[u8]) -> Self {
        let (head, rest) = bytes.split_at(bytes.len().min(HEAD_BYTES));
        Self {
            reading,
            head: Zeroizing::new(head.to_vec()),
            len: bytes.len(),
            rest: (Fingerprint::of(rest), Shift::over(rest.len())),
        }
    }
}

#[derive(Default)]
struct Forms(Vec<(Reading, Zeroizing<Vec<u8>>)>);

impl Forms {
    fn add_all(&mut self, value: &str) {
        self.add_plain(value.as_bytes().to_vec());
        // Form encoding writes a space as a plus.
        self.add_plain(value.replace(' ', "+").into_bytes());
        let hex = value.bytes().flat_map(|byte| [byte >> 4, byte & 0xF]);
        let hex = hex.map(|digit| b"0123456789abcdef"[usize::from(digit)]).collect();
        self.add(Reading::Hex, hex, MIN_STREAM_BYTES);
        for lead in 0..3 {
            for digits in base64_inside(value, lead) {
                self.add(Reading::Base64, digits, MIN_STREAM_BYTES);
            }
        }
    }

    /// Adds the bytes, and what they read as where escapes are undone: a value may look as if it held some.
    fn add_plain(&mut self, bytes: Vec<u8>) {
        let read = decoder::read(&bytes);
        self.add(Reading::Plain, bytes, MIN_BYTES);
        self.add(Reading::Plain, read, MIN_BYTES);
    }

    fn add(&mut self, reading: Reading, form: Vec<u8>, min: usize) {
        let form = (reading, Zeroizing::new(form));
        if form.1.len() >= min && !self.0.contains(&form) {
            self.0.push(form);
        }
    }
}

/// The base64 digits of a value that other bytes (as many as `lead`, modulo 3) precede: those that depend on the value
/// alone, and the same with the digit that ends it where nothing follows.
fn base64_inside(value: &str, lead: usize) -> [Vec<u8>; 2] {
    let mut bytes = Zeroizing::new(vec![0; lead]);
    bytes.extend_from_slice(value.as_bytes());
    let digits = Zeroizing::new(STANDARD_NO_PAD.encode(&*bytes));
    // Six bits a digit: leave out the digits that share bits with a neighbour.
    let first = (lead * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    let part = |range: std::ops::Range<usize>| digits.as_bytes().get(range).unwrap_or_default().to_vec();
    [part(first..last.max(first)), part(first..digits.len())]
}
