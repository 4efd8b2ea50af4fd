//! Texts that are passed on while they come, in pieces whose borders tell nothing about the secret.
//!
//! Whoever sees where a text was held back, sees where the secret may begin: a model that is asked to repeat guesses
//! would spell it out, character by character. So a text is passed on up to the last white space, whatever was sent,
//! and what may be the secret is only looked for in there.

use super::{MIN_BYTES, Redactor, Scanner, lossy};

/// How much of a text without any white space is kept, in bytes. A form of the secret that is longer decides instead;
/// to find out where it begins, somebody would have to know as much of it already.
const MAX_WORD_BYTES: usize = 16 * 1024;

/// Reads one text piece by piece.
#[derive(Debug)]
pub struct WordBuffer {
    scanner: Scanner,
    whole_only: bool,
    /// How much of a text without a border is kept.
    kept: usize,
    /// The word that has not ended.
    word: Word,
    /// Whether the text may be cut behind the word before it.
    may_cut: bool,
}

/// As much of a word as decides whether a text may be cut behind it.
#[derive(Clone, Copy, Debug)]
struct Word {
    length: usize,
    is_base64: bool,
    is_hex: bool,
}

impl Word {
    const NEW: Self = Self {
        length: 0,
        is_base64: true,
        is_hex: true,
    };

    fn add(&mut self, c: char) {
        self.length += 1;
        self.is_base64 &= c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
        self.is_hex &= c.is_ascii_hexdigit() || matches!(c, 'x' | 'X' | ',' | ':' | '-' | '.');
    }

    /// Whether the next word may belong to this one: a line of base64, or a number of a row such as `63 61` or
    /// `0x63, 0x61`. The text alone decides, never the secret.
    fn may_go_on(self) -> bool {
        (self.is_base64 && self.length >= 16) || (self.is_hex && (1..=5).contains(&self.length))
    }
}

impl WordBuffer {
    pub(super) fn new(redactor: &Redactor) -> Self {
        Self {
            scanner: Scanner::new(redactor, MIN_BYTES),
            whole_only: redactor.exchange.whole_only,
            kept: redactor.longest_own().max(MAX_WORD_BYTES),
            word: Word::NEW,
            may_cut: true,
        }
    }

    /// Takes the next piece and gives what is complete: words, with the white space behind them.
    pub fn push(&mut self, piece: &str) -> String {
        self.scanner.hold(piece.as_bytes());
        if self.whole_only {
            return String::new();
        }
        let before = self.scanner.held().len() - piece.len();
        let mut cut = None;
        for (at, c) in piece.char_indices() {
            if !is_border(c) {
                self.word.add(c);
                continue;
            }
            // White space behind white space belongs to the same border.
            if self.word.length > 0 {
                self.may_cut = !self.word.may_go_on();
                self.word = Word::NEW;
            }
            if self.may_cut {
                cut = Some(before + at + c.len_utf8());
            }
        }
        let held = self.scanner.held();
        let mut cut = match cut {
            Some(cut) => cut,
            // In large steps, so that the time to move the rest stays linear.
            None if held.len() > 2 * self.kept => held.len() - self.kept,
            None => return String::new(),
        };
        // Not inside a character.
        while held.get(cut).is_some_and(|byte| byte & 0xC0 == 0x80) {
            cut -= 1;
        }
        lossy(self.scanner.give(cut))
    }

    /// The rest, at the end of the text.
    pub fn finish(self) -> String {
        lossy(self.scanner.finish())
    }
}

/// Whether a value has a border inside: its beginning would be passed on before its end is seen.
pub(super) fn must_come_whole(value: &str) -> bool {
    value.chars().any(is_border)
}

/// White space, and the marks after which languages without it begin a new line.
fn is_border(c: char) -> bool {
    c.is_whitespace() || matches!(c, '、' | '。' | '，' | '！' | '？' | '：' | '；')
}

