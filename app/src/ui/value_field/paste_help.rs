//! What a paste often brings along by mistake. Everything here is offered, nothing is done silently.

use contract::names::parse_name;
use zeroize::Zeroizing;

/// A part of a pasted text that is probably not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offer {
    /// Line breaks at the end.
    TrailingNewline,
    /// Blanks around the text (and perhaps a line break).
    SurroundingSpace,
    /// A pair of quotation marks around the text.
    Quotes,
    /// `Bearer `, which the server puts before the value itself, so it would be sent twice.
    BearerPrefix,
    /// `NAME=`, as in an environment file.
    NamePrefix,
}

/// A text after an offer was taken.
#[derive(Debug)]
pub struct Taken {
    /// What is left of the text.
    pub text: Zeroizing<String>,
    /// The name that stood before `=`, where there was one.
    pub name: Option<String>,
}

/// What can be offered for a text, the outermost first. What lies deeper shows once the outer is gone.
pub fn offers(text: &str) -> Vec<Offer> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Vec::new();
    }
    let mut offers = Vec::new();
    if text.trim_end_matches(['\n', '\r']) != text && text.trim_end_matches(['\n', '\r']) == trimmed {
        offers.push(Offer::TrailingNewline);
    } else if text != trimmed {
        offers.push(Offer::SurroundingSpace);
    }
    if name_prefix(text).is_some() {
        offers.push(Offer::NamePrefix);
    } else if bearer_prefix(text).is_some() {
        offers.push(Offer::BearerPrefix);
    } else if quoted(text).is_some() {
        offers.push(Offer::Quotes);
    }
    offers
}

/// The text without what the offer names; unchanged where that is no longer there.
pub fn take(offer: Offer, text: &str) -> Taken {
    let (rest, name) = match offer {
        Offer::TrailingNewline => (text.trim_end_matches(['\n', '\r']), None),
        Offer::SurroundingSpace => (text.trim(), None),
        Offer::Quotes => (quoted(text).unwrap_or(text), None),
        Offer::BearerPrefix => (bearer_prefix(text).unwrap_or(text), None),
        Offer::NamePrefix => name_prefix(text).map_or((text, None), |(name, rest)| (rest, Some(name))),
    };
    Taken {
        text: Zeroizing::new(rest.to_owned()),
        name,
    }
}

/// The inside of a pair of quotation marks that nothing stands around.
fn quoted(text: &str) -> Option<&str> {
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
        .filter(|inside| !inside.is_empty())
}

/// What follows `Bearer `, also behind `Authorization:`.
fn bearer_prefix(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let text = strip_prefix_ignoring_case(text, "authorization:").map_or(text, str::trim_start);
    strip_prefix_ignoring_case(text, "bearer ").filter(|rest| !rest.trim().is_empty())
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// The name and the rest of `NAME=rest` or `export NAME=rest`.
///
/// The name goes into a field that is not concealed, so only what is surely written by a person counts: capitals, or
/// small letters, joined by underscores. The padding of base64 (`…==`) is no assignment.
fn name_prefix(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let text = text.strip_prefix("export ").map_or(text, str::trim_start);
    let (name, rest) = text.split_once('=')?;
    let capitals = name
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let small = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let written = name.starts_with(|c: char| c.is_ascii_alphabetic()) && (capitals || small);
    if !written || rest.trim().trim_matches('=').is_empty() {
        return None;
    }
    Some((parse_name(name).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::{Offer, offers, take};

    fn left(offer: Offer, text: &str) -> String {
        take(offer, text).text.to_string()
    }

    #[test]
    fn a_clean_paste_gets_no_offer() {
        for text in [
            "",
            "  \n",
            "canary-1",
            "canary 2 with blanks",
            "Y2FuYXJ5==",
            "Y2FuYXJ5Cg=",
            "\"half",
            "bearer",
        ] {
            assert_eq!(offers(text), [] as [Offer; 0], "{text:?}");
        }
    }

    #[test]
    fn line_breaks_at_the_end_can_be_removed() {
        assert_eq!(offers("canary\n"), [Offer::TrailingNewline]);
        assert_eq!(left(Offer::TrailingNewline, "canary\r\n\n"), "canary");
        assert_eq!(left(Offer::TrailingNewline, "two\nlines\n"), "two\nlines");
    }

    #[test]
    fn blanks_around_can_be_removed_and_inner_ones_stay() {
        assert_eq!(offers(" canary"), [Offer::SurroundingSpace]);
        assert_eq!(offers("canary \n"), [Offer::SurroundingSpace]);
        assert_eq!(left(Offer::SurroundingSpace, "\t a canary \n"), "a canary");
    }

    #[test]
    fn quotation_marks_around_can_be_removed() {
        for text in ["\"canary\"", "'canary'", "`canary`", "“canary”"] {
            assert_eq!(offers(text), [Offer::Quotes], "{text}");
            assert_eq!(left(Offer::Quotes, text), "canary");
        }
        assert_eq!(offers("\"\""), [] as [Offer; 0]);
    }

    #[test]
    fn a_bearer_prefix_can_be_removed() {
        assert_eq!(offers("Bearer canary"), [Offer::BearerPrefix]);
        assert_eq!(left(Offer::BearerPrefix, "bearer canary"), "canary");
        assert_eq!(left(Offer::BearerPrefix, "Authorization: Bearer canary"), "canary");
    }

    #[test]
    fn an_assignment_gives_its_name_away_only_where_it_is_surely_a_name() {
        assert_eq!(offers("OPENAI_KEY=canary"), [Offer::NamePrefix]);
        let taken = take(Offer::NamePrefix, "export OPENAI_KEY=canary=");
        assert_eq!(
            (taken.text.as_str(), taken.name.as_deref()),
            ("canary=", Some("OPENAI_KEY"))
        );
        assert_eq!(offers("aGVsbG8gQ2FuYXJ5=x"), [] as [Offer; 0]);
        assert_eq!(offers("a1b2c3d4=x"), [] as [Offer; 0]);
    }

    #[test]
    fn offers_are_peeled_from_the_outside() {
        let text = "TOKEN=\"Bearer canary\"\n";
        assert_eq!(offers(text), [Offer::TrailingNewline, Offer::NamePrefix]);
        let text = left(Offer::TrailingNewline, text);
        let text = left(Offer::NamePrefix, &text);
        assert_eq!(offers(&text), [Offer::Quotes]);
        let text = left(Offer::Quotes, &text);
        assert_eq!(offers(&text), [Offer::BearerPrefix]);
        assert_eq!(left(Offer::BearerPrefix, &text), "canary");
    }

    #[test]
    fn an_offer_that_no_longer_fits_changes_nothing() {
        assert_eq!(left(Offer::Quotes, "canary"), "canary");
        assert_eq!(left(Offer::NamePrefix, "canary"), "canary");
    }
}
