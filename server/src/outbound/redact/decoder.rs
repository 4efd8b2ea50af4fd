//! A text as its reader would read it: escapes of JSON, JavaScript, HTML, percent-encoding and others undone, block by
//! block while it comes.
//!
//! Writers differ in what they escape (one writes `&` as `\u0026`, one `+` as `&#43;`, one leaves `/` as it is), so the
//! forms cannot be listed. Escapes of escapes are undone as well, [`MAX_ESCAPED`] times over: a document in a text of a
//! document in a text. Each byte remembers where it came from.

use zeroize::Zeroizing;

use super::escapes::{Escape, MAX_ESCAPE_BYTES, is_introducer, may_begin, read_escape};

/// The size of a block, in bytes.
pub(super) const BLOCK_BYTES: usize = 256;

/// How many times over the escapes of a text are undone.
const MAX_ESCAPED: usize = 4;

/// One byte of a reading, and the place in the text that it came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub byte: u8,
    pub start: u64,
    pub end: u64,
}

/// Undoes escapes. What may become an escape is held, less than [`MAX_ESCAPE_BYTES`] at each level.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Each level reads what the one before it wrote.
    levels: [Level; MAX_ESCAPED],
    read: Units,
}

/// Undoes escapes once.
#[derive(Debug, Default)]
struct Level {
    /// Bytes to read. Between two blocks: the beginning of a possible escape, or none.
    held: Units,
}

/// Bytes of a reading, and where each came from. The bytes stand apart, so that escapes are read from a slice. They may be
/// those of a value, which stay nowhere in memory.
#[derive(Debug, Default)]
struct Units {
    bytes: Zeroizing<Vec<u8>>,
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    end: u64,
}

impl Decoder {
    /// `true` if these bytes hold no escape and continue none.
    pub fn passes(&self, block: &[u8]) -> bool {
        self.levels.iter().all(Level::is_empty) && !block.iter().any(|byte| is_introducer(*byte) || *byte == 0)
    }

    /// Takes the next bytes, which stand at a place in the text, and gives what is decided. Those of value zero are left
    /// out: text in UTF-16 is full of them.
    pub fn push(&mut self, block: &[u8], start: u64, out: &mut impl FnMut(Unit)) {
        let held = &mut self.levels[0].held;
        for (start, &byte) in (start..).zip(block) {
            if byte != 0 {
                held.push(byte, Place { start, end: start + 1 });
            }
        }
        self.settle(false, out);
    }

    /// At the end of the text: what is held is no escape, or one without its last mark.
    pub fn finish(&mut self, out: &mut impl FnMut(Unit)) {
        self.settle(true, out);
    }

    fn settle(&mut self, is_end: bool, out: &mut impl FnMut(Unit)) {
        let mut levels = &mut self.levels[..];
        while let Some((level, above)) = levels.split_first_mut() {
            if is_end {
                // A zero byte continues no escape, and is left out of the reading.
                level.held.push(0, Place { start: 0, end: 0 });
            }
            level.settle(above.first_mut().map_or(&mut self.read, |next| &mut next.held));
            levels = above;
        }
        for (&byte, place) in self.read.bytes.iter().zip(&self.read.places) {
            if byte != 0 {
                out(Unit {
                    byte,
                    start: place.start,
                    end: place.end,
                });
            }
        }
        self.read.clear();
    }

    /// Where the first byte came from that is held.
    pub fn held_from(&self) -> Option<u64> {
        let held = self.levels.iter().filter_map(|level| level.held.places.first());
        held.map(|place| place.start).min()
    }
}

/// What a text says. A beginning of an escape at its end is left out: it depends on what follows.
pub(super) fn read(text: &[u8]) -> Vec<u8> {
    let mut read = Vec::with_capacity(text.len());
    let mut decoder = Decoder::default();
    for block in text.chunks(BLOCK_BYTES) {
        decoder.push(block, 0, &mut |unit| read.push(unit.byte));
    }
    read
}

impl Units {
    #[inline]
    fn push(&mut self, byte: u8, place: Place) {
        self.bytes.push(byte);
        self.places.push(place);
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }
}

impl Level {
    fn is_empty(&self) -> bool {
        self.held.bytes.is_empty()
    }

    /// Gives what is decided to the next level.
    fn settle(&mut self, next: &mut Units) {
        let Units { bytes, places } = &mut self.held;
        next.bytes.reserve(bytes.len());
        next.places.reserve(bytes.len());
        let mut at = 0;
        while let (Some(&byte), Some(&place)) = (bytes.get(at), places.get(at)) {
            let text = &bytes[at..bytes.len().min(at + MAX_ESCAPE_BYTES)];
            let escape = if is_introducer(byte) && may_begin(text) {
                read_escape(text)
            } else {
                Escape::None
            };
            match escape {
                // An escape that is as long as this is none.
                Escape::Partial if text.len() < MAX_ESCAPE_BYTES => break,
                Escape::Partial | Escape::None => {
                    next.push(byte, place);
                    at += 1;
                }
                Escape::Of { length, written } => {
                    let end = places[at + length - 1].end;
                    let start = place.start;
                    written.each_byte(|byte| next.push(byte, Place { start, end }));
                    at += length;
                }
            }
        }
        bytes.drain(..at);
        places.drain(..at);
    }
}

#[cfg(test)]
mod tests {
    use super::super::escapes::{Escape, is_introducer, may_begin, read_escape};
    use super::{Decoder, read};

    /// The decoded text, the same for every size of blocks.
    fn whole(text: &str) -> String {
        let read = |block_bytes: usize| {
            let mut bytes = Vec::new();
            let mut decoder = Decoder::default();
            for (number, block) in text.as_bytes().chunks(block_bytes).enumerate() {
                let start = (number * block_bytes) as u64;
                decoder.push(block, start, &mut |unit| bytes.push(unit.byte));
            }
            decoder.finish(&mut |unit| bytes.push(unit.byte));
            String::from_utf8(bytes).unwrap()
        };
        let read_by_bytes = read(1);
        for block_bytes in 2..=text.len() + 1 {
            assert_eq!(read(block_bytes), read_by_bytes, "{text} in blocks of {block_bytes}");
        }
        read_by_bytes
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
    fn bytes_that_cannot_begin_an_escape_are_none() {
        for first in (0..=u8::MAX).filter(|byte| is_introducer(*byte)) {
            for second in 0..=u8::MAX {
                for text in (0..=u8::MAX).map(|third| [first, second, third]) {
                    for text in [&text[..2], &text] {
                        assert!(may_begin(text) || read_escape(text) == Escape::None, "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn each_byte_knows_the_place_that_it_came_from() {
        let text = br"x \\u0026 y";
        let mut decoder = Decoder::default();
        let mut units = Vec::new();
        decoder.push(text, 0, &mut |unit| units.push((unit.byte, unit.start, unit.end)));
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
