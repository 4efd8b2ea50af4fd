//! Redaction: the value is gone, in every mixture of escapes, wherever the chunks of a stream end; and what is masked is
//! what a simple search finds.

use std::fmt::Write as _;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use contract::secret::SecretValue;
use server::outbound::redact::{MASK, MIN_STREAM_BYTES, Redactor};

/// Reads a chunk size, a value and a text, and redacts the text as a stream and whole.
///
/// # Panics
/// Where the value survives, where the outcome depends on the borders of chunks, or where it is not that of the simple
/// search.
pub fn check(data: &[u8]) {
    let Some((value, text, chunk)) = input(data) else {
        return;
    };
    let redactor = Redactor::of(&SecretValue::new(value.to_owned()));
    let whole = scan(&redactor, text, text.len().max(1));
    assert_eq!(scan(&redactor, text, chunk), whole, "the outcome depends on the chunks");
    assert!(
        occurrences(&whole, value.as_bytes()).is_empty(),
        "the value is in the stream"
    );
    if let Ok(text) = std::str::from_utf8(text) {
        assert!(!redactor.text(text).contains(value), "the value is in the text");
    }
    let has_escapes = |bytes: &[u8]| bytes.iter().any(|byte| b"\\&%=\0".contains(byte));
    if has_escapes(value.as_bytes()) {
        return;
    }
    if !has_escapes(text) {
        assert_eq!(whole, masked(value, text), "the outcome is not that of a simple search");
    }
    // Around a value of its own character, a frame would be an occurrence too.
    if value.is_ascii()
        && let Some(frame) = ['<', '~', '|', '^'].into_iter().find(|frame| !value.contains(*frame))
    {
        let form = format!("{frame}{}{frame}", escaped(value, text));
        let clean = scan(&redactor, form.as_bytes(), chunk);
        assert_eq!(
            clean,
            format!("{frame}{MASK}{frame}").as_bytes(),
            "a mixture of escapes is not found: {form}"
        );
    }
}

/// Values shorter than 8 bytes are left alone in streams, and the mask itself may hold a value.
fn input(data: &[u8]) -> Option<(&str, &[u8], usize)> {
    let (&[chunk, length], rest) = data.split_first_chunk()?;
    let (value, text) = rest.split_at_checked(usize::from(length))?;
    let value = std::str::from_utf8(value).ok()?;
    let is_told_from_mask = !value.contains(['[', ']']) && !MASK.contains(value);
    (value.len() >= MIN_STREAM_BYTES && value.trim() == value && is_told_from_mask).then_some((
        value,
        text,
        usize::from(chunk) + 1,
    ))
}

fn scan(redactor: &Redactor, text: &[u8], chunk: usize) -> Vec<u8> {
    let mut scanner = redactor.scanner();
    let mut clean = Vec::new();
    for piece in text.chunks(chunk) {
        clean.extend(scanner.push(piece));
    }
    clean.extend(scanner.finish());
    clean
}

/// The value, each character escaped as the other bytes say.
fn escaped(value: &str, choices: &[u8]) -> String {
    let mut text = String::new();
    for (at, c) in value.chars().enumerate() {
        let code = u32::from(c);
        let _ = match choices.get(at % choices.len().max(1)).map_or(0, |choice| choice % 12) {
            0 => write!(text, "\\u{code:04x}"),
            1 => write!(text, "\\\\u{code:04X}"),
            2 => write!(text, "&#{code};"),
            3 => write!(text, "&#x{code:X};"),
            4 => write!(text, "%{code:02X}"),
            5 => write!(text, "%25{code:02x}"),
            6 => write!(text, "\\x{code:02x}"),
            7 => write!(text, "\\u{{{code:x}}}"),
            8 => write!(text, "&amp;#{code};"),
            9 => write!(text, "\\u0026#{code};"),
            10 => write!(text, "%5Cu{code:04x}"),
            _ => write!(text, "{c}"),
        };
    }
    text
}

