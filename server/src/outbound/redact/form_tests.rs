//! Every form in which a value is found, at every border of chunks; and the work for the worst texts.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use contract::secret::SecretValue;

use super::{MASK, MIN_STREAM_BYTES, Redactor, Scanner};

/// A marked canary with punctuation that many writers escape.
const VALUE: &str = "canary/7d1f+AbC_dEf~9.?>";

fn redactor(value: &str) -> Redactor {
    Redactor::of(&SecretValue::new(value.to_owned()))
}

fn scan(redactor: &Redactor, text: &[u8], chunk: usize) -> Vec<u8> {
    let mut scanner = redactor.scanner();
    let mut out = Vec::new();
    for piece in text.chunks(chunk) {
        out.extend(scanner.push(piece));
    }
    out.extend(scanner.finish());
    out
}

/// Each byte written by the format.
fn each(write: impl Fn(u8) -> String) -> String {
    VALUE.bytes().map(write).collect()
}

fn separated(separator: &str, prefix: &str) -> String {
    let bytes: Vec<String> = VALUE.bytes().map(|byte| format!("{prefix}{byte:02x}")).collect();
    bytes.join(separator)
}

fn lines(text: &str, columns: usize, end: &str) -> String {
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(columns)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join(end)
}

fn utf16(bytes: impl Fn(u16) -> [u8; 2]) -> String {
    let bytes = VALUE.encode_utf16().flat_map(bytes).collect();
    String::from_utf8(bytes).unwrap()
}

/// Name and text of each form.
fn forms() -> Vec<(&'static str, String)> {
    let json = each(|byte| format!("\\u{byte:04x}"));
    let percent = each(|byte| format!("%{byte:02X}"));
    let mut mixed = String::new();
    for (at, byte) in VALUE.bytes().enumerate() {
        let c = char::from(byte);
        let _ = match at % 5 {
            0 => write!(mixed, "\\u{byte:04X}"),
            1 => write!(mixed, "&#{byte};"),
            2 => write!(mixed, "%{byte:02x}"),
            3 => write!(mixed, "\\x{byte:02x}"),
            _ => write!(mixed, "{c}"),
        };
    }
    let long = format!("{}{VALUE}{}", "lead ".repeat(20), "tail ".repeat(20));
    vec![
        ("plain", VALUE.to_owned()),
        ("after its scheme", format!("Bearer {VALUE}")),
        ("JSON", json.clone()),
        ("JSON in upper case", each(|byte| format!("\\u{byte:04X}"))),
        ("JSON in JSON", json.replace('\\', "\\\\")),
        ("JSON three times", json.replace('\\', "\\\\\\\\")),
        ("HTML", each(|byte| format!("&#{byte};"))),
        ("HTML in hexadecimal digits", each(|byte| format!("&#x{byte:X};"))),
        ("HTML with zeros", each(|byte| format!("&#0000{byte};"))),
        ("HTML without its last mark", each(|byte| format!("&#{byte}"))),
        ("HTML in HTML", each(|byte| format!("&amp;#{byte};"))),
        (
            "HTML names",
            VALUE.replace('/', "&sol;").replace('+', "&plus;").replace('>', "&gt;"),
        ),
        ("percent", percent.clone()),
        (
            "percent in lower case",
            percent.to_ascii_lowercase().replace("%7e", "~"),
        ),
        ("percent twice", percent.replace('%', "%25")),
        ("percent of UTF-16", each(|byte| format!("%u{byte:04x}"))),
        ("a mixture", mixed.clone()),
        ("a mixture in JSON", mixed.replace('\\', "\\\\").replace('&', "\\u0026")),
        ("JavaScript", each(|byte| format!("\\u{{{byte:x}}}"))),
        ("Python", each(|byte| format!("\\U{byte:08x}"))),
        ("C", each(|byte| format!("\\x{byte:02x}"))),
        ("octal", each(|byte| format!("\\{byte:03o}"))),
        ("CSS", each(|byte| format!("\\{byte:06x}"))),
        (
            "Markdown",
            VALUE.replace('_', "\\_").replace('~', "\\~").replace('.', "\\."),
        ),
        ("UTF-16, little-endian", utf16(u16::to_le_bytes)),
        ("UTF-16, big-endian", utf16(u16::to_be_bytes)),
        ("JSON of UTF-16", each(|byte| format!("{}\\u0000", char::from(byte)))),
        ("a string over two lines", lines(VALUE, 10, "\\\n")),
        ("quoted-printable", lines(VALUE, 10, "=\r\n")),
        ("base64", STANDARD.encode(VALUE)),
        ("base64 behind a byte", STANDARD.encode(format!("x{VALUE}"))),
        ("base64 behind two bytes", STANDARD.encode(format!("xy{VALUE}z"))),
        ("base64 for addresses", URL_SAFE_NO_PAD.encode(VALUE)),
        ("base64 of MIME", lines(&STANDARD.encode(&long), 76, "\r\n")),
        ("base64 of PEM", lines(&STANDARD.encode(&long), 64, "\n")),
        (
            "base64 of MIME in JSON",
            lines(&STANDARD.encode(&long), 76, "\\r\\n").replace('/', "\\/"),
        ),
        (
            "base64 in an address",
            STANDARD
                .encode(VALUE)
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D"),
        ),
        ("hexadecimal digits", separated("", "")),
        ("hexadecimal digits in upper case", separated("", "").to_uppercase()),
        ("hexadecimal digits with spaces", separated(" ", "")),
        ("hexadecimal digits with colons", separated(":", "").to_uppercase()),
        ("hexadecimal digits with hyphens", separated("-", "")),
        ("hexadecimal numbers", separated(", ", "0x")),
        ("hexadecimal digits in lines", lines(&separated(" ", ""), 48, "\n")),
    ]
}

