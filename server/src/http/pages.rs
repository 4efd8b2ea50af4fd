//! The SQL of keyset paging. What a list reads and filters by stands in its feature; how a page of it begins and ends
//! is the same for all.

use super::Keyset;

/// The four texts of one order, in the order of [`Keyset`]: from either end, and from either side of a row. The
/// last three parameters are those of the limit, and of the key and the ID of that row.
macro_rules! pages {
    ($rows:expr, $column:literal, $id:literal, [$limit:literal, $key:literal, $edge:literal]) => {
        [
            concat!($rows, "ORDER BY ", $column, ", ", $id, " LIMIT ", $limit),
            concat!($rows, "ORDER BY ", $column, " DESC, ", $id, " DESC LIMIT ", $limit),
            concat!(
                $rows,
                "AND (",
                $column,
                ", ",
                $id,
                ") > (",
                $key,
                ", ",
                $edge,
                ") ORDER BY ",
                $column,
                ", ",
                $id,
                " LIMIT ",
                $limit
            ),
            concat!(
                $rows,
                "AND (",
                $column,
                ", ",
                $id,
                ") < (",
                $key,
                ", ",
                $edge,
                ") ORDER BY ",
                $column,
                " DESC, ",
                $id,
                " DESC LIMIT ",
                $limit
            ),
        ]
    };
}
pub(crate) use pages;

/// Binds one row more than the page has, and the key of the cursor. A macro, since the queries of the engines have their own types.
macro_rules! bind_page {
    ($statement:expr, $query:expr) => {{
        let statement = $statement.bind($query.limit + 1);
        match &$query.cursor {
            None => statement,
            Some(cursor) => match &cursor.key {
                $crate::http::SortKey::Bytes(bytes) => statement.bind(bytes.clone()),
                $crate::http::SortKey::Time(time) => statement.bind(*time),
            }
            .bind(cursor.id),
        }
    }};
}
pub(crate) use bind_page;

impl Keyset {
    /// The text for this page, of those that [`pages!`] made.
    pub fn of(self, texts: &[&'static str; 4]) -> &'static str {
        texts[match self {
            Self::FirstAscending => 0,
            Self::FirstDescending => 1,
            Self::Greater => 2,
            Self::Less => 3,
        }]
    }
}
