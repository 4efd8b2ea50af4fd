//! The state of a list, which lives in the address.

use contract::api::Query;
use leptos_router::params::ParamsMap;

use crate::ui::query_string::query_string;

/// What a list offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListSpec {
    /// The fields that it can be sorted by.
    pub sorts: &'static [&'static str],
    /// How it is sorted when the address says nothing; a leading `-` reverses.
    pub default_sort: &'static str,
}

/// A filter that a list has beside its search: its name in the address of the page and in the API.
#[derive(Clone, Copy, Debug)]
pub struct FilterSpec {
    /// The name in the address.
    pub name: &'static str,
    /// The name in the API.
    pub api: &'static str,
    /// Makes of what stands in the address what the API takes; nothing where it cannot be read.
    pub read: fn(&str) -> Option<String>,
}

/// The page sizes on offer.
pub(super) const LIMITS: [u32; 4] = [10, 25, 50, 100];
const DEFAULT_LIMIT: u32 = 25;

/// What a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListState {
    /// Text that names must contain.
    pub search: String,
    /// Field to sort by; a leading `-` reverses.
    pub sort: String,
    /// Rows on a page.
    pub limit: u32,
    /// Which page; none is the first.
    pub cursor: Option<String>,
    /// The number of the first row, counted by whoever turned the page.
    pub from: i64,
    /// The filters that are set, by their names in the address.
    pub filters: Vec<(&'static str, String)>,
}

impl ListState {
    /// Reads an address. What it does not know falls back: a link may be old, or written by hand.
    pub fn from_query(query: &ParamsMap, spec: &ListSpec) -> Self {
        let text = |name| query.get_str(name).filter(|text| !text.is_empty());
        let sort = text("sort")
            .filter(|sort| spec.sorts.contains(&sort.trim_start_matches('-')))
            .unwrap_or(spec.default_sort);
        let limit = text("limit")
            .and_then(|limit| limit.parse().ok())
            .filter(|limit| LIMITS.contains(limit))
            .unwrap_or(DEFAULT_LIMIT);
        let cursor = text("cursor").map(str::to_owned);
        let from = text("from")
            .filter(|_| cursor.is_some())
            .and_then(|from| from.parse().ok())
            .filter(|from| *from > 0)
            .unwrap_or(1);
        Self {
            search: text("search").unwrap_or_default().to_owned(),
            sort: sort.to_owned(),
            limit,
            cursor,
            from,
            filters: Vec::new(),
        }
    }

    /// With the filters that an address sets. What cannot be read is left out, as an old link may say it.
    pub fn filtered_by(mut self, query: &ParamsMap, filters: &[FilterSpec]) -> Self {
        self.filters = filters
            .iter()
            .filter_map(|filter| {
                let content = query.get_str(filter.name)?.trim();
                let readable = !content.is_empty() && (filter.read)(content).is_some();
                readable.then(|| (filter.name, content.to_owned()))
            })
            .collect();
        self
    }

    /// What a filter is set to; empty where it is not.
    pub fn filter(&self, name: &str) -> String {
        let set = self.filters.iter().find(|(known, _)| *known == name);
        set.map(|(_, content)| content.clone()).unwrap_or_default()
    }

    /// Another filter, from the first page; an empty content takes it away.
    pub fn filtered(self, name: &'static str, content: &str) -> Self {
        let mut state = self.first_page();
        state.filters.retain(|(known, _)| *known != name);
        if !content.trim().is_empty() {
            state.filters.push((name, content.trim().to_owned()));
        }
        state
    }

    /// No search and no filter, from the first page.
    pub fn unfiltered(self) -> Self {
        Self {
            search: String::new(),
            filters: Vec::new(),
            ..self.first_page()
        }
    }

    /// Writes an address: only what differs from the beginning.
    pub fn href(&self, path: &str, spec: &ListSpec) -> String {
        let mut query = ParamsMap::new();
        if !self.search.is_empty() {
            query.insert("search", self.search.clone());
        }
        for (name, content) in &self.filters {
            query.insert(*name, content.clone());
        }
        if self.sort != spec.default_sort {
            query.insert("sort", self.sort.clone());
        }
        if self.limit != DEFAULT_LIMIT {
            query.insert("limit", self.limit.to_string());
        }
        if let Some(cursor) = &self.cursor {
            query.insert("cursor", cursor.clone());
            query.insert("from", self.from.to_string());
        }
        format!("{path}{}", query_string(query))
    }

