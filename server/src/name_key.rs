//! Keys of names: computed here, because the two engines fold and order differently.

use unicode_normalization::UnicodeNormalization as _;

/// The key under which a name is unique and searched: compatibility forms and case folded away.
pub fn fold(text: &str) -> String {
    let normal: String = text.nfkc().collect();
    let folded = caseless::default_case_fold_str(&normal);
    // Folding can leave the normal form.
    folded.nfkc().collect()
}

/// The bytes by which names are ordered: case-insensitive first, the exact spelling where that is equal.
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut key = fold(text).into_bytes();
    key.push(0);
    key.extend_from_slice(text.as_bytes());
    key
}

#[cfg(test)]
mod tests {
    use super::{fold, sort_key};

    #[test]
    fn names_that_look_alike_have_one_key() {
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_eq!(fold("ＯＰＥＮＡＩ"), "openai");
        assert_eq!(fold("é"), fold("e\u{301}"));
        assert_ne!(fold("a"), fold("b"));
    }

    #[test]
    fn names_are_ordered_without_regard_to_case() {
        let mut names = ["b", "A", "a", "B", "aa"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["A", "a", "aa", "B", "b"]);
    }
}
