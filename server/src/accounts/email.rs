//! Email addresses: one spelling of each, without characters that cannot be seen.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::text::fold;

/// The longest address, and the longest part before the `@`.
const MAX_CHARS: usize = 254;
const MAX_LOCAL_CHARS: usize = 64;

/// Reads an address: compatibility forms normalised, the domain as ASCII (IDNA). `None` if it has no `@` with a part on
/// both sides, a domain that cannot be one, letters of several scripts, or a character that is invisible, a space, a
/// control, or changes the direction.
pub(crate) fn parse_email(text: &str) -> Option<String> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    let local: String = local.nfkc().collect();
    let plain = !local.is_empty()
        && local.chars().count() <= MAX_LOCAL_CHARS
        && local
            .chars()
            .all(|c| is_visible(c) || "!#$%&'*+-/=?^_`{|}~.".contains(c))
        && has_one_script(&local);
    let domain = plain.then(|| ascii_domain(domain)).flatten()?;
    let email = format!("{local}@{domain}");
    (email.chars().count() <= MAX_CHARS).then_some(email)
}

/// The key by which an account is found.
pub(super) fn email_key(text: &str) -> String {
    parse_email(text).map_or_else(|| legacy_key(text), |email| fold(&email))
}

/// The key of accounts from before domains were ASCII.
pub(super) fn legacy_key(text: &str) -> String {
    fold(text.trim())
}

/// An address with the domain in Unicode, as older releases stored it.
pub(super) fn unicode_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", idna::domain_to_unicode(domain).0),
        None => email.to_owned(),
    }
}

fn ascii_domain(domain: &str) -> Option<String> {
    if !domain.chars().all(|c| is_visible(c) || matches!(c, '-' | '.')) {
        return None;
    }
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    // A dot at the end would be a second spelling.
    (!ascii.is_empty() && !ascii.ends_with('.')).then_some(ascii)
}

/// `true` for a visible letter, digit or combining mark. Fillers and variation selectors are invisible.
fn is_visible(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c))
        && !matches!(c,
            '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0100}'..='\u{E01EF}')
}

/// `true` if the letters are all Latin or all of other scripts: a mix imitates another address.
fn has_one_script(local: &str) -> bool {
    let letters = || local.chars().filter(|c| c.is_alphabetic() && !is_combining_mark(*c));
    let is_latin =
        |c: char| c.is_ascii_alphabetic() || matches!(c, 'ª' | 'º' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}');
    letters().all(is_latin) || !letters().any(is_latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_at_sign_and_two_sides() {
        assert_eq!(parse_email(" admin@example.com ").as_deref(), Some("admin@example.com"));
        assert_eq!(
            parse_email("o'neil+tag_1@localhost").as_deref(),
            Some("o'neil+tag_1@localhost")
        );
        for bad in [
            "",
            "admin",
            "@example.com",
            "admin@",
            "a b@example.com",
            "a@b@example.com",
            "a@example.com.",
        ] {
            assert_eq!(parse_email(bad), None, "{bad:?}");
        }
        assert_eq!(parse_email(&format!("{}@example.com", "a".repeat(65))), None);
        assert_eq!(parse_email(&format!("a@{}com", "abc.".repeat(70))), None);
    }

    #[test]
    fn invisible_characters_are_refused_on_both_sides() {
        for c in [
            '\0',
            '\t',
            '\u{7F}',
            '\u{A0}',
            '\u{AD}',
            '\u{34F}',
            '\u{61C}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180B}',
            '\u{180E}',
            '\u{200B}',
            '\u{200C}',
            '\u{200D}',
            '\u{200E}',
            '\u{200F}',
            '\u{2028}',
            '\u{202A}',
            '\u{202E}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{E0020}',
            '\u{E0100}',
            '\u{1D173}',
        ] {
            for bad in [format!("ad{c}min@example.com"), format!("admin@exam{c}ple.com")] {
                assert_eq!(parse_email(&bad), None, "{}", bad.escape_unicode());
            }
        }
    }

    #[test]
    fn one_address_has_one_key() {
        for (one, other) in [
            ("Admin@Example.COM", "admin@example.com"),
            ("ＡＤＭＩＮ@example.com", "admin@example.com"),
            ("josé@example.com", "jose\u{301}@example.com"),
            ("ida@bücher.example", "ida@xn--bcher-kva.example"),
            ("ida@BÜCHER.example", "ida@bu\u{308}cher.example"),
            ("ida@ｅxample.com", "ida@example.com"),
        ] {
            assert_eq!(email_key(one), email_key(other), "{one} {other}");
            assert_eq!(parse_email(other).map(|email| email_key(&email)), Some(email_key(one)));
        }
        assert_eq!(
            parse_email("ida@BÜCHER.example").as_deref(),
            Some("ida@xn--bcher-kva.example")
        );
        assert_eq!(
            email_key("a b@example.com"),
            "a b@example.com",
            "rows of older releases are found"
        );
    }

    #[test]
    fn letters_of_two_scripts_imitate_a_name() {
        // A Cyrillic а, a Greek ο.
        for bad in ["\u{430}dmin@example.com", "r\u{3BF}ot@example.com"] {
            assert_eq!(parse_email(bad), None, "{bad}");
        }
        for good in [
            "елена@example.com",
            "élodie@example.com",
            "山田@example.jp",
            "нина+2@example.com",
        ] {
            assert!(parse_email(good).is_some(), "{good}");
        }
    }
}
