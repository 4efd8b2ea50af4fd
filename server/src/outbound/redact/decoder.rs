//! A text as its reader would read it: escapes of JSON, JavaScript, HTML, percent-encoding and others undone, while it
//! comes, byte by byte.
//!
//! Writers differ in what they escape (one writes `&` as `\u0026`, one `+` as `&#43;`, one leaves `/` as it is), so the
//! forms cannot be listed. Escapes of escapes are undone as well, [`MAX_ESCAPED`] times over: a document in a text of a
//! document in a text. Each byte remembers where it came from.

use super::escapes::{Escape, MAX_ESCAPE_BYTES, is_introducer, may_begin, read_escape};

/// How many times over the escapes of a text are undone.
const MAX_ESCAPED: usize = 4;

/// One byte of a reading, and the place in the text that it came from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unit {
    pub byte: u8,
    pub start: u64,
    pub end: u64,
}

/// Undoes escapes. What may become an escape is held, at most [`MAX_ESCAPE_BYTES`] at each level.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Boxed: futures that read an answer hold a scanner.
    levels: Box<[Level; MAX_ESCAPED]>,
}

/// Undoes escapes once.
#[derive(Debug)]
struct Level {
    /// The bytes from `from` to `to`: the beginning of what may be an escape, or none.
    held: [Unit; ROOM],
    bytes: [u8; ROOM],
    from: usize,
    to: usize,
}

/// Room for more than one escape, so that held bytes are rarely moved.
const ROOM: usize = 4 * MAX_ESCAPE_BYTES;

impl Decoder {
    /// Whether this byte reads as itself, and at once.
    pub fn passes(&self, byte: u8) -> bool {
        !is_introducer(byte) && byte != 0 && self.levels.iter().all(Level::is_empty)
    }

    /// Takes the next byte. Those of value zero are left out: text in UTF-16 is full of them.
    pub fn push(&mut self, unit: Unit, out: &mut impl FnMut(Unit)) {
        if unit.byte != 0 {
            feed(&mut *self.levels, unit, out);
        }
    }

    /// At the end of the text: what is held is no escape, or one without its last mark.
    pub fn finish(&mut self, out: &mut impl FnMut(Unit)) {
        // A zero byte continues no escape, and is left out of the reading.
        feed(&mut *self.levels, Unit::default(), out);
    }

    /// Where the first byte came from that is held.
    pub fn held_from(&self) -> Option<u64> {
        let held = self.levels.iter().filter(|level| !level.is_empty());
        held.map(|level| level.held[level.from].start).min()
    }
}

/// What a text says. A beginning of an escape at its end is left out: it depends on what follows.
pub(super) fn read(text: &[u8]) -> Vec<u8> {
    let mut read = Vec::with_capacity(text.len());
    let mut decoder = Decoder::default();
    for &byte in text {
        let unit = Unit { byte, start: 0, end: 0 };
        decoder.push(unit, &mut |unit| read.push(unit.byte));
    }
    read
}

fn feed(levels: &mut [Level], unit: Unit, out: &mut impl FnMut(Unit)) {
    let Some((level, above)) = levels.split_first_mut() else {
        if unit.byte != 0 {
            out(unit);
        }
        return;
    };
    if level.is_empty() && !is_introducer(unit.byte) {
        return feed(above, unit, out);
    }
    level.hold(unit);
    if level.may_be_decided() {
        level.settle(above, out);
    }
}

impl Default for Level {
    fn default() -> Self {
        Self {
            held: [Unit::default(); ROOM],
            bytes: [0; ROOM],
            from: 0,
            to: 0,
        }
    }
}

impl Level {
    #[inline]
    fn is_empty(&self) -> bool {
        self.from == self.to
    }

    #[inline]
    fn hold(&mut self, unit: Unit) {
        if self.to == ROOM {
            self.held.copy_within(self.from.., 0);
            self.bytes.copy_within(self.from.., 0);
            (self.from, self.to) = (0, ROOM - self.from);
        }
        self.held[self.to] = unit;
        self.bytes[self.to] = unit.byte;
        self.to += 1;
    }

    /// `false` while an entity grows by letters and digits: another mark ends it, and it is read once.
    #[inline]
    fn may_be_decided(&self) -> bool {
        let (first, last) = (self.bytes[self.from], self.bytes[self.to - 1]);
        first != b'&' || !last.is_ascii_alphanumeric() || self.to - self.from == MAX_ESCAPE_BYTES
    }