/// The text with everything masked that a simple search finds.
fn masked(value: &str, text: &[u8]) -> Vec<u8> {
    let mut spans = Vec::new();
    let mut plain = vec![value.as_bytes().to_vec(), value.replace(' ', "+").into_bytes()];
    if !value.is_ascii() {
        plain.push(value.bytes().map(char::from).collect::<String>().into_bytes());
    }
    for form in plain {
        spans.extend(occurrences(text, &form).into_iter().map(|at| at..at + form.len()));
    }
    let hex: String = value
        .bytes()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    for run in hex_runs(text) {
        spans.extend(run.find(hex.as_bytes()));
    }
    for run in base64_runs(text) {
        for lead in 0..3 {
            let bytes = [&[0; 2][..lead], value.as_bytes()].concat();
            let digits = STANDARD_NO_PAD.encode(&bytes);
            let first = (lead * 8).div_ceil(6);
            for last in [bytes.len() * 8 / 6, digits.len()] {
                spans.extend(run.find(&digits.as_bytes()[first..last]));
            }
        }
    }
    let mut clean = Vec::new();
    let mut from = 0;
    for span in merged(spans) {
        clean.extend_from_slice(&text[from..span.start]);
        clean.extend_from_slice(MASK.as_bytes());
        from = span.end;
    }
    clean.extend_from_slice(&text[from..]);
    clean
}

fn merged(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| span.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

fn occurrences(text: &[u8], form: &[u8]) -> Vec<usize> {
    let windows = text.windows(form.len()).enumerate();
    windows
        .filter_map(|(at, window)| (window == form).then_some(at))
        .collect()
}

/// Digits that belong together, and where they are.
#[derive(Default)]
struct Run {
    digits: Vec<u8>,
    places: Vec<usize>,
}

impl Run {
    fn find(&self, form: &[u8]) -> Vec<Range<usize>> {
        let found = occurrences(&self.digits, form).into_iter();
        found
            .map(|at| self.places[at]..self.places[at + form.len() - 1] + 1)
            .collect()
    }
}

fn base64_runs(text: &[u8]) -> Vec<Run> {
    runs(
        text,
        |byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(byte),
            _ => byte.is_ascii_alphanumeric().then_some(byte),
        },
        b" \t\r",
    )
}

fn hex_runs(text: &[u8]) -> Vec<Run> {
    // The zero of `0x` is no digit: blanked out, with separators between both.
    let mut text = text.to_vec();
    let mut zero = None;
    for at in 0..text.len() {
        match text[at] {
            b'0' => zero = Some(at),
            b'x' | b'X' => {
                if let Some(zero) = zero.take() {
                    text[zero] = b' ';
                    text[at] = b' ';
                }
            }
            b' ' | b'\t' | b'\r' | b':' | b'-' | b',' | b'.' | b'_' => {}
            _ => zero = None,
        }
    }
    runs(
        &text,
        |byte| byte.is_ascii_hexdigit().then_some(byte.to_ascii_lowercase()),
        b" \t\r:-,._",
    )
}

fn runs(text: &[u8], digit: impl Fn(u8) -> Option<u8>, separators: &[u8]) -> Vec<Run> {
    let mut runs = vec![Run::default()];
    let (mut breaks, mut separated) = (0, 0);
    for (place, &byte) in text.iter().enumerate() {
        if let (Some(digit), Some(run)) = (digit(byte), runs.last_mut()) {
            run.digits.push(digit);
            run.places.push(place);
            (breaks, separated) = (0, 0);
        } else if byte == b'\n' {
            breaks += 1;
            if breaks == 2 {
                runs.push(Run::default());
                breaks = 0;
            }
        } else if !separators.contains(&byte) {
            runs.push(Run::default());
            breaks = 0;
        } else {
            separated += 1;
            if separated == 256 {
                runs.push(Run::default());
                separated = 0;
            }
        }
    }
    runs
}