#[test]
fn a_value_is_found_in_every_form_at_every_border_of_chunks() {
    let redactor = redactor(VALUE);
    for (name, form) in forms() {
        let text = format!("<{form}>");
        let whole = scan(&redactor, text.as_bytes(), text.len());
        let shown = String::from_utf8_lossy(&whole);
        assert_eq!(shown.matches(MASK).count(), 1, "{name}: {text} became {shown}");
        // At most the digits stay that the value shares with its neighbours.
        assert!(
            whole.len() + VALUE.len() <= text.len() + MASK.len(),
            "{name}: {text} became {shown}"
        );
        for chunk in [1, 2, 3, 5, 16] {
            assert_eq!(
                scan(&redactor, text.as_bytes(), chunk),
                whole,
                "{name} in chunks of {chunk}"
            );
        }
        assert_eq!(redactor.text(&text).as_bytes(), whole, "{name}");
        let mut document = serde_json::json!({&form: [&form]});
        redactor.json(&mut document);
        let masked = document.to_string();
        assert_eq!(masked.matches(MASK).count(), 2, "{name} in JSON: {masked}");
    }
}

#[test]
fn long_values_are_compared_to_their_end() {
    let value = format!("{}-canary-7d1f", "0123456789".repeat(500));
    let redactor = redactor(&value);
    let other = value.replace("7d1f", "7d1e");
    let digits = STANDARD_NO_PAD.encode(&value);
    let text = format!("{other} {value} {digits} {other}");
    for chunk in [1, 100, 1 << 20] {
        let clean = String::from_utf8(scan(&redactor, text.as_bytes(), chunk)).unwrap();
        assert!(
            clean == format!("{other} {MASK} {MASK} {other}"),
            "in chunks of {chunk}"
        );
    }
}

#[test]
fn keys_that_become_one_keep_their_items() {
    let hex = separated("", "");
    let mut document = serde_json::json!({VALUE: 1, hex: 2, "other": 3});
    redactor(VALUE).json(&mut document);
    let fields = document.as_object().unwrap();
    assert_eq!(fields.len(), 3, "{document}");
    assert!(
        fields.keys().all(|key| key == "other" || key.starts_with(MASK)),
        "{document}"
    );
}

