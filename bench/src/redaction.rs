//! Redaction of answers, in this process: the worst texts against plain text, and many values against one.

use std::hint::black_box;
use std::time::Instant;

use contract::secret::SecretValue;
use server::outbound::redact::Redactor;

use crate::report::{Budget, Report};

const ROUNDS: usize = 5;
const BYTES: usize = 8 * 1024 * 1024;
/// The size in which answers arrive.
const CHUNK: usize = 16 * 1024;
const VALUES: usize = 256;

/// Texts that are hard to search for a value: escaped by turns, escaped twice, digits, one letter.
const WORST: [(&str, &str); 7] = [
    ("abcd1234", r"\u0061bcd1234&#97;bcd1234;"),
    ("abcd1234", r"\\\\u0061bcd1234"),
    ("abcd1234", "61 62 63 64 31 32 33 34 "),
    ("abcd1234", "&am&am&#x0000&lbrac"),
    ("abcd1234", "&a"),
    ("aaaaaaaa", "a"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "a"),
];

/// Scans in turns with plain text.
pub fn against_plain_text(report: &mut Report) {
    let plain = "An ordinary answer with words, numbers (42) and marks. ".repeat(BYTES / 55);
    let values = values();
    let (one, many) = (Redactor::of(&values[0]), Redactor::of_all(&values));
    let (mut speeds, mut ratios) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let floor = seconds(&one, &plain);
        let time = seconds(&many, &plain);
        if round > 0 {
            speeds.push(megabytes(&plain) / floor);
            ratios.push(floor / time);
        }
    }
    let plain_speed = median(&mut speeds);
    report.rounds("redaction of plain text, one value", speeds, " MB/s", Budget::None);
    report.rounds(
        "redaction of plain text: speed with 256 values, against one",
        ratios,
        "",
        Budget::AtLeast(0.5),
    );
    let mut worst = Vec::new();
    for (value, unit) in WORST {
        let text = unit.repeat(BYTES / unit.len());
        let one = Redactor::of(&SecretValue::new(value.to_owned()));
        let rounds = (0..ROUNDS).map(|_| {
            let floor = seconds(&one, &plain);
            seconds(&one, &text) / floor
        });
        worst.push(median(&mut rounds.collect::<Vec<_>>()));
    }
    let slowest = worst.into_iter().fold(0.0, f64::max);
    report.number(
        "redaction of the worst text, one value",
        plain_speed / slowest,
        " MB/s",
        Budget::None,
    );
    report.number(
        "redaction of the worst text: time, against plain text",
        slowest,
        "",
        Budget::AtMost(3.0),
    );
}

fn median(rounds: &mut [f64]) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn seconds(redactor: &Redactor, text: &str) -> f64 {
    let began = Instant::now();
    let mut scanner = redactor.scanner();
    for chunk in text.as_bytes().chunks(CHUNK) {
        black_box(scanner.push(chunk));
    }
    black_box(scanner.finish());
    began.elapsed().as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "a few million")]
fn megabytes(text: &str) -> f64 {
    text.len() as f64 / 1e6
}

/// Values that look random and are the same in every run.
fn values() -> Vec<SecretValue> {
    const DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = 88_172_645_463_325_252_u64;
    let mut digit = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(DIGITS[usize::from(state.to_le_bytes()[3]) % DIGITS.len()])
    };
    (0..VALUES)
        .map(|_| SecretValue::new((0..40).map(|_| digit()).collect()))
        .collect()
}
