//! Scanning of a stream that arrives in chunks.

use std::fmt;
use std::ops::Range;

use super::spans::MaskSpans;
use super::{MASK, Redactor};

/// Scans one stream. Bytes that may be the beginning of the secret are held back until it is clear
/// what they are.
pub struct Scanner {
    redactor: Redactor,
    /// How much of each pattern the end of the stream matches; `None` for the patterns that are too
    /// short for this scan.
    matched: Vec<Option<u32>>,
    /// Whether the end of the stream matches nothing at all.
    idle: bool,
    held: Vec<u8>,
    /// What is to be masked in `held`.
    marks: MaskSpans,
}

impl Scanner {
    pub(super) fn new(redactor: &Redactor, min_bytes: usize) -> Self {
        let matched = redactor
            .patterns
            .iter()
            .map(|pattern| (pattern.bytes.len() >= min_bytes).then_some(0))
            .collect();
        Self {
            redactor: redactor.clone(),
            matched,
            idle: true,
            held: Vec::new(),
            marks: MaskSpans::default(),
        }
    }

    /// Takes the next chunk and gives what can already be passed on.
    #[must_use]
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        if self.matched.iter().all(Option::is_none) {
            return chunk.to_vec();
        }
        self.hold(chunk);
        let undecided = self.matched.iter().copied().flatten().max().unwrap_or(0);
        self.give(self.held.len() - undecided as usize)
    }

    /// Takes the next chunk and passes nothing on.
    pub(super) fn hold(&mut self, chunk: &[u8]) {
        for &byte in chunk {
            self.held.push(byte);
            if !self.idle || self.redactor.first[usize::from(byte)] {
                self.advance(byte);
            }
        }
    }

    /// What was taken and not passed on.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    /// What is masked in what is held.
    pub(super) fn marks(&self) -> &[Range<usize>] {
        self.marks.ranges()
    }

    /// Passes on what stands before this place in what is held.
    pub(super) fn give(&mut self, mut cut: usize) -> Vec<u8> {
        // A mark that may still grow is not cut in two: it would be masked twice.
        if let Some(mark) = self.marks.around(cut) {
            cut = mark.start;
        }
        self.release(cut)
    }

    /// The rest, at the end of the stream.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.release(self.held.len())
    }

    fn advance(&mut self, byte: u8) {
        let end = self.held.len();
        self.idle = true;
        for (pattern, matched) in self.redactor.patterns.iter().zip(&mut self.matched) {
            let Some(count) = matched else { continue };
            *count = pattern.step(*count, byte);
            let length = pattern.bytes.len();
            if *count as usize == length {
                self.marks.add(end - length..end);
                *count = pattern.restart();
            }
            self.idle &= *count == 0;
        }
    }

    fn release(&mut self, cut: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(cut);
        let mut from = 0;
        for range in self.marks.take_before(cut) {
            out.extend_from_slice(&self.held[from..range.start]);
            out.extend_from_slice(MASK.as_bytes());
            from = range.end;
        }
        out.extend_from_slice(&self.held[from..cut]);
        self.held.drain(..cut);
        out
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scanner")
    }
}

#[cfg(test)]
mod tests {
    use app::secret::SecretValue;

    use super::super::{MASK, Redactor};

    fn scan(value: &str, text: &str, chunk: usize) -> String {
        let mut scanner = Redactor::of(&SecretValue::new(value.to_owned())).scanner();
        let mut out = Vec::new();
        for piece in text.as_bytes().chunks(chunk) {
            out.extend(scanner.push(piece));
        }
        out.extend(scanner.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_secret_is_found_across_every_border_of_chunks() {
        let text = "data: {\"auth\":\"Bearer canary-7d1f\"} canary-canary-7d1fcanary-7d1f canary-7d1";
        for chunk in 1..=text.len() {
            assert_eq!(
                scan("canary-7d1f", text, chunk),
                format!("data: {{\"auth\":\"Bearer {MASK}\"}} canary-{MASK}{MASK} canary-7d1"),
                "{chunk}"
            );
        }
    }

    #[test]
    fn overlapping_finds_are_one() {
        for chunk in 1..=16 {
            assert_eq!(scan("aaaaaaaa", "baaaaaaaaaaab", chunk), format!("b{MASK}b"), "{chunk}");
        }
    }

    #[test]
    fn what_cannot_be_the_secret_is_passed_on_at_once() {
        let mut scanner = Redactor::of(&SecretValue::new("canary-7d1f".to_owned())).scanner();
        assert_eq!(
            scanner.push(b"event: message\ndata: {}\n\n"),
            b"event: message\ndata: {}\n\n"
        );
        assert_eq!(scanner.push(b"x can"), b"x ");
        assert_eq!(scanner.push(b"not"), b"cannot");
        assert_eq!(scanner.finish(), b"");
    }

    #[test]
    fn a_hostile_stream_is_scanned_in_linear_time() {
        // The classic worst case of naive search: 4 KiB of one letter against 1 MiB of it.
        let value = format!("{}b", "a".repeat(4096));
        let text = "a".repeat(1 << 20);
        assert_eq!(scan(&value, &text, 1 << 16).len(), text.len());
    }
}
