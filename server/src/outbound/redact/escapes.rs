//! The escapes that are undone, each as a pure function of the bytes that it begins with.

/// The longest escape: a pair of UTF-16 escapes, or a numeric entity with zeros in front.
pub(super) const MAX_ESCAPE_BYTES: usize = 14;

/// Kind of the bytes at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// The beginning of an escape, as far as it can be seen.
    Partial,
    /// An escape.
    Of {
        /// How many bytes it takes.
        length: usize,
        written: Written,
    },
    /// No escape.
    None,
}

/// Meaning of an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Byte(u8),
    Char(char),
    /// A line break that only the writer's format needs.
    Nothing,
}

impl Written {
    pub fn each_byte(self, mut put: impl FnMut(u8)) {
        match self {
            Self::Byte(byte) => put(byte),
            Self::Char(c) => c.encode_utf8(&mut [0; 4]).bytes().for_each(put),
            Self::Nothing => {}
        }
    }
}

/// Whether an escape may begin with this byte.
pub(super) const fn is_introducer(byte: u8) -> bool {
    matches!(byte, b'\\' | b'&' | b'%' | b'=')
}

/// `false` if no escape begins with these bytes, the first an introducer: a quick look at up to three of them.
#[inline]
pub(super) fn may_begin(text: &[u8]) -> bool {
    match *text {
        [b'&', b'#', ..] | [b'&'] => true,
        [b'&', first, second, ..] => match Names::next(0, first) {
            0 => false,
            node => Names::next(node, second) != 0,
        },
        [b'&', first] => Names::next(0, first) != 0,
        [b'%', second, ..] => second == b'u' || second.is_ascii_hexdigit(),
        [b'=', second, ..] => matches!(second, b'3' | b'\r' | b'\n'),
        _ => true,
    }
}

/// Reads what begins with an introducer.
pub(super) fn read_escape(text: &[u8]) -> Escape {
    match text {
        [b'\\', rest @ ..] => backslash(text, rest),
        [b'&', rest @ ..] => entity(text, rest),
        [b'%', b'u', ..] => utf16(text, 2),
        [b'%', ..] => byte_digits(text),
        // Quoted-printable, of which only what ordinary text does not hold.
        [b'=', rest @ ..] => match rest {
            [] | [b'3' | b'\r'] => Escape::Partial,
            [b'3', b'D' | b'd', ..] => of(3, Written::Byte(b'=')),
            [b'\n', ..] => of(2, Written::Nothing),
            [b'\r', b'\n', ..] => of(3, Written::Nothing),
            _ => Escape::None,
        },
        _ => Escape::None,
    }
}

fn of(length: usize, written: Written) -> Escape {
    Escape::Of { length, written }
}

fn backslash(text: &[u8], rest: &[u8]) -> Escape {
    let Some(&second) = rest.first() else {
        return Escape::Partial;
    };
    let byte = match second {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'\n' => return of(2, Written::Nothing),
        b'\r' => {
            return match rest.get(1) {
                None => Escape::Partial,
                Some(b'\n') => of(3, Written::Nothing),
                Some(_) => of(2, Written::Nothing),
            };
        }
        b'x' => return fixed(text, 2, 2),
        b'u' => {
            return if rest.get(1) == Some(&b'{') {
                braces(text)
            } else {
                utf16(text, 2)
            };
        }
        b'U' => return fixed(text, 2, 8),
        b'0'..=b'3' => return octal(text),
        // JSON's quotes and slashes, and the punctuation that Markdown, CSS, shells and patterns escape.
        other if other.is_ascii_punctuation() || other == b' ' => other,
        _ => return Escape::None,
    };
    of(2, Written::Byte(byte))
}

/// So many hexadecimal digits from a place on; `None` where there are fewer.
fn hex(text: &[u8], from: usize, count: usize) -> Result<u32, Escape> {
    let digits = text.get(from..).unwrap_or_default();
    let digits = &digits[..digits.len().min(count)];
    let mut number = 0;
    for &digit in digits {
        let digit = char::from(digit).to_digit(16).ok_or(Escape::None)?;
        number = number << 4 | digit;
    }
    if digits.len() < count {
        Err(Escape::Partial)
    } else {
        Ok(number)
    }
}

fn character(length: usize, number: u32) -> Escape {
    char::from_u32(number).map_or(Escape::None, |c| of(length, Written::Char(c)))
}

fn fixed(text: &[u8], from: usize, count: usize) -> Escape {
    hex(text, from, count).map_or_else(|other| other, |number| character(from + count, number))
}

fn byte_digits(text: &[u8]) -> Escape {
    match hex(text, 1, 2).map(u8::try_from) {
        Ok(Ok(byte)) => of(3, Written::Byte(byte)),
        Ok(Err(_)) => Escape::None,
        Err(other) => other,
    }
}

/// Four digits of UTF-16, or two times four.
fn utf16(text: &[u8], from: usize) -> Escape {
    let first = match hex(text, from, 4) {
        Ok(first) => first,
        Err(other) => return other,
    };
    let end = from + 4;
    let Some(high) = first.checked_sub(0xD800).filter(|high| *high < 0x400) else {
        return character(end, first);
    };
    // The other half is written in the same way.
    for (at, &byte) in text[..from].iter().enumerate() {
        match text.get(end + at) {
            None => return Escape::Partial,
            Some(other) if *other != byte => return Escape::None,
            Some(_) => {}
        }
    }
    match hex(text, end + from, 4) {
        Ok(second) => match second.checked_sub(0xDC00) {
            Some(low) if low < 0x400 => character(end + from + 4, 0x1_0000 + (high << 10) + low),
            _ => Escape::None,
        },
        Err(other) => other,
    }
}

