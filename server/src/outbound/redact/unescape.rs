//! The other ways to write a text, undone: escapes of JSON and HTML, and percent-encoding.
//!
//! Writers differ in what they escape (one writes `&` as `\u0026`, one `+` as `&#43;`, one leaves `/` as it is), so the
//! forms cannot be listed: the text is read as its reader would read it, and each byte remembers where it came from.

use std::ops::Range;

/// What one text says when its escapes are undone once.
pub(super) struct Unescaped {
    /// The bytes, which need not be UTF-8: percent-encoding writes bytes.
    pub bytes: Vec<u8>,
    runs: Vec<Run>,
}

/// Bytes that come from one place: an escape, or text that has none.
struct Run {
    /// The first of the bytes.
    first: usize,
    /// Where it came from.
    origin: Range<usize>,
    is_escape: bool,
}

impl Unescaped {
    /// Reads a text; nothing where it has no escapes.
    pub fn of(text: &[u8]) -> Option<Self> {
        let mut read = Self {
            bytes: Vec::new(),
            runs: Vec::new(),
        };
        let mut plain = 0;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let escape = match byte {
                b'\\' => backslash(&text[at..]),
                b'&' => entity(&text[at..]),
                b'%' => percent(&text[at..]),
                _ => None,
            };
            let Some((length, written)) = escape else {
                at += 1;
                continue;
            };
            read.put(text, plain..at);
            read.begin(at..at + length, true);
            match written {
                Written::Byte(byte) => read.bytes.push(byte),
                Written::Char(c) => read.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            at += length;
            plain = at;
        }
        if read.runs.is_empty() {
            return None;
        }
        read.put(text, plain..at);
        Some(read)
    }

    fn put(&mut self, text: &[u8], plain: Range<usize>) {
        if !plain.is_empty() {
            self.begin(plain.clone(), false);
            self.bytes.extend_from_slice(&text[plain]);
        }
    }

    fn begin(&mut self, origin: Range<usize>, is_escape: bool) {
        self.runs.push(Run {
            first: self.bytes.len(),
            origin,
            is_escape,
        });
    }

    /// Where these bytes stand in the text that was read.
    pub fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.place(range.start).start;
        first..self.place(range.end.saturating_sub(1)).end.max(first)
    }

    fn place(&self, byte: usize) -> Range<usize> {
        let after = self.runs.partition_point(|run| run.first <= byte);
        match after.checked_sub(1).and_then(|at| self.runs.get(at)) {
            Some(run) if run.is_escape => run.origin.clone(),
            Some(run) => {
                let at = run.origin.start + byte - run.first;
                at..at + 1
            }
            None => 0..0,
        }
    }
}

#[derive(Clone, Copy)]
enum Written {
    Byte(u8),
    Char(char),
}

/// How long an escape is, and what it stands for.
type Escape = Option<(usize, Written)>;

fn backslash(text: &[u8]) -> Escape {
    let short = match text.get(1)? {
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'x' => return Some((4, Written::Char(char::from_u32(digits(text.get(2..4)?, 16)?)?))),
        b'u' => return utf16(text),
        _ => return None,
    };
    Some((2, Written::Char(short)))
}

fn utf16(text: &[u8]) -> Escape {
    let first = digits(text.get(2..6)?, 16)?;
    if let Some(c) = char::from_u32(first) {
        return Some((6, Written::Char(c)));
    }
    let second = digits(text.get(6..12)?.strip_prefix(b"\\u")?, 16)?;
    let (high, low) = (first.checked_sub(0xD800)?, second.checked_sub(0xDC00)?);
    let both = (high < 0x400 && low < 0x400).then_some(0x1_0000 + (high << 10) + low)?;
    Some((12, Written::Char(char::from_u32(both)?)))
}

fn entity(text: &[u8]) -> Escape {
    // The longest that is read: &#x10FFFF;
    let end = text.iter().take(10).position(|byte| *byte == b';')?;
    let c = match text.get(1..end)? {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', hex @ ..] => char::from_u32(digits(hex, 16)?)?,
        [b'#', decimal @ ..] => char::from_u32(digits(decimal, 10)?)?,
        _ => return None,
    };
    Some((end + 1, Written::Char(c)))
}

fn percent(text: &[u8]) -> Escape {
    let byte = digits(text.get(1..3)?, 16)?;
    Some((3, Written::Byte(u8::try_from(byte).ok()?)))
}

fn digits(text: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    // Rust reads a sign as well.
    let all_digits = !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    all_digits.then(|| u32::from_str_radix(text, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::Unescaped;

    fn once(text: &str) -> String {
        Unescaped::of(text.as_bytes()).map_or_else(String::new, |read| String::from_utf8(read.bytes).unwrap())
    }

    #[test]
    fn escapes_of_all_writers_are_undone() {
        assert_eq!(once(r"a\u0026b\u003Cc\/d\\e\n\x41"), "a&b<c/d\\e\nA");
        assert_eq!(once(r"\ud83d\ude00 \u00e9"), "😀 é");
        assert_eq!(once("a&#34;b&#x2B;c&amp;d&quot;&apos;&lt;&gt;"), "a\"b+c&d\"'<>");
        assert_eq!(once("a%2Fb%2b%C3%A9"), "a/b+é");
    }

    #[test]
    fn what_is_no_escape_stands() {
        for text in [
            "plain",
            "50 % of it",
            "a & b; c",
            "&#;",
            "&#x110000;",
            r"\q",
            r"\u00g0",
            "%+1",
            r"\ud800 alone",
        ] {
            assert!(Unescaped::of(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn places_lead_back_to_the_first_text() {
        let text = r"x \\u0026 y";
        let once = Unescaped::of(text.as_bytes()).unwrap();
        let twice = Unescaped::of(&once.bytes).unwrap();
        assert_eq!(twice.bytes, b"x & y");
        let place = |range: std::ops::Range<usize>| &text[once.origin(&twice.origin(&range))];
        assert_eq!(place(2..3), r"\\u0026");
        assert_eq!(place(1..5), r" \\u0026 y");
        assert!(Unescaped::of(&twice.bytes).is_none());
    }
}
