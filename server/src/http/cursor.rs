//! Keyset paging: what a list is asked for, and the cursors that lead from page to page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeZone as _, Utc};
use contract::api::Page;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{ApiError, QueryPairs};

/// The sort key of the row that a cursor names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// A text, by its bytes.
    Bytes(Vec<u8>),
    Time(DateTime<Utc>),
}

/// Which way a page lies from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The page after it.
    Forward,
    /// The page before it.
    Backward,
}

/// The row that a page begins at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub direction: Direction,
    /// The sort key of that row.
    pub key: SortKey,
    /// The ID of that row: last in every order.
    pub id: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    /// Fingerprint of list, sort and filters.
    f: String,
    b: bool,
    /// Microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<i64>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<String>,
    i: Uuid,
}

/// What a list is asked for, after checking.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Text that names must contain, as it came.
    pub search: Option<String>,
    /// Only records of this owner.
    pub owner: Option<Uuid>,
    /// The field to sort by.
    pub sort: &'static str,
    pub descending: bool,
    /// Rows on a page.
    pub limit: i64,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    fingerprint: String,
}

/// How the SQL of a page must look: which comparison and which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyset {
    /// From the least.
    FirstAscending,
    /// From the greatest.
    FirstDescending,
    /// Greater than that row, ascending.
    Greater,
    /// Less than that row, descending.
    Less,
}

impl ListQuery {
    /// Reads the parameters of a list. `sorts` are the fields that it can be sorted by.
    ///
    /// # Errors
    /// 400 for anything that this list does not know.
    pub fn parse(
        mut pairs: QueryPairs,
        list: &str,
        sorts: &'static [&'static str],
        default_sort: &str,
    ) -> Result<Self, ApiError> {
        let search = pairs.take("search");
        if search.as_ref().is_some_and(|search| search.chars().count() > 200) {
            return Err(ApiError::BadQuery("Search for up to 200 characters."));
        }
        let owner = match pairs
            .take("owner_id")
            .map(|text| text.parse::<contract::accounts::UserId>())
        {
            None => None,
            Some(Ok(id)) => Some(id.0),
            Some(Err(_)) => return Err(ApiError::BadQuery("Use a user's ID as owner_id.")),
        };
        let asked = pairs.take("sort").unwrap_or_else(|| default_sort.to_owned());
        let (descending, field) = asked
            .strip_prefix('-')
            .map_or((false, asked.as_str()), |field| (true, field));
        let sort = sorts.iter().find(|known| **known == field).ok_or(ApiError::BadQuery(
            "Sort by one of the fields in this list's documentation.",
        ))?;
        let limit = pairs.limit()?;
        let fingerprint = fingerprint(list, &asked, search.as_deref(), owner);
        let cursor = match pairs.take("cursor") {
            None => None,
            Some(text) => {
                let cursor = decode(&text, &fingerprint);
                // It comes from outside, and the engines do not compare a text with a time.
                let by_time = sort.ends_with("_at");
                let fits = cursor.filter(|cursor| by_time == matches!(cursor.key, SortKey::Time(_)));
                Some(fits.ok_or(ApiError::BadCursor)?)
            }
        };
        pairs.finish()?;
        Ok(Self {
            search,
            owner,
            sort,
            descending,
            limit,
            cursor,
            fingerprint,
        })
    }

    /// The pattern for `LIKE … ESCAPE '\'` on a folded name.
    pub fn pattern(&self) -> Option<String> {
        let search = self.search.as_deref()?.trim();
        if search.is_empty() {
            return None;
        }
        let mut pattern = String::from("%");
        for c in crate::name_key::fold(search).chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        Some(pattern)
    }

    /// The id that the search is, if it is a whole id.
    pub fn searched_id(&self) -> Option<Uuid> {
        let search = self.search.as_deref()?.trim();
        (search.len() == 36).then(|| Uuid::try_parse(search).ok()).flatten()
    }

    /// How the SQL of this page must look.
    pub fn keyset(&self) -> Keyset {
        match (self.cursor.as_ref().map(|cursor| cursor.direction), self.descending) {
            (None, false) => Keyset::FirstAscending,
            (None, true) => Keyset::FirstDescending,
            (Some(Direction::Forward), false) | (Some(Direction::Backward), true) => Keyset::Greater,
            (Some(Direction::Forward), true) | (Some(Direction::Backward), false) => Keyset::Less,
        }
    }

    /// The same list from its beginning.
    pub fn first_page(&self) -> Self {
        Self {
            cursor: None,
            ..self.clone()
        }
    }

    /// Whether a page that was read backward reached the beginning before it was full: the first page
    /// is shown whole instead.
    pub fn is_underfull_backward_page(&self, rows: usize) -> bool {
        self.is_backward() && i64::try_from(rows).is_ok_and(|rows| rows <= self.limit)
    }

    fn is_backward(&self) -> bool {
        self.cursor
            .as_ref()
            .is_some_and(|cursor| cursor.direction == Direction::Backward)
    }

    /// Makes a page of rows that were read with `limit + 1`.
    pub fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        total: i64,
        cursor_key: impl Fn(&R) -> (SortKey, Uuid),
        item: impl Fn(R) -> T,
    ) -> Page<T> {
        let more = i64::try_from(rows.len()).is_ok_and(|count| count > self.limit);
        if more {
            rows.pop();
        }
        let backward = self.is_backward();
        if backward {
            rows.reverse();
        }
        let cursor = |row: Option<&R>, direction| {
            row.map(|row| {
                let (key, id) = cursor_key(row);
                encode(&Cursor { direction, key, id }, &self.fingerprint)
            })
        };
        let has_next = if backward { true } else { more };
        let has_previous = if backward { more } else { self.cursor.is_some() };
        let next_cursor = if has_next {
            cursor(rows.last(), Direction::Forward)
        } else {
            None
        };
        let previous_cursor = if has_previous {
            cursor(rows.first(), Direction::Backward)
        } else {
            None
        };
        Page {
            items: rows.into_iter().map(item).collect(),
            total: total.min(MAX_TOTAL),
            total_exact: total <= MAX_TOTAL,
            next_cursor,
            previous_cursor,
            hidden: 0,
        }
    }
}