    /// Gives what is decided to the next level.
    fn settle(&mut self, above: &mut [Self], out: &mut impl FnMut(Unit)) {
        while self.from < self.to {
            let first = self.held[self.from];
            let text = &self.bytes[self.from..self.to];
            let escape = match text {
                [byte, ..] if !is_introducer(*byte) => Escape::None,
                [byte, second, ..] if !may_begin(*byte, *second) => Escape::None,
                [_] => return,
                _ => read_escape(text),
            };
            match escape {
                // An escape that is as long as this is none.
                Escape::Partial if text.len() < MAX_ESCAPE_BYTES => return,
                Escape::Partial | Escape::None => {
                    feed(above, first, out);
                    self.from += 1;
                }
                Escape::Of { length, written } => {
                    let end = self.held[self.from + length - 1].end;
                    let start = first.start;
                    written.each_byte(|byte| feed(above, Unit { byte, start, end }, out));
                    self.from += length;
                }
            }
        }
        (self.from, self.to) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::escapes::{Escape, is_introducer, may_begin, read_escape};
    use super::{Decoder, Unit, read};

    fn whole(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut decoder = Decoder::default();
        for (at, byte) in (0..).zip(text.bytes()) {
            let unit = Unit {
                byte,
                start: at,
                end: at + 1,
            };
            decoder.push(unit, &mut |unit| bytes.push(unit.byte));
        }
        decoder.finish(&mut |unit| bytes.push(unit.byte));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn escapes_of_all_writers_are_undone() {
        for (text, plain) in [
            (
                r"a\u0026b\u003Cc\/d\e\x41\u{61}\U00000062\143\-\_\$",
                r"a&b<c/d\eAabc-_$",
            ),
            (r"\ud83d\ude00 \u00e9", "😀 é"),
            ("a&#34;b&#x2B;c&amp;d&quot;&apos;&lt;&gt;", "a\"b+c&d\"'<>"),
            ("a&plus;b&sol;c&equals;d&#00000061;e&#97 f&#102", "a+b/c=d=ea ff"),
            ("a%2Fb%2b%C3%A9%u0041", "a/b+éA"),
            ("a=3Db=\r\nc=\nd\\\ne", "a=bcde"),
            ("a\x00b\x00\\\x00u\x000\x000\x006\x001\x00", "aba"),
            (r"\\\\u0061 %25252561 &amp;amp;amp;amp;", "a a &"),
            ("&#x5cu0061%5Cu00%36%31", "aa"),
        ] {
            assert_eq!(whole(text), plain, "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_stands() {
        for text in [
            "plain",
            "50 % of it",
            "a & b; c",
            "&amplifier; &am &lbraces; &notanentityatall;",
            "&#;",
            "&#x110000;",
            "&unknown; &",
            r"\q",
            r"\u00g0",
            "%+1",
            "%",
            r"\ud800 alone",
            "a=b",
            "\\",
        ] {
            assert_eq!(whole(text), text);
        }
    }

    #[test]
    fn two_bytes_that_cannot_begin_an_escape_are_none() {
        for first in (0..=u8::MAX).filter(|byte| is_introducer(*byte)) {
            for second in 0..=u8::MAX {
                if !may_begin(first, second) {
                    assert_eq!(read_escape(&[first, second]), Escape::None, "{first} {second}");
                }
            }
        }
    }

    #[test]
    fn each_byte_knows_the_place_that_it_came_from() {
        let text = br"x \\u0026 y";
        let mut decoder = Decoder::default();
        let mut units = Vec::new();
        for (start, &byte) in (0..).zip(text) {
            let end = start + 1;
            decoder.push(Unit { byte, start, end }, &mut |unit| {
                units.push((unit.byte, unit.start, unit.end));
            });
        }
        assert_eq!(units[2], (b'&', 2, 9));
        assert_eq!(units[4], (b'y', 10, 11));
        assert_eq!(decoder.held_from(), None);
    }

    #[test]
    fn the_beginning_of_an_escape_depends_on_what_follows() {
        assert_eq!(read(br"a\u0062c\"), b"abc");
        assert_eq!(read(b"a%41%4"), b"aA");
    }
}
