//! Email addresses: one spelling of each, without characters that cannot be seen.

use icu_properties::CodePointSetData;
use icu_properties::props::{Script, SoftDotted};
use icu_properties::script::ScriptWithExtensions;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::name_key::fold;

/// The longest address, and the longest part before the `@`.
const MAX_CHARS: usize = 254;
const MAX_LOCAL_CHARS: usize = 64;

/// Scripts that one language is written in.
const TOGETHER: [&[Script]; 3] = [
    &[Script::Han, Script::Hiragana, Script::Katakana],
    &[Script::Han, Script::Hangul],
    &[Script::Han, Script::Bopomofo],
];

/// Reads an address: compatibility forms normalised, the domain as ASCII (IDNA). `None` if it has no `@` with a part on
/// both sides, a domain that cannot be one, characters of several scripts before the `@`, a letter that imitates another of
/// its script, or a character that is invisible, a space, a control, or changes the direction.
pub(crate) fn parse_email(text: &str) -> Option<String> {
    let (local, domain) = text.trim().rsplit_once('@')?;
    let local: String = local.nfkc().collect();
    let plain = !local.is_empty()
        && local.chars().count() <= MAX_LOCAL_CHARS
        && local
            .chars()
            .all(|c| is_visible(c) || "!#$%&'*+-/=?^_`{|}~.".contains(c))
        && has_one_script(&local)
        && !imitates_a_letter(&local);
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

/// `true` if letters, digits and marks are of one script, or of scripts that one language is written in: a mix imitates
/// another address. Characters that all scripts share, e.g. ASCII digits, belong to each. Latin letters outside of the
/// alphabets, e.g. of phonetic notation, count as another script.
fn has_one_script(local: &str) -> bool {
    let letters = || local.chars().filter(|c| c.is_alphabetic() && !is_combining_mark(*c));
    let is_latin =
        |c: char| c.is_ascii_alphabetic() || matches!(c, 'ª' | 'º' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}');
    if !letters().all(is_latin) && letters().any(is_latin) {
        return false;
    }
    let data = ScriptWithExtensions::new();
    let of_scripts = |scripts: &[Script]| {
        let mut marked = local.chars().filter(|c| c.is_alphanumeric() || is_combining_mark(*c));
        marked.all(|c| {
            let mut own = data.get_script_extensions_val(c).iter();
            own.any(|script| matches!(script, Script::Common | Script::Inherited) || scripts.contains(&script))
        })
    };
    let mut own = local.chars().flat_map(|c| data.get_script_extensions_val(c).iter());
    own.any(|script| of_scripts(&[script])) || TOGETHER.into_iter().any(of_scripts)
}

/// `true` for letters without their dot, for clicks, which look like `l` and `!`, and for a dot above a letter that has
/// one.
fn imitates_a_letter(local: &str) -> bool {
    let has_dot = CodePointSetData::new::<SoftDotted>();
    let mut base = None;
    fold(local).nfd().any(|c| {
        if is_combining_mark(c) {
            return c == '\u{307}' && base.is_some_and(|base| has_dot.contains(base));
        }
        base = Some(c);
        matches!(c, 'ı' | 'ȷ' | '\u{1C0}'..='\u{1C3}')
    })
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
    fn characters_of_two_scripts_imitate_a_name() {
        for bad in [
            // A Cyrillic а, a Greek ο, and a Greek ο in a Cyrillic word.
            "\u{430}dmin@example.com",
            "r\u{3BF}ot@example.com",
            "н\u{3BF}с@example.com",
            // A Cyrillic ԁ beside Armenian letters, and a Katakana ニ for 二 in a Korean name.
            "\u{501}աբ@example.com",
            "한\u{30CB}@example.com",
            // A Bengali 4, which looks like 8, and a Hebrew dot above.
            "admin\u{9EA}@example.com",
            "adm\u{5C4}in@example.com",
            // The phonetic ɑ.
            "\u{251}dmin@example.com",
        ] {
            assert_eq!(parse_email(bad), None, "{}", bad.escape_unicode());
        }
        for good in [
            "елена@example.com",
            "élodie@example.com",
            "山田@example.jp",
            "山田タロー@example.jp",
            "やまだ太郎@example.jp",
            "김철수@example.kr",
            "नेहा@example.in",
            "علی۴@example.ir",
            "nguyễn.7@example.vn",
            "нина+2@example.com",
            "2026@example.com",
            "_@example.com",
        ] {
            assert!(parse_email(good).is_some(), "{good}");
        }
    }

    #[test]
    fn letters_with_a_second_dot_or_without_their_own_imitate_another() {
        for bad in [
            "admi\u{307}n@example.com",
            "ADMI\u{307}N@example.com",
            "ADM\u{130}N@example.com",
            "adm\u{131}n@example.com",
            "j\u{307}an@example.com",
            "\u{237}an@example.com",
            // The dot above after a dot below, and on a Cyrillic і.
            "admi\u{323}\u{307}n@example.com",
            "н\u{456}\u{307}на@example.com",
            // A click for l.
            "e\u{1C0}la@example.com",
        ] {
            assert_eq!(parse_email(bad), None, "{}", bad.escape_unicode());
        }
        for good in ["ż\u{17C}@example.com", "ėja@example.com", "mi\u{301}a@example.com"] {
            assert!(parse_email(good).is_some(), "{good}");
        }
        assert_eq!(
            email_key("Adm\u{131}n@example.com"),
            "adm\u{131}n@example.com",
            "accounts of older releases are found"
        );
    }
}