/// Counting ends here; SQL counts one more to know that it did.
const MAX_TOTAL: i64 = 10_000;

fn fingerprint(list: &str, sort: &str, search: Option<&str>, owner: Option<Uuid>) -> String {
    let mut hash = Sha256::new();
    for part in [
        list,
        sort,
        search.unwrap_or_default(),
        &owner.map(|id| id.to_string()).unwrap_or_default(),
    ] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..9])
}

fn encode(cursor: &Cursor, fingerprint: &str) -> String {
    let (t, k) = match &cursor.key {
        SortKey::Bytes(bytes) => (None, Some(URL_SAFE_NO_PAD.encode(bytes))),
        SortKey::Time(time) => (Some(time.timestamp_micros()), None),
    };
    let wire = Wire {
        f: fingerprint.to_owned(),
        b: cursor.direction == Direction::Backward,
        t,
        k,
        i: cursor.id,
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).unwrap_or_default())
}

fn decode(text: &str, fingerprint: &str) -> Option<Cursor> {
    if text.len() > 2048 {
        return None;
    }
    let wire: Wire = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let key = match (wire.t, wire.k) {
        (Some(micros), None) => SortKey::Time(Utc.timestamp_micros(micros).single()?),
        (None, Some(bytes)) => SortKey::Bytes(URL_SAFE_NO_PAD.decode(bytes).ok()?),
        _ => return None,
    };
    let direction = if wire.b {
        Direction::Backward
    } else {
        Direction::Forward
    };
    (wire.f == fingerprint).then_some(Cursor {
        direction,
        key,
        id: wire.i,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<ListQuery, ApiError> {
        ListQuery::parse(
            QueryPairs::parse(text)?,
            "things",
            &["name", "created_at"],
            "-created_at",
        )
    }

    #[test]
    fn a_cursor_belongs_to_its_sort_and_search() {
        let first = query("sort=name&search=x").unwrap();
        let rows = vec![(b"a".to_vec(), Uuid::from_u128(1)), (b"b".to_vec(), Uuid::from_u128(2))];
        let page =
            ListQuery { limit: 1, ..first }.page(rows, 2, |row| (SortKey::Bytes(row.0.clone()), row.1), |row| row.1);
        assert_eq!(page.items, [Uuid::from_u128(1)]);
        assert_eq!(page.previous_cursor, None);
        let cursor = page.next_cursor.unwrap();
        let next = query(&format!("sort=name&search=x&cursor={cursor}")).unwrap();
        assert_eq!(next.keyset(), Keyset::Greater);
        assert_eq!(next.cursor.unwrap().key, SortKey::Bytes(b"a".to_vec()));
        for other in ["sort=-name&search=x", "sort=name&search=y", "sort=name"] {
            assert!(
                matches!(query(&format!("{other}&cursor={cursor}")), Err(ApiError::BadCursor)),
                "{other}"
            );
        }
        for bad in ["x", "e30", "%F0%9F"] {
            assert!(
                matches!(query(&format!("cursor={bad}")), Err(ApiError::BadCursor)),
                "{bad}"
            );
        }
    }

    #[test]
    fn what_a_list_does_not_know_is_refused() {
        for bad in [
            "sort=value",
            "sort=",
            "limit=0",
            "limit=101",
            "limit=x",
            "value=x",
            "limit=1&limit=2",
            "search=%00",
        ] {
            let outcome = query(bad);
            assert!(matches!(outcome, Err(ApiError::BadQuery(_))) || bad == "sort=", "{bad}");
        }
    }

    #[test]
    fn wildcards_are_searched_for_literally() {
        assert_eq!(
            query("search=PROD_%25").unwrap().pattern().as_deref(),
            Some("%prod\\_\\%%")
        );
        assert_eq!(query("search=%20").unwrap().pattern(), None);
    }
}
