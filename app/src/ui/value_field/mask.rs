//! The mask of a concealed text, and edits that the browser made in the mask, applied to the text.
//!
//! The concealed element holds one bullet for each character and the line breaks. The DOM counts in UTF-16 code units;
//! every character of a mask is one unit, so a position in a mask is the number of characters before it.

use std::ops::Range;

use zeroize::Zeroizing;

/// The character that a mask has for every other one.
const BULLET: char = '•';

/// One bullet for each character; line breaks stay.
pub(super) fn mask(text: &str) -> String {
    text.chars().map(mask_char).collect()
}

/// A text after an edit, and the caret in characters.
pub(super) struct Edited {
    pub(super) text: Zeroizing<String>,
    pub(super) caret: usize,
}

/// Applies to `held` the edit that turned its mask into `element`.
///
/// `selected` is the selection before the edit, if known: with it a typed bullet differs from one of the mask. `caret` is
/// the end of the selection after the edit. Both are in UTF-16 code units. A position that contradicts the mask is
/// ignored; the first and the last difference count instead. So is the caret beside characters of two code units:
/// Chromium miscounts them in an element with `-webkit-text-security`.
pub(super) fn apply(held: &str, element: &str, selected: Option<Range<usize>>, caret: usize) -> Edited {
    let held: Zeroizing<Vec<char>> = Zeroizing::new(held.chars().collect());
    let now: Zeroizing<Vec<char>> = Zeroizing::new(element.chars().collect());
    let alike_before = alike(held.iter().zip(now.iter()));
    let alike_after = |most: usize| alike(held.iter().rev().zip(now.iter().rev()).take(most));

    let replaced = selected.and_then(|selected| {
        let after = held.len().checked_sub(selected.end)?;
        let fits = selected.start <= alike_before.min(selected.end)
            && selected.start + after <= now.len()
            && alike_after(after) == after;
        fits.then_some((selected.start, after))
    });
    let beside_caret = || {
        let is_counted_right = now.iter().all(|character| character.len_utf16() == 1);
        let before = characters(element, caret);
        let after = now.len() - before;
        let fits = is_counted_right && after <= held.len() && alike_after(after) == after;
        fits.then(|| (alike_before.min(before).min(held.len() - after), after))
    };
    let between_differences = || {
        let most = (held.len() - alike_before).min(now.len() - alike_before);
        (alike_before, alike_after(most))
    };
    let (before, after) = replaced.or_else(beside_caret).unwrap_or_else(between_differences);

    let caret = now.len() - after;
    // With the room for all of it, no copy is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(4 * now.len()));
    text.extend(&held[..before]);
    text.extend(&now[before..caret]);
    text.extend(&held[held.len() - after..]);
    Edited { text, caret }
}

/// The number of leading pairs in which the second character masks the first.
fn alike<'a>(pairs: impl Iterator<Item = (&'a char, &'a char)>) -> usize {
    pairs.take_while(|(held, now)| mask_char(**held) == **now).count()
}

/// The number of characters in the first `units` UTF-16 code units.
pub(super) fn characters(text: &str, units: usize) -> usize {
    let ends = text.chars().scan(0, |end, character| {
        *end += character.len_utf16();
        Some(*end)
    });
    ends.take_while(|end| *end <= units).count()
}

/// The number of UTF-16 code units of the first `characters` characters.
pub(super) fn units(text: &str, characters: usize) -> usize {
    text.chars().take(characters).map(char::len_utf16).sum()
}

fn mask_char(character: char) -> char {
    if character == '\n' { '\n' } else { BULLET }
}

#[cfg(test)]
mod tests {
    use super::{apply, characters, mask, units};

    /// An element as a browser edits it: the selection is replaced, the caret is behind the new text.
    struct Typing {
        held: String,
        knows_selection: bool,
    }

    impl Typing {
        fn new(held: &str) -> Self {
            Self {
                held: held.to_owned(),
                knows_selection: true,
            }
        }

        fn without_selection(held: &str) -> Self {
            Self {
                knows_selection: false,
                ..Self::new(held)
            }
        }

        /// Replaces the characters from `start` to `end` and returns the caret.
        fn replace(&mut self, start: usize, end: usize, with: &str) -> usize {
            let masked: Vec<char> = mask(&self.held).chars().collect();
            let before: String = masked[..start].iter().collect();
            let after: String = masked[end..].iter().collect();
            let element = format!("{before}{with}{after}");
            let caret = start + with.encode_utf16().count();
            let edited = apply(&self.held, &element, self.knows_selection.then_some(start..end), caret);
            self.held = edited.text.to_string();
            edited.caret
        }
    }

    #[test]
    fn a_mask_has_a_bullet_for_each_character_and_keeps_line_breaks() {
        assert_eq!(mask(""), "");
        assert_eq!(mask("ab c\n\t😀\n"), "••••\n••\n");
    }

