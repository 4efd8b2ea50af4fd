//! Which words of a receiver may be quoted in a message. Some providers repeat the beginning and the end of a key in
//! the text that refuses it.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use contract::secret::SecretValue;
use zeroize::Zeroizing;

use super::UpstreamText;

/// So many characters in a row of a value, or of a mask, are too many.
const RUN: usize = 4;

/// Characters with which services mask values.
const MASKS: &[char] = &['*', '•', 'x', 'X', '.', '●', '·'];

/// Refuses texts that hold a part of a value that was sent. Clones share the values.
#[derive(Clone, Default)]
pub struct QuoteFilter(Arc<[Zeroizing<Vec<char>>]>);

impl QuoteFilter {
    /// A filter for these values.
    #[expect(clippy::disallowed_methods, reason = "texts are compared with the value itself")]
    pub fn of_all<'value>(values: impl IntoIterator<Item = &'value SecretValue>) -> Self {
        Self(
            values
                .into_iter()
                .map(|value| Zeroizing::new(folded(value.expose()).collect()))
                .collect(),
        )
    }

    /// The text, or an empty one if it may not be quoted.
    pub fn quote(&self, text: UpstreamText) -> UpstreamText {
        if self.permits(text.as_str()) {
            text
        } else {
            UpstreamText::of_scanned("")
        }
    }

    /// Whether a text holds neither a run of characters of a value nor of a mask.
    pub fn permits(&self, text: &str) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let chars: Vec<char> = folded(text).collect();
        if chars.windows(RUN).any(|run| run.iter().all(|c| MASKS.contains(c))) {
            return false;
        }
        let runs: HashSet<&[char]> = chars.windows(RUN).collect();
        !self
            .0
            .iter()
            .any(|value| value.windows(RUN).any(|run| runs.contains(run)))
    }
}

/// The characters of a text without white space, in lower case: neither hides a part of a value.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase)
}

impl fmt::Debug for QuoteFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QuoteFilter")
    }
}

#[cfg(test)]
mod tests {
    use contract::secret::SecretValue;

    use super::QuoteFilter;

    #[test]
    fn a_text_with_a_part_of_the_value_or_of_a_mask_is_not_quoted() {
        let filter = QuoteFilter::of_all([&SecretValue::new("canary-7d1f9b".to_owned())]);
        for text in [
            "",
            "The token has expired.",
            "wrong key can…f9b",
            "wrong key ***9b",
            "xxx is not a key",
            "Wait...",
        ] {
            assert!(filter.permits(text), "{text}");
        }
        for text in [
            "wrong key cana…",
            "wrong key ends with 1F9B",
            "c a n a r y",
            "****",
            "key k••••",
            "use xxxx",
            "Loading....",
            "*.*.",
            "a XXXX b",
        ] {
            assert!(!filter.permits(text), "{text}");
        }
        assert!(QuoteFilter::default().permits("****"), "no value was sent");
        let short = QuoteFilter::of_all([&SecretValue::new("abc".to_owned())]);
        assert!(short.permits("abc"), "a run of four is not possible");
    }
}
