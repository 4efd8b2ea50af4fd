//! Messages of every list.

include!(concat!(env!("OUT_DIR"), "/messages/list.rs"));

/// The rows of a page among all. `exact` is `false` if counting stopped at `total`.
pub fn range(first: i64, rows: usize, total: i64, exact: bool) -> String {
    let last = first - 1 + i64::try_from(rows).unwrap_or(i64::MAX);
    match (rows, exact) {
        (0, _) => range_empty().to_owned(),
        (_, true) => range_exact(first, last, &grouped(&total.to_string())),
        (_, false) => range_at_least(first, last, &grouped(&total.to_string())),
    }
}

/// 1234567 as 1,234,567; other texts than whole numbers as they are.
pub fn grouped(digits: &str) -> String {
    let mut text = String::new();
    if digits.contains(|digit: char| !digit.is_ascii_digit()) {
        return digits.to_owned();
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub fn clear(filters: bool) -> &'static str {
    if filters { clear_filters() } else { clear_search() }
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_says_when_counting_stopped() {
        assert_eq!(range(1, 25, 214, true), "1–25 of 214");
        assert_eq!(range(26, 25, 10_000, false), "26–50 of more than 10,000");
        assert_eq!(range(1, 0, 0, true), "None");
    }
}
