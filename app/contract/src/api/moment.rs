//! Moments as the API writes them: RFC 3339 in UTC, e.g. `2026-03-02T14:05:00.25Z`.
//!
//! chrono reads any form of RFC 3339, and what it takes for that would be a part of every first visit.

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{Deserialize, Deserializer, Error, Unexpected};

/// Reads a moment.
pub(crate) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::invalid_value(Unexpected::Other("text"), &"a moment in UTC"))
}

/// Reads a moment that may be null.
pub(crate) fn optional_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let moment = parse(&text);
    moment
        .map(Some)
        .ok_or_else(|| D::Error::invalid_value(Unexpected::Other("text"), &"a moment in UTC"))
}

fn parse(text: &str) -> Option<DateTime<Utc>> {
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if bytes.len() < 20 || marks.iter().any(|&(at, mark)| bytes[at] != mark) {
        return None;
    }
    let number = |from: usize, to: usize| digits(bytes.get(from..to)?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    let nanos = match &bytes[19..] {
        [b'Z'] => 0,
        [b'.', fraction @ .., b'Z'] if (1..=9).contains(&fraction.len()) => {
            let missing = u32::try_from(9 - fraction.len()).ok()?;
            digits(fraction)? * 10_u32.pow(missing)
        }
        _ => return None,
    };
    let moment = date.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanos)?;
    Some(moment.and_utc())
}

/// At most nine digits as a number.
fn digits(bytes: &[u8]) -> Option<u32> {
    let mut number = 0;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u32::from(byte - b'0');
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, SecondsFormat};

    use super::parse;

    #[test]
    fn what_the_server_writes_is_read_to_the_nanosecond() {
        for nanos in [0, 1, 120, 250_000_000, 999_999_999] {
            let moment = DateTime::from_timestamp(1_772_460_300, nanos).unwrap();
            let told = serde_json::to_value(moment).unwrap();
            assert_eq!(parse(told.as_str().unwrap()), Some(moment), "{told}");
            let micros = moment.to_rfc3339_opts(SecondsFormat::Micros, true);
            assert_eq!(
                parse(&micros).map(|read| read.timestamp_micros()),
                Some(moment.timestamp_micros())
            );
        }
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "2026-03-02",
            "2026-03-02 14:05:00Z",
            "2026-03-02T14:05:00",
            "2026-03-02T14:05:00+00:00",
            "2026-03-02T14:05:00.Z",
            "2026-03-02T14:05:00.1234567890Z",
            "2026-13-02T14:05:00Z",
            "2026-02-30T14:05:00Z",
            "2026-03-02T24:05:00Z",
            "+026-03-02T14:05:00Z",
            "2026-03-02T14:05:0xZ",
            "２026-03-02T14:05:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
