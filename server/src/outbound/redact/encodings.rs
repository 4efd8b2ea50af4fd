//! The forms in which a value comes back.

use std::fmt::Write as _;

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::{MIN_BYTES, MIN_STREAM_BYTES};

/// What `encodeURIComponent` encodes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What RFC 3986 asks to encode.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What WHATWG form encoding encodes; the space becomes a plus.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// All forms that are long enough to be told from other text, each once, the longest first, so that
/// the longer of two forms that begin alike is the one that is replaced.
pub(super) fn encodings(value: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let mut forms = Forms::default();
    forms.add_all(value);
    // A receiver takes white space off a header, and a program off its environment.
    forms.add_all(value.trim());
    if !value.is_ascii() {
        // Many servers read the bytes of a header as Latin-1.
        let misread: String = value.trim().bytes().map(char::from).collect();
        forms.add(misread, MIN_BYTES);
    }
    forms.0.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.0
}

#[derive(Default)]
struct Forms(Vec<Zeroizing<Vec<u8>>>);

impl Forms {
    fn add_all(&mut self, value: &str) {
        self.add(value.to_owned(), MIN_BYTES);
        for escaped in json_escapes(value) {
            // A document inside a text of another one is escaped twice.
            self.add(json_escape(&escaped, false), MIN_BYTES);
            self.add(escaped, MIN_BYTES);
        }
        self.add(html_escape(value, "&#39;"), MIN_BYTES);
        self.add(html_escape(value, "&#x27;"), MIN_BYTES);
        for set in [COMPONENT, STRICT] {
            self.add_percent(&utf8_percent_encode(value, set).to_string());
        }
        self.add_percent(&utf8_percent_encode(value, FORM).to_string().replace("%20", "+"));
        let mut hex = String::with_capacity(value.len() * 2);
        for byte in value.bytes() {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        self.add(hex.to_uppercase(), MIN_STREAM_BYTES);
        self.add(hex, MIN_STREAM_BYTES);
        for lead in 0..3 {
            let standard = base64_inside(&STANDARD_NO_PAD, value, lead);
            let for_addresses = base64_inside(&URL_SAFE_NO_PAD, value, lead);
            for form in standard.into_iter().chain(for_addresses) {
                self.add(form, MIN_STREAM_BYTES);
            }
        }
    }

    fn add(&mut self, form: String, min: usize) {
        let form = Zeroizing::new(form.into_bytes());
        if form.len() >= min && !self.0.iter().any(|known| **known == *form) {
            self.0.push(form);
        }
    }

    /// Adds a percent-encoded form with upper-case and with lower-case digits.
    fn add_percent(&mut self, encoded: &str) {
        let mut lower = String::with_capacity(encoded.len());
        let mut digits = 0;
        for c in encoded.chars() {
            if c == '%' {
                digits = 2;
                lower.push(c);
            } else if digits > 0 {
                digits -= 1;
                lower.push(c.to_ascii_lowercase());
            } else {
                lower.push(c);
            }
        }
        self.add(encoded.to_owned(), MIN_BYTES);
        self.add(lower, MIN_BYTES);
    }
}

/// The JSON escapes of the usual writers: as short as can be; with `\/`; in ASCII with lower-case or
/// upper-case digits; and the last two with `\/`.
fn json_escapes(value: &str) -> Vec<String> {
    let plain = json_escape(value, false);
    let slashes = json_escape(value, true);
    let mut escapes = Vec::with_capacity(6);
    for text in [plain, slashes] {
        escapes.push(ascii_escape(&text, true));
        escapes.push(ascii_escape(&text, false));
        escapes.push(text);
    }
    escapes
}

fn json_escape(value: &str, slashes: bool) -> String {
    let mut escaped = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '/' if slashes => escaped.push_str("\\/"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            c if c < ' ' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Writes everything beyond ASCII as UTF-16 escapes.
fn ascii_escape(text: &str, upper: bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = if upper {
                write!(escaped, "\\u{unit:04X}")
            } else {
                write!(escaped, "\\u{unit:04x}")
            };
        }
    }
    escaped
}

fn html_escape(value: &str, apostrophe: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str(apostrophe),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The base64 digits of a value that other bytes (as many as `lead`, modulo 3) precede: those that depend on the value
/// alone, and the same with the digit that ends it where nothing follows.
fn base64_inside(engine: &impl base64::Engine, value: &str, lead: usize) -> [String; 2] {
    let mut bytes = Zeroizing::new(vec![0; lead]);
    bytes.extend_from_slice(value.as_bytes());
    let digits = Zeroizing::new(engine.encode(&*bytes));
    // Six bits a digit: leave out the digits that share bits with a neighbour.
    let first = (lead * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default().to_owned();
    [part(first..last.max(first)), part(first..digits.len())]
}
