//! Scanning of a stream that arrives in chunks.

use std::fmt;

use super::decoder::{BLOCK_BYTES, Decoder, Unit};
use super::digits::Digits;
use super::encodings::{HEAD_BYTES, Reading};
use super::lane::{Finder, Lane, Work};
use super::patterns::{Patterns, Table};
use super::spans::MaskSpans;
use super::{MASK, Redactor};

/// The most of a growing span that is held; it is masked in several parts then.
const MAX_OPEN_BYTES: u64 = 128 * 1024;

/// Scans one stream. Bytes that may be the beginning of the secret are held back until it is clear
/// what they are.
pub struct Scanner {
    redactor: Redactor,
    /// The shortest form that is masked.
    min_bytes: usize,
    decoder: Decoder,
    readings: Readings,
    /// What was taken; the first `released` bytes of it were passed on.
    held: Vec<u8>,
    released: usize,
    /// The place in the stream of what was not passed on.
    place: u64,
    spans: MaskSpans,
    has_masked: bool,
    work: Work,
}

/// The readings of a text that are searched at once.
struct Readings {
    /// The text as it is.
    raw: Lane,
    /// With its escapes undone.
    plain: Lane,
    base64: Digits,
    hex: Digits,
    /// How many bytes must read as themselves until both lanes are the same again; 0 while they are, and only `plain`
    /// is read.
    apart: usize,
}

impl Readings {
    /// Reads a byte that reads as itself.
    #[inline]
    fn pass(&mut self, patterns: &Patterns, unit: Unit, finder: &mut Finder<'_>) {
        if self.apart > 0 {
            self.raw.step(&patterns.plain, unit, finder);
        }
        self.step(patterns, unit, finder);
        if self.apart > 0 {
            self.apart -= 1;
            // The state of a lane depends on the last bytes alone, unless the rest of a long form is awaited.
            if self.apart == 0 && (self.raw.awaits() || self.plain.awaits()) {
                self.apart = 1;
            }
        }
    }

    /// Gives the text as it is a lane of its own, for a block that may hold an escape.
    fn part(&mut self) {
        if self.apart == 0 {
            self.raw.clone_from(&self.plain);
        }
        self.apart = HEAD_BYTES;
    }

    /// Reads a byte of the text whose escapes are undone. Digits have no escapes, so they are read there only.
    #[inline]
    fn step(&mut self, patterns: &Patterns, unit: Unit, finder: &mut Finder<'_>) {
        self.plain.step(&patterns.plain, unit, finder);
        self.base64.step(&patterns.base64, unit, finder);
        self.hex.step(&patterns.hex, unit, finder);
    }
}

impl Scanner {
    pub(super) fn new(redactor: &Redactor, min_bytes: usize) -> Self {
        let patterns = &redactor.patterns;
        Self {
            min_bytes,
            decoder: Decoder::default(),
            readings: Readings {
                raw: Lane::new(&patterns.plain),
                plain: Lane::new(&patterns.plain),
                base64: Digits::base64(&patterns.base64),
                hex: Digits::hex(&patterns.hex),
                apart: 0,
            },
            held: Vec::new(),
            released: 0,
            place: 0,
            spans: MaskSpans::default(),
            has_masked: false,
            work: Work::default(),
            redactor: redactor.clone(),
        }
    }

