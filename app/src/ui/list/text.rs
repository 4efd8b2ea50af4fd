//! The words of every list.

/// Which rows of how many. `exact` is false where counting stopped.
#[must_use]
pub fn range(from: i64, rows: usize, total: i64, exact: bool) -> String {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let to = from + rows - 1;
    let more = if exact { "" } else { "more than " };
    if rows == 0 {
        "None".to_owned()
    } else {
        format!("{from} to {to} of {more}{}", grouped(total))
    }
}

/// 1234567 as 1,234,567.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A secret was pasted into the search.
#[must_use]
pub fn search_refused() -> &'static str {
    "This looks like a secret, so it was not searched for."
}

/// The label of the page size.
#[must_use]
pub fn rows() -> &'static str {
    "Rows"
}

/// The page before.
#[must_use]
pub fn previous() -> &'static str {
    "Previous"
}

/// The page after.
#[must_use]
pub fn next() -> &'static str {
    "Next"
}

/// The name of the paging controls.
#[must_use]
pub fn pages() -> &'static str {
    "Pages"
}

/// The label of the order, where there are no column heads.
#[must_use]
pub fn sort_by() -> &'static str {
    "Sort by"
}

/// An order, upwards.
#[must_use]
pub fn ascending(column: &str) -> String {
    format!("{column}, ascending")
}

/// An order, downwards.
#[must_use]
pub fn descending(column: &str) -> String {
    format!("{column}, descending")
}

/// No row matches.
#[must_use]
pub fn no_match(search: &str) -> String {
    format!("Nothing is named like \u{201C}{search}\u{201D}.")
}

/// No row passes the filters.
#[must_use]
pub fn no_match_of_filters() -> &'static str {
    "Nothing matches these filters."
}

/// Empties the search, and the filters where there are some.
#[must_use]
pub fn clear(filters: bool) -> &'static str {
    if filters { "Clear filters" } else { "Clear search" }
}

/// Tries again.
#[must_use]
pub fn retry() -> &'static str {
    "Retry"
}

/// A list that could not be fetched.
#[must_use]
pub fn could_not_be_loaded() -> &'static str {
    "Could not be loaded."
}

/// Rows that could not be fetched again.
#[must_use]
pub fn may_be_old() -> &'static str {
    "These rows may be old: they could not be loaded again."
}

/// A role that may not read.
#[must_use]
pub fn forbidden() -> &'static str {
    "Your role does not let you see this list. An administrator can change that."
}

/// While rows are fetched.
#[must_use]
pub fn loading() -> &'static str {
    "Loading\u{2026}"
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_says_when_counting_stopped() {
        assert_eq!(range(1, 25, 214, true), "1 to 25 of 214");
        assert_eq!(range(26, 25, 10_000, false), "26 to 50 of more than 10,000");
        assert_eq!(range(1, 0, 0, true), "None");
    }
}
