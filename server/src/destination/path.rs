//! Paths of addresses: the one normal form in which they are compared, and the spellings that are refused because
//! servers disagree about them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization as _;

use super::DestinationFault;

/// A segment that is percent-encoded more often than this is refused.
const MAX_LEVELS: usize = 8;

/// The normal form of a path: unreserved characters decoded, every other escape in upper case.
///
/// # Errors
/// The first rule that a segment breaks.
pub(super) fn normalize(path: &str) -> Result<String, DestinationFault> {
    let mut normal = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate() {
        check_segment(segment)?;
        if index > 0 {
            normal.push('/');
        }
        push_normal(segment, &mut normal);
    }
    Ok(normal)
}

/// Checks an address as it was typed, before a URL parser resolves dot segments and backslashes.
///
/// # Errors
/// The first rule that a segment breaks.
pub(super) fn check_typed(text: &str) -> Result<(), DestinationFault> {
    let head = text.split(['?', '#']).next().unwrap_or_default();
    if head.contains('\\') {
        return Err(DestinationFault::Backslash);
    }
    head.split('/').try_for_each(check_segment)
}

/// Refuses a segment that some server reads as `.`, `..` or as several segments, at any level of encoding.
fn check_segment(segment: &str) -> Result<(), DestinationFault> {
    if !escapes_are_whole(segment) {
        return Err(DestinationFault::BadEscape);
    }
    let mut text = Cow::Borrowed(segment);
    for _ in 0..MAX_LEVELS {
        check_text(&text)?;
        if !text.contains('%') {
            return check_compatible(&text);
        }
        let decoded = match percent_decode_str(&text).decode_utf8() {
            Ok(decoded) => decoded.into_owned(),
            Err(_) => return Err(DestinationFault::BadEscape),
        };
        if decoded == *text {
            return check_compatible(&text);
        }
        text = Cow::Owned(decoded);
    }
    Err(DestinationFault::BadEscape)
}

/// Some servers fold compatibility characters, e.g. U+FF0F to a slash.
fn check_compatible(text: &str) -> Result<(), DestinationFault> {
    if text.is_ascii() {
        return Ok(());
    }
    check_text(&text.nfkc().collect::<String>())
}

fn check_text(text: &str) -> Result<(), DestinationFault> {
    if text.contains(['/', '\\']) {
        return Err(DestinationFault::EncodedSlash);
    }
    if text.chars().any(char::is_control) {
        return Err(DestinationFault::BadEscape);
    }
    // Some servers cut parameters (`..;x`) and trailing blanks before they resolve dots.
    let name = text.split(';').next().unwrap_or_default().trim();
    if !name.is_empty() && name.chars().all(|c| c == '.') {
        return Err(DestinationFault::DotSegment);
    }
    Ok(())
}

/// `true` if two hexadecimal digits follow each percent sign.
fn escapes_are_whole(segment: &str) -> bool {
    segment.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Appends a segment whose escapes are whole.
fn push_normal(segment: &str, normal: &mut String) {
    let mut parts = segment.split('%');
    push_plain(parts.next().unwrap_or_default(), normal);
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        match u8::from_str_radix(digits, 16) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => normal.push(char::from(byte)),
            _ => {
                normal.push('%');
                normal.push_str(&digits.to_ascii_uppercase());
            }
        }
        push_plain(rest, normal);
    }
}

/// A star is escaped, since entries refuse it as a wildcard.
fn push_plain(text: &str, normal: &mut String) {
    normal.push_str(&text.replace('*', "%2A"));
}