#[test]
fn a_value_whose_beginning_reads_as_an_escape_is_found_at_any_distance_from_the_last_one() {
    let long = format!("n-canary-7d1f-{}", "long".repeat(100));
    for value in ["n-canary-7d1f", &long] {
        let redactor = redactor(value);
        for distance in 0..600 {
            // A reader of escapes sees a line break and the rest of the value.
            let text = format!("{}&amp;{}\\{value} end", "x".repeat(distance / 2), "y".repeat(distance));
            for chunk in [7, 16 * 1024] {
                let mut scanner = Scanner::new(&redactor, MIN_STREAM_BYTES);
                let mut clean = Vec::new();
                for piece in text.as_bytes().chunks(chunk) {
                    clean.extend(scanner.push(piece));
                }
                clean.extend(scanner.end_of_stream());
                let clean = String::from_utf8(clean).unwrap();
                assert!(clean.ends_with(&format!("\\{MASK} end")), "{distance} {chunk}: {clean}");
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few million")]
fn work_for_a_byte(redactor: &Redactor, text: &str) -> f64 {
    work(redactor, text.as_bytes()) as f64 / text.len() as f64
}

fn work(redactor: &Redactor, text: &[u8]) -> u64 {
    let mut scanner = Scanner::new(redactor, MIN_STREAM_BYTES);
    for piece in text.chunks(16 * 1024) {
        let _ = scanner.push(piece);
    }
    let _ = scanner.end_of_stream();
    scanner.work()
}

#[test]
fn the_work_for_the_worst_text_is_at_most_three_times_that_for_plain_text() {
    const BYTES: usize = 1 << 18;
    let plain = "An ordinary answer with words, numbers (42) and marks. ".repeat(BYTES / 55);
    let letters = "a".repeat(64);
    let long = format!("{}b", "a".repeat(4096));
    for (value, unit) in [
        ("abcd1234", r"\u0061bcd1234&#97;bcd1234;"),
        ("abcd1234", "abcd1234"),
        ("aaaaaaaa", "a"),
        (&letters, "a"),
        (&long, "a"),
        (&long, r"a\u0061"),
        ("abcd1234", r"\\\\\\\\u0061bcd1234"),
        ("abcd1234", r"\\\\\\\\\\\\\\\\"),
        ("abcd1234", "%25252561bcd1234"),
        ("abcd1234", "&amp;amp;amp;#97;bcd1234"),
        ("abcd1234", "&am&am&#x0000&lbrac"),
        ("abcd1234", "&lbrac"),
        ("abcd1234", "&a"),
        ("abcd1234", r"\ud83d\ud83d\u{10fff"),
        ("abcd1234", "61 62 63 64 31 32 33 34 "),
        ("abcd1234", "0x0x0x00"),
        ("abcd1234", "YWJjZDEyMzQ\n"),
    ] {
        let redactor = redactor(value);
        let floor = work_for_a_byte(&redactor, &plain);
        let worst = work_for_a_byte(&redactor, &unit.repeat(BYTES / unit.len()));
        assert!(
            worst <= 3.0 * floor,
            "{unit}: {worst:.1} for a byte, of plain text {floor:.1}"
        );
    }
}

#[test]
fn the_work_for_plain_text_does_not_depend_on_the_number_of_values() {
    let plain = "An ordinary answer with words, numbers (42) and marks. ".repeat(1000);
    let values: Vec<SecretValue> = (0..256)
        .map(|number| SecretValue::new(format!("canary-{}-{number}", number * 7919 % 1000)))
        .collect();
    let many = work(&Redactor::of_all(&values), plain.as_bytes());
    assert_eq!(many, work(&redactor("canary-7d1f-0"), plain.as_bytes()));
}

/// Tokens of one issuer, with a header of 36 characters that they share. Their lengths differ.
fn tokens(count: usize) -> Vec<String> {
    let header = "canary".repeat(6);
    (0..count)
        .map(|number| format!("{header}.{}", format!("{number:03}").repeat(number + 1)))
        .collect()
}

fn of_all(values: &[String]) -> Redactor {
    let values: Vec<SecretValue> = values.iter().cloned().map(SecretValue::new).collect();
    Redactor::of_all(&values)
}

#[test]
fn values_that_share_their_first_bytes_are_each_found() {
    let tokens = tokens(64);
    let redactor = of_all(&tokens);
    for (number, token) in tokens.iter().enumerate() {
        let text = format!("<{token}> <{0}> <{0}>", tokens[0]);
        let clean = redactor.text(&text);
        assert_eq!(clean, format!("<{MASK}> <{MASK}> <{MASK}>"), "token {number}");
    }
    // A token that begins inside another one, which never ends.
    let text = format!("{}{}", &tokens[63][..60], tokens[7]);
    assert_eq!(redactor.text(&text), format!("{}{MASK}", &tokens[63][..60]));
}

#[test]
fn the_work_for_a_head_grows_with_the_values_that_share_it_and_not_with_their_square() {
    let header = "canary".repeat(6);
    let text = header.repeat(512);
    let of = |count: usize| work(&of_all(&tokens(count)), text.as_bytes());
    let (few, many) = (of(16), of(64));
    assert!(many < few * 5, "{few} for 16 values, {many} for 64");
}