/// `\u{61}`
fn braces(text: &[u8]) -> Escape {
    let digits = text[3..]
        .iter()
        .take(6)
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    match text.get(3 + digits) {
        None => Escape::Partial,
        Some(b'}') if digits > 0 => match hex(text, 3, digits) {
            Ok(number) => character(4 + digits, number),
            Err(other) => other,
        },
        Some(_) => Escape::None,
    }
}

/// Three octal digits, as C and Python write bytes; or the six hexadecimal ones of CSS.
fn octal(text: &[u8]) -> Escape {
    if text[1..].starts_with(b"00") {
        match fixed(text, 1, 6) {
            Escape::None => {}
            escape => return escape,
        }
    }
    let digits = &text[1..text.len().min(4)];
    if !digits.iter().all(|digit| (b'0'..=b'7').contains(digit)) {
        return Escape::None;
    }
    if digits.len() < 3 {
        return Escape::Partial;
    }
    character(
        4,
        digits
            .iter()
            .fold(0, |number, digit| number << 3 | u32::from(digit - b'0')),
    )
}

/// Entities of HTML for ASCII punctuation, and numeric ones, whose last mark may be missing.
fn entity(text: &[u8], rest: &[u8]) -> Escape {
    let (radix, from) = match rest {
        [] | [b'#'] => return Escape::Partial,
        [b'#', b'x' | b'X', ..] => (16, 3),
        [b'#', ..] => (10, 2),
        _ => return named(rest),
    };
    let mut number = 0_u32;
    for (at, &byte) in text.iter().enumerate().skip(from) {
        if let Some(digit) = char::from(byte).to_digit(radix) {
            number = number.saturating_mul(radix).saturating_add(digit);
        } else if at == from {
            return Escape::None;
        } else {
            return character(at + usize::from(byte == b';'), number);
        }
    }
    Escape::Partial
}

fn named(rest: &[u8]) -> Escape {
    let mut node = 0;
    for (at, &byte) in rest.iter().enumerate() {
        match Names::next(node, byte) {
            0 => {
                let written = NAMES.bytes[usize::from(node)];
                return if written != 0 && byte == b';' {
                    of(at + 2, Written::Byte(written))
                } else {
                    Escape::None
                };
            }
            next => node = next,
        }
    }
    Escape::Partial
}

/// The names of the entities as a tree: one step for each letter, whatever the number of names.
struct Names {
    /// For each node the next one by letter; 0, which is the root, for none.
    next: [[u8; LETTERS]; NODES],
    /// The character of the name that ends at a node, or 0.
    bytes: [u8; NODES],
}

/// As many as a byte numbers. More do not compile.
const NODES: usize = 256;
/// From `A` to `z`, with what stands between.
const LETTERS: usize = 58;

static NAMES: Names = Names::new();

impl Names {
    const fn new() -> Self {
        let mut names = Self {
            next: [[0; LETTERS]; NODES],
            bytes: [0; NODES],
        };
        let (mut last, mut entity) = (0_u8, 0);
        while entity < ENTITIES.len() {
            let (name, written) = ENTITIES[entity];
            let name = name.as_bytes();
            let (mut node, mut at) = (0, 0);
            while at < name.len() {
                let letter = (name[at] - b'A') as usize;
                if names.next[node][letter] == 0 {
                    last += 1;
                    names.next[node][letter] = last;
                }
                node = names.next[node][letter] as usize;
                at += 1;
            }
            names.bytes[node] = written;
            entity += 1;
        }
        names
    }

    #[inline]
    fn next(node: u8, byte: u8) -> u8 {
        let letter = usize::from(byte.wrapping_sub(b'A'));
        NAMES.next[usize::from(node)].get(letter).copied().unwrap_or(0)
    }
}

/// By their first byte.
static ENTITIES: &[(&str, u8)] = &[
    ("AMP", b'&'),
    ("GT", b'>'),
    ("Hat", b'^'),
    ("LT", b'<'),
    ("NewLine", b'\n'),
    ("QUOT", b'"'),
    ("Tab", b'\t'),
    ("UnderBar", b'_'),
    ("VerticalLine", b'|'),
    ("amp", b'&'),
    ("apos", b'\''),
    ("ast", b'*'),
    ("bsol", b'\\'),
    ("colon", b':'),
    ("comma", b','),
    ("commat", b'@'),
    ("dash", b'-'),
    ("dollar", b'$'),
    ("equals", b'='),
    ("excl", b'!'),
    ("grave", b'`'),
    ("gt", b'>'),
    ("hyphen", b'-'),
    ("lbrace", b'{'),
    ("lbrack", b'['),
    ("lcub", b'{'),
    ("lowbar", b'_'),
    ("lpar", b'('),
    ("lsqb", b'['),
    ("lt", b'<'),
    ("midast", b'*'),
    ("nbsp", b' '),
    ("num", b'#'),
    ("percnt", b'%'),
    ("period", b'.'),
    ("plus", b'+'),
    ("quest", b'?'),
    ("quot", b'"'),
    ("rbrace", b'}'),
    ("rbrack", b']'),
    ("rcub", b'}'),
    ("rpar", b')'),
    ("rsqb", b']'),
    ("semi", b';'),
    ("sol", b'/'),
    ("verbar", b'|'),
    ("vert", b'|'),
];
