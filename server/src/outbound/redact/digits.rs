//! Readings of a text as digits: base64 and hexadecimal, across the separators that writers put between them.

use super::decoder::Unit;
use super::lane::{Finder, Lane};
use super::patterns::Table;

/// What a byte means: below these three a digit is read.
const OTHER: u8 = 0;
const SEPARATOR: u8 = 1;
const LINE_BREAK: u8 = 2;
const X: u8 = 3;

/// Base64 digits: both alphabets as the standard one. MIME breaks lines, and so do columns of a table.
static BASE64: [u8; 256] = {
    let mut classes = separators(b" \t\r");
    let mut c = 0_u8;
    while c < 128 {
        if c.is_ascii_alphanumeric() || c == b'+' || c == b'/' {
            classes[c as usize] = c;
        }
        c += 1;
    }
    classes[b'-' as usize] = b'+';
    classes[b'_' as usize] = b'/';
    classes
};

/// Hexadecimal digits in lower case: `63:61`, `63 61`, `63-61`, `0x63, 0x61`.
static HEX: [u8; 256] = {
    let mut classes = separators(b" \t\r:-,._");
    let mut c = 0_u8;
    while c < 128 {
        if c.is_ascii_hexdigit() {
            classes[c as usize] = c.to_ascii_lowercase();
        }
        c += 1;
    }
    classes[b'x' as usize] = X;
    classes[b'X' as usize] = X;
    classes
};

/// So many separators in a row end a text of digits: a text of them alone would be held for ever.
const MAX_SEPARATORS: usize = 256;

const fn separators(bytes: &[u8]) -> [u8; 256] {
    let mut classes = [OTHER; 256];
    let mut at = 0;
    while at < bytes.len() {
        classes[bytes[at] as usize] = SEPARATOR;
        at += 1;
    }
    classes[b'\n' as usize] = LINE_BREAK;
    classes
}

/// A reading as digits.
pub(super) struct Digits {
    pub lane: Lane,
    classes: &'static [u8; 256],
    /// Line breaks since the last digit. An empty line ends a text: no event of a stream is held beyond its own end.
    breaks: u8,
    /// Separators since then.
    separators: usize,
    /// Whether `0x` may stand before digits.
    has_prefix: bool,
    /// A zero that may be the one of it.
    zero: Option<Unit>,
}

impl Digits {
    pub fn base64(table: &Table) -> Self {
        Self::new(table, &BASE64, false)
    }

    pub fn hex(table: &Table) -> Self {
        Self::new(table, &HEX, true)
    }

    fn new(table: &Table, classes: &'static [u8; 256], has_prefix: bool) -> Self {
        Self {
            lane: Lane::new(table),
            classes,
            has_prefix,
            breaks: 0,
            separators: 0,
            zero: None,
        }
    }

    #[inline]
    pub fn step(&mut self, table: &Table, unit: Unit, finder: &mut Finder<'_>) {
        match self.classes[usize::from(unit.byte)] {
            SEPARATOR => {
                self.separators += 1;
                if self.separators == MAX_SEPARATORS {
                    self.separators = 0;
                    self.finish(table, finder);
                    self.lane.reset(table);
                }
            }
            OTHER => {
                self.finish(table, finder);
                self.lane.reset(table);
            }
            LINE_BREAK => {
                self.finish(table, finder);
                self.breaks += 1;
                if self.breaks == 2 {
                    self.breaks = 0;
                    self.lane.reset(table);
                }
            }
            X => {
                if self.zero.take().is_none() {
                    self.lane.reset(table);
                }
            }
            digit => {
                self.finish(table, finder);
                self.breaks = 0;
                self.separators = 0;
                let unit = Unit { byte: digit, ..unit };
                if digit == b'0' && self.has_prefix {
                    self.zero = Some(unit);
                } else {
                    self.lane.step(table, unit, finder);
                }
            }
        }
    }

    /// Reads a zero that is one.
    #[inline]
    pub fn finish(&mut self, table: &Table, finder: &mut Finder<'_>) {
        if let Some(zero) = self.zero.take() {
            self.lane.step(table, zero, finder);
        }
    }

    /// Where the zero stands that is not yet read.
    pub fn held_from(&self) -> Option<u64> {
        self.zero.map(|zero| zero.start)
    }
}