    /// Takes the next chunk and gives what can already be passed on.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        if self.redactor.is_empty() {
            return chunk.to_vec();
        }
        self.hold(chunk);
        let decided = self.undecided().unwrap_or(u64::MAX).min(self.end());
        self.release(decided)
    }

    /// Takes the next chunk and passes nothing on.
    pub(super) fn hold(&mut self, chunk: &[u8]) {
        let from = self.end();
        self.held.extend_from_slice(chunk);
        self.read(|decoder, finder, readings, patterns| {
            for (number, block) in chunk.chunks(BLOCK_BYTES).enumerate() {
                let from = from + (number * BLOCK_BYTES) as u64;
                let units = (from..).zip(block).map(|(start, &byte)| Unit {
                    byte,
                    start,
                    end: start + 1,
                });
                if decoder.passes(block) {
                    units.for_each(|unit| readings.pass(patterns, unit, finder));
                } else {
                    finder.work.add(block.len() as u64);
                    readings.part();
                    units.for_each(|unit| readings.raw.step(&patterns.plain, unit, finder));
                    decoder.push(block, from, &mut |unit| readings.step(patterns, unit, finder));
                }
            }
        });
    }

    /// What was taken and not passed on.
    pub fn held(&self) -> &[u8] {
        &self.held[self.released..]
    }

    /// Whether any form was masked.
    pub(super) fn has_masked(&self) -> bool {
        self.has_masked
    }

    /// Passes on what stands before this place in what is held.
    pub(super) fn give(&mut self, cut: usize) -> Vec<u8> {
        self.release(self.place + cut as u64)
    }

    /// Reads the end of the stream, and passes on the rest.
    pub(super) fn end_of_stream(&mut self) -> Vec<u8> {
        self.read(|decoder, finder, readings, patterns| {
            decoder.finish(&mut |unit| readings.step(patterns, unit, finder));
            readings.hex.finish(&patterns.hex, finder);
        });
        self.release(self.end())
    }

    /// The rest, at the end of the stream.
    pub fn finish(mut self) -> Vec<u8> {
        self.end_of_stream()
    }

    fn read(&mut self, read: impl FnOnce(&mut Decoder, &mut Finder<'_>, &mut Readings, &Patterns)) {
        let (redactor, min_bytes) = (&self.redactor, self.min_bytes);
        if redactor.is_empty() {
            return;
        }
        let mut finder = Finder {
            spans: &mut self.spans,
            redactor,
            min_bytes,
            work: &mut self.work,
        };
        read(&mut self.decoder, &mut finder, &mut self.readings, &redactor.patterns);
    }

    /// The place in the stream of what comes next.
    fn end(&self) -> u64 {
        self.place + self.held().len() as u64
    }

    /// From where on it is not known what is secret. The values of other requests have no part in this: a caller who
    /// guesses at them must not see from the time of a piece how far a guess is right.
    fn undecided(&self) -> Option<u64> {
        let patterns = &self.redactor.patterns;
        let of = |lane: &Lane, table: &Table, reading: Reading| {
            let own = self.redactor.own_forms(reading, self.min_bytes);
            lane.undecided(table, own, |member| self.redactor.is_own(member.value))
        };
        let Readings {
            raw,
            plain,
            base64,
            hex,
            apart,
        } = &self.readings;
        let raw = if *apart > 0 { raw } else { plain };
        let places = [
            self.decoder.held_from(),
            hex.held_from(),
            of(raw, &patterns.plain, Reading::Plain),
            of(plain, &patterns.plain, Reading::Plain),
            of(&base64.lane, &patterns.base64, Reading::Base64),
            of(&hex.lane, &patterns.hex, Reading::Hex),
        ];
        places.into_iter().flatten().min()
    }

    fn release(&mut self, mut cut: u64) -> Vec<u8> {
        // A span that may still grow is not cut in two: it would be masked twice.
        if let Some(start) = self.spans.around(cut).map(|span| span.start) {
            if cut - start <= MAX_OPEN_BYTES {
                cut = start;
            } else {
                self.spans.split(cut);
            }
        }
        // What was passed on before its end was seen stays passed on.
        let cut = cut.max(self.place);
        let length = usize::try_from(cut - self.place).unwrap_or(usize::MAX);
        let mut out = Vec::with_capacity(length);
        let mut from = self.released;
        while let Some(span) = self.spans.take_before(cut) {
            let at =
                |place: u64| self.released + usize::try_from(place.saturating_sub(self.place)).unwrap_or(usize::MAX);
            out.extend_from_slice(&self.held[from..at(span.start).max(from)]);
            out.extend_from_slice(MASK.as_bytes());
            from = at(span.end).max(from);
            self.has_masked = true;
        }
        self.released += length;
        self.place = cut;
        out.extend_from_slice(&self.held[from.min(self.released)..self.released]);
        // In large steps, so that the time to move the rest stays linear.
        if self.released * 2 >= self.held.len() {
            self.held.drain(..self.released);
            self.released = 0;
        }
        out
    }

    /// How many comparisons were made.
    #[cfg(test)]
    pub(super) fn work(&self) -> u64 {
        self.work.done
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scanner")
    }
}

#[cfg(test)]
mod tests {
    use contract::secret::SecretValue;

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
    fn little_is_held_of_a_text_that_never_decides() {
        for (value, begin, rest) in [
            ("canary-7d1f", "6", "-"),
            ("canary-7d1f", "Y2Fu", " "),
            ("aaaaaaaa", "", "a"),
        ] {
            let mut scanner = Redactor::of(&SecretValue::new(value.to_owned())).scanner();
            let mut out = scanner.push(begin.as_bytes());
            for _ in 0..64 {
                out.extend(scanner.push(rest.repeat(16 * 1024).as_bytes()));
                assert!(scanner.held().len() < 256 * 1024, "{value} {rest}");
            }
            out.extend(scanner.finish());
            assert!(!String::from_utf8(out).unwrap().contains(value), "{value}");
        }
    }

    #[test]
    fn a_hostile_stream_is_scanned_in_linear_time() {
        // The classic worst case of naive search: 4 KiB of one letter against 1 MiB of it.
        let value = format!("{}b", "a".repeat(4096));
        let text = "a".repeat(1 << 20);
        assert_eq!(scan(&value, &text, 1 << 16).len(), text.len());
    }
}