#[cfg(test)]
mod tests {
    use contract::secret::SecretValue;

    use super::super::{MASK, Redactor};
    use super::MAX_WORD_BYTES;

    fn pieces(value: &str, pieces: &[&str]) -> Vec<String> {
        let mut words = Redactor::of(&SecretValue::new(value.to_owned())).words();
        let mut told: Vec<String> = pieces.iter().map(|piece| words.push(piece)).collect();
        told.push(words.finish());
        told
    }

    #[test]
    fn the_borders_of_pieces_do_not_tell_what_is_secret() {
        // Guesses at the beginning of a value, at whole forms of it, and at another one.
        let text = [
            "can",
            "\n",
            "canary-",
            "7",
            "\n",
            "Y2Fu",
            "YXJ5 ",
            "63616e",
            "6172\n",
            "other",
            "-guess ",
            "canary-7d1",
            " end",
        ];
        let without = pieces("", &text);
        for value in [
            "canary-7d1f",
            "canary-7d1f-and-more",
            "other-guess-7d1f",
            "7d1f-canary",
            "end-canary-7d1f",
        ] {
            assert_eq!(pieces(value, &text), without, "{value}");
        }
    }

    #[test]
    fn words_are_passed_on_when_they_are_complete() {
        assert_eq!(
            pieces(
                "canary-7d1f",
                &["Pa", "ris is", " in ", "Fr", "ance.", "\nYes", "。好", "的"]
            ),
            ["", "Paris ", "is in ", "", "", "France.\n", "Yes。", "", "好的"]
        );
    }

    #[test]
    fn a_secret_is_masked_however_it_is_cut() {
        let text = "x canary-7d1f, Y2FuYXJ5LTdkMWY= canary-canary-7d1f\nend";
        for at in 0..text.len() {
            for size in 1..6 {
                let cut: Vec<&str> = [&text[..at], &text[at..(at + size).min(text.len())]].to_vec();
                let rest = &text[(at + size).min(text.len())..];
                let whole = pieces("canary-7d1f", &[cut[0], cut[1], rest]).concat();
                assert_eq!(whole, format!("x {MASK}, {MASK}= canary-{MASK}\nend"));
            }
        }
    }

    #[test]
    fn a_value_with_white_space_lets_nothing_through_before_the_end() {
        let told = pieces("canary 7d1f words", &["say can", "ary 7d1f ", "words ", "and end"]);
        assert_eq!(told, ["", "", "", "", &format!("say {MASK} and end")]);
    }

    #[test]
    fn digits_with_white_space_between_them_are_found_in_one_piece() {
        let digits = ["63", "61", "6e", "61", "72", "79", "2d", "37", "64", "31", "66"];
        let mut rows: Vec<String> = digits.iter().map(|digit| format!("{digit} ")).collect();
        rows.insert(0, "it is ".to_owned());
        rows.push("so far\n".to_owned());
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(pieces("canary-7d1f", &rows).concat(), format!("it is {MASK} so far\n"));
        let lines = ["eHh4eHh4eHh4eHh4eHhjYW5hcnkt\n", "N2QxZnl5eXl5\n", "end\n"];
        let told = pieces("canary-7d1f", &lines).concat();
        assert!(told.contains(MASK) && told.ends_with("\nend\n"), "{told}");
        assert_eq!(pieces("other", &lines).concat(), lines.concat());
    }

    #[test]
    fn a_text_without_any_white_space_is_passed_on_in_steps() {
        let piece = "é".repeat(MAX_WORD_BYTES / 4);
        let mut words = Redactor::of(&SecretValue::new("canary-7d1f".to_owned())).words();
        let mut told: Vec<usize> = (0..8).map(|_| words.push(&piece).len()).collect();
        assert_eq!(told.iter().position(|len| *len > 0), Some(4), "{told:?}");
        told.push(words.finish().len());
        assert_eq!(told.iter().sum::<usize>(), 8 * piece.len());
    }
}
