//! The words of generated forms.

/// Nothing is chosen yet.
#[must_use]
pub fn choose_one() -> &'static str {
    "Choose one"
}

/// Nothing has to be chosen.
#[must_use]
pub fn not_set() -> &'static str {
    "Not set"
}

/// A switch that is on.
#[must_use]
pub fn yes() -> &'static str {
    "Yes"
}

/// A switch that is off.
#[must_use]
pub fn no() -> &'static str {
    "No"
}

/// Opens the menu of further fields.
#[must_use]
pub fn add_field() -> &'static str {
    "Add field"
}

/// The same inside of a group.
#[must_use]
pub fn add_field_to(group: &str) -> String {
    format!("Add field to {group}")
}

/// Takes a field away.
#[must_use]
pub fn remove(field: &str) -> String {
    format!("Remove {field}")
}

/// Adds a row to a list.
#[must_use]
pub fn add_entry() -> &'static str {
    "Add entry"
}

/// The name of a row of a list.
#[must_use]
pub fn entry(list: &str, number: usize) -> String {
    format!("{list} {number}")
}

/// Takes a row away.
#[must_use]
pub fn remove_entry(list: &str, number: usize) -> String {
    format!("Remove {list} {number}")
}

/// What numbers fit.
#[must_use]
pub fn range(min: Option<f64>, max: Option<f64>) -> Option<String> {
    // The ends of what a browser counts exactly are no rule that a person meets.
    let is_rule = |end: &f64| end.abs() < 9.0e15;
    match (min.filter(is_rule), max.filter(is_rule)) {
        (Some(min), Some(max)) => Some(format!("From {min} to {max}.")),
        (Some(min), None) => Some(format!("At least {min}.")),
        (None, Some(max)) => Some(format!("At most {max}.")),
        (None, None) => None,
    }
}

/// Where the value of a credential goes.
#[must_use]
pub fn sent_to(host: Option<&str>) -> String {
    match host {
        Some(host) => format!("Sent only to {host}."),
        None => "Sent only to this form's address.".to_owned(),
    }
}

/// No credential is chosen.
#[must_use]
pub fn no_credential() -> &'static str {
    "No credential: requests are sent without authentication."
}

/// The address changed under the choice.
#[must_use]
pub fn choose_again() -> &'static str {
    "The host changed. Choose a credential for it, or continue without one."
}

/// The text in the field of a credential stands for nothing.
#[must_use]
pub fn pick_one() -> &'static str {
    "Choose a credential from the list or clear the field."
}

/// The schema is being fetched.
#[must_use]
pub fn loading() -> &'static str {
    "Loading…"
}

/// Asks again.
#[must_use]
pub fn retry() -> &'static str {
    "Retry"
}

/// Label of the search among MCP servers.
#[must_use]
pub fn search_servers() -> &'static str {
    "Search MCP servers by name"
}

/// A chosen server that the list does not have.
#[must_use]
pub fn other_server() -> &'static str {
    "A server that is not listed here"
}

/// There are more servers than the list has.
#[must_use]
pub fn more_servers(count: i64) -> String {
    format!("Type to narrow: {count} more.")
}

/// No MCP server can be chosen.
#[must_use]
pub fn no_servers() -> &'static str {
    "There are no MCP servers yet. Add one under MCP servers."
}

/// Every tool may be used.
#[must_use]
pub fn all_tools() -> &'static str {
    "All tools, also those that come later"
}

/// Only some.
#[must_use]
pub fn only_these() -> &'static str {
    "Only these:"
}

/// The tools are not known before the fields that they depend on are filled.
#[must_use]
pub fn tools_wait() -> &'static str {
    "Its tools are listed here once it is chosen."
}

/// A server without tools.
#[must_use]
pub fn no_tools() -> &'static str {
    "It offers no tools."
}

/// A chosen tool that is not offered.
#[must_use]
pub fn not_offered() -> &'static str {
    "(not offered now)"
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_names_the_ends_that_people_meet() {
        assert_eq!(range(Some(0.0), Some(2.0)).as_deref(), Some("From 0 to 2."));
        assert_eq!(
            range(Some(1.0), Some(9_007_199_254_740_991.0)).as_deref(),
            Some("At least 1.")
        );
        assert_eq!(range(None, Some(0.5)).as_deref(), Some("At most 0.5."));
        assert_eq!(range(None, None), None);
    }
}