    /// What the server is asked for.
    pub fn to_query(&self) -> Query {
        Query {
            search: Some(self.search.trim().to_owned()).filter(|search| !search.is_empty()),
            sort: Some(self.sort.clone()),
            limit: Some(self.limit),
            cursor: self.cursor.clone(),
            filters: Vec::new(),
        }
    }

    fn first_page(mut self) -> Self {
        self.cursor = None;
        self.from = 1;
        self
    }

    /// Another search, from the first page.
    pub fn searched(self, search: &str) -> Self {
        Self {
            search: search.to_owned(),
            ..self.first_page()
        }
    }

    /// Another order, from the first page.
    pub fn sorted(self, sort: &str) -> Self {
        Self {
            sort: sort.to_owned(),
            ..self.first_page()
        }
    }

    /// The order after pressing a column: that column, or the other way round.
    pub fn sort_after_pressing(&self, field: &str) -> String {
        if self.sort == field {
            format!("-{field}")
        } else {
            field.to_owned()
        }
    }

    /// Another page size, from the first page.
    pub fn limited(self, limit: u32) -> Self {
        Self {
            limit,
            ..self.first_page()
        }
    }

    /// The page of a cursor; `forward` counts on, otherwise back.
    pub fn turned(self, cursor: &str, forward: bool) -> Self {
        let step = i64::from(self.limit);
        Self {
            cursor: Some(cursor.to_owned()),
            from: if forward {
                self.from + step
            } else {
                (self.from - step).max(1)
            },
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: ListSpec = ListSpec {
        sorts: &["name", "created_at"],
        default_sort: "name",
    };

    fn read(pairs: &[(&str, &str)]) -> ListState {
        let query: ParamsMap = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        ListState::from_query(&query, &SPEC)
    }

    #[test]
    fn the_first_page_has_a_bare_address() {
        assert_eq!(read(&[]).href("/credentials", &SPEC), "/credentials");
    }

    #[test]
    fn a_state_survives_its_address() {
        let state = read(&[
            ("search", "a b"),
            ("sort", "-created_at"),
            ("limit", "50"),
            ("cursor", "c1"),
            ("from", "51"),
        ]);
        assert_eq!(
            state.href("/c", &SPEC),
            "/c?search=a%20b&sort=-created_at&limit=50&cursor=c1&from=51"
        );
        assert_eq!(state.to_query().search.as_deref(), Some("a b"));
    }

    #[test]
    fn what_an_address_should_not_say_is_ignored() {
        let state = read(&[("sort", "value"), ("limit", "7"), ("from", "51")]);
        assert_eq!(state, read(&[]));
        assert_eq!(read(&[("cursor", "c"), ("from", "-3")]).from, 1);
    }

    #[test]
    fn a_new_search_order_or_size_begins_at_the_first_page() {
        let state = read(&[("cursor", "c1"), ("from", "26")]);
        assert_eq!(state.clone().searched("x").cursor, None);
        assert_eq!(state.clone().sorted("-name").from, 1);
        assert_eq!(state.limited(10).cursor, None);
    }

    #[test]
    fn filters_survive_their_address_and_begin_at_the_first_page() {
        fn short(content: &str) -> Option<String> {
            (content.len() < 5).then(|| content.to_uppercase())
        }
        let filter = |name, api| FilterSpec { name, api, read: short };
        let query: ParamsMap = [("kind", "use"), ("host", "too long"), ("cursor", "c1"), ("other", "x")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        let filters = [filter("kind", "action"), filter("host", "host")];
        let state = ListState::from_query(&query, &SPEC).filtered_by(&query, &filters);
        assert_eq!(
            (state.filter("kind").as_str(), state.filter("host").as_str()),
            ("use", "")
        );
        assert_eq!(state.href("/a", &SPEC), "/a?kind=use&cursor=c1&from=1");
        let state = state.filtered("host", " a ");
        assert_eq!(state.href("/a", &SPEC), "/a?kind=use&host=a");
        assert_eq!(state.clone().filtered("kind", "").href("/a", &SPEC), "/a?host=a");
        assert_eq!(state.searched("x").unfiltered().href("/a", &SPEC), "/a");
    }

    #[test]
    fn pages_are_counted_both_ways() {
        let second = read(&[]).turned("n", true);
        assert_eq!((second.from, second.cursor.as_deref()), (26, Some("n")));
        assert_eq!(second.turned("p", false).from, 1);
    }

    #[test]
    fn pressing_a_column_twice_turns_the_order_round() {
        let state = read(&[]);
        assert_eq!(state.sort_after_pressing("name"), "-name");
        assert_eq!(state.sort_after_pressing("created_at"), "created_at");
        assert_eq!(state.sorted("-name").sort_after_pressing("name"), "name");
    }
}
