//! Redaction: the value is gone, wherever the chunks of a stream end.

use app::secret::SecretValue;
use server::outbound::redact::{MASK, Redactor};

/// Reads a chunk size, a value and a text, and redacts the text as a stream and whole.
///
/// # Panics
/// Where the value survives, or where the outcome depends on the borders of chunks.
pub fn check(data: &[u8]) {
    let Some((value, text, chunk)) = input(data) else {
        return;
    };
    let redactor = Redactor::of(&SecretValue::new(value.to_owned()));
    let whole = scan(&redactor, text, text.len().max(1));
    assert_eq!(scan(&redactor, text, chunk), whole, "the outcome depends on the chunks");
    assert!(!contains(&whole, value.as_bytes()), "the value is in the stream");
    if let Ok(text) = std::str::from_utf8(text) {
        assert!(!redactor.text(text).contains(value), "the value is in the text");
    }
}

/// Values shorter than 8 bytes are left alone in streams, and the mask itself may hold a value.
fn input(data: &[u8]) -> Option<(&str, &[u8], usize)> {
    let (&[chunk, length], rest) = data.split_first_chunk()?;
    let (value, text) = rest.split_at_checked(usize::from(length))?;
    let value = std::str::from_utf8(value).ok()?;
    let is_told_from_mask = !value.contains(['[', ']']) && !MASK.contains(value);
    (value.len() >= 8 && value.trim() == value && is_told_from_mask).then_some((value, text, usize::from(chunk) + 1))
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

fn contains(text: &[u8], value: &[u8]) -> bool {
    text.windows(value.len()).any(|window| window == value)
}