    #[test]
    fn typed_characters_are_inserted_at_the_caret() {
        let mut typing = Typing::new("");
        for (at, key) in ["c", "a", "n", "\n", "é", "😀"].into_iter().enumerate() {
            assert_eq!(typing.replace(at, at, key), at + 1);
        }
        assert_eq!(typing.held, "can\né😀");
        assert_eq!(typing.replace(2, 2, "-x-"), 5);
        assert_eq!(typing.held, "ca-x-n\né😀");
    }

    #[test]
    fn a_pasted_text_is_kept_as_it_is_even_with_bullets_in_it() {
        let mut typing = Typing::new("ab\ncd");
        assert_eq!(typing.replace(1, 4, "••\n•"), 5);
        assert_eq!(typing.held, "a••\n•d");
        assert_eq!(typing.replace(0, 6, "•••"), 3);
        assert_eq!(typing.held, "•••");
        assert_eq!(typing.replace(3, 3, "•"), 4);
        assert_eq!(typing.held, "••••");
    }

    #[test]
    fn a_deleted_range_is_deleted_from_the_text() {
        for knows_selection in [true, false] {
            let mut typing = Typing {
                knows_selection,
                ..Typing::new("abc\nd😀f\n")
            };
            typing.replace(1, 2, "");
            assert_eq!(typing.held, "ac\nd😀f\n");
            typing.replace(4, 5, "");
            assert_eq!(typing.held, "ac\ndf\n");
            typing.replace(1, 4, "");
            assert_eq!(typing.held, "af\n");
            typing.replace(0, 3, "");
            assert_eq!(typing.held, "");
        }
    }

    #[test]
    fn a_deletion_beside_a_collapsed_selection_is_found_by_the_caret() {
        // Backspace at 3: the selection before was 3..3, the caret is at 2 afterwards.
        let edited = apply("abcdef", "•••••", Some(3..3), 2);
        assert_eq!((edited.text.as_str(), edited.caret), ("abdef", 2));
        // Delete at 3: the caret stays.
        let edited = apply("abcdef", "•••••", Some(3..3), 3);
        assert_eq!((edited.text.as_str(), edited.caret), ("abcef", 3));
        // A word to the left.
        let edited = apply("abcdef", "••", Some(4..4), 0);
        assert_eq!((edited.text.as_str(), edited.caret), ("ef", 0));
    }

    #[test]
    fn text_that_is_not_a_bullet_needs_no_selection() {
        let mut typing = Typing::without_selection("abcd");
        typing.replace(2, 2, "XY");
        assert_eq!(typing.held, "abXYcd");
        typing.replace(1, 5, "😀\n");
        assert_eq!(typing.held, "a😀\nd");
        typing.replace(0, 4, "filled");
        assert_eq!(typing.held, "filled");
    }

    #[test]
    fn a_second_line_break_is_inserted_beside_the_first() {
        for knows_selection in [true, false] {
            let mut typing = Typing {
                knows_selection,
                ..Typing::new("ab\ncd")
            };
            assert_eq!(typing.replace(2, 2, "\n"), 3);
            assert_eq!(typing.held, "ab\n\ncd");
        }
    }

    #[test]
    fn a_selection_that_contradicts_the_mask_is_ignored() {
        // Dropped at 4 while the selection was at 0.
        let edited = apply("abcdef", "••••X••", Some(0..0), 5);
        assert_eq!(edited.text.as_str(), "abcdXef");
        for selected in [Some(9..9), Some(0..usize::MAX), None] {
            assert_eq!(apply("abc", "new", selected, 3).text.as_str(), "new");
        }
    }

    #[test]
    fn an_unchanged_element_changes_no_text() {
        for caret in 0..=9 {
            let edited = apply("a😀\nb", "••\n•", None, caret);
            assert_eq!(edited.text.as_str(), "a😀\nb");
        }
    }

    #[test]
    fn a_caret_before_the_end_of_a_replaced_text_loses_no_character() {
        assert_eq!(apply("abc", "new text", None, 0).text.as_str(), "new text");
        assert_eq!(apply("abc", "•••d", None, 0).text.as_str(), "abcd");
    }

    #[test]
    fn a_miscounted_caret_beside_a_character_of_two_code_units_is_ignored() {
        for selected in [Some(3..3), None] {
            for caret in [4, 5, 6, 9] {
                let edited = apply("abcd", "•••🔑•", selected.clone(), caret);
                assert_eq!(
                    (edited.text.as_str(), edited.caret),
                    ("abc🔑d", 4),
                    "{selected:?} {caret}"
                );
            }
        }
    }

    #[test]
    fn positions_are_converted_between_code_units_and_characters() {
        let text = "a😀b";
        assert_eq!(
            [0, 1, 2, 3, 4, 9].map(|position| characters(text, position)),
            [0, 1, 1, 2, 3, 3]
        );
        assert_eq!([0, 1, 2, 3, 9].map(|position| units(text, position)), [0, 1, 3, 4, 4]);
    }
}
