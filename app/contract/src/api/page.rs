//! The envelope of every list, and the query that asks for one.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "{T}Page"))]
pub struct Page<T> {
    /// The items, in the requested order.
    pub items: Vec<T>,
    /// The total number of items, counted up to 10,000.
    pub total: i64,
    /// `true` if `total` is exact, `false` if counting stopped at 10,000.
    pub total_exact: bool,
    /// Cursor of the next page.
    pub next_cursor: Option<String>,
    /// Cursor of the previous page.
    pub previous_cursor: Option<String>,
    /// The number of items that you don't have permission to see (references only).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hidden: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl<T> Page<T> {
    /// A list that fits into one page.
    pub fn whole(items: Vec<T>) -> Self {
        let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
        Self {
            items,
            total,
            total_exact: true,
            next_cursor: None,
            previous_cursor: None,
            hidden: 0,
        }
    }

    /// The same page with its items as something else, and without those that are nothing.
    pub fn filter_map<U>(self, item: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page {
            items: self.items.into_iter().filter_map(item).collect(),
            total: self.total,
            total_exact: self.total_exact,
            next_cursor: self.next_cursor,
            previous_cursor: self.previous_cursor,
            hidden: self.hidden,
        }
    }
}

/// What a list is asked for. `None` leaves the choice to the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Text that names must contain.
    pub search: Option<String>,
    /// Field to sort by; a leading `-` reverses.
    pub sort: Option<String>,
    /// Items on a page, 1 to 100.
    pub limit: Option<u32>,
    /// From `next_cursor` or `previous_cursor` of the page before.
    pub cursor: Option<String>,
    /// Filters that only this list has: name in the API and content.
    pub filters: Vec<(&'static str, String)>,
}

impl Query {
    /// The query string, with its `?`, or nothing.
    pub fn to_query_string(&self) -> String {
        let limit = self.limit.map(|limit| limit.to_string());
        let pairs = [
            ("search", self.search.as_deref()),
            ("sort", self.sort.as_deref()),
            ("limit", limit.as_deref()),
            ("cursor", self.cursor.as_deref()),
        ];
        let filters = self.filters.iter().map(|(name, value)| (*name, Some(value.as_str())));
        let mut text = String::new();
        for (name, value) in pairs.into_iter().chain(filters) {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                text.push(if text.is_empty() { '?' } else { '&' });
                text.push_str(name);
                text.push('=');
                text.extend(percent_encoding::utf8_percent_encode(
                    value,
                    percent_encoding::NON_ALPHANUMERIC,
                ));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_query_string_holds_only_what_was_asked_for() {
        assert_eq!(Query::default().to_query_string(), "");
        let query = Query {
            search: Some("a b&c".to_owned()),
            limit: Some(10),
            filters: vec![("action", "x.y".to_owned()), ("host", String::new())],
            ..Query::default()
        };
        assert_eq!(query.to_query_string(), "?search=a%20b%26c&limit=10&action=x%2Ey");
    }
}
