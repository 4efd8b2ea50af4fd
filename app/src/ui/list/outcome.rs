//! What a list shows instead of, or beside, its rows.

use crate::api::ClientError;

/// What a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Rows.
    Rows,
    /// Nothing exists yet.
    FirstUse,
    /// Nothing matches the search.
    NoMatch,
    /// Nothing came.
    Failed,
    /// The role does not allow reading.
    Forbidden,
}

impl Outcome {
    /// Decides from the newest rows, if any came, the newest failure, and whether there is a search.
    pub fn of(rows: Option<usize>, failure: Option<&ClientError>, searching: bool) -> Self {
        if failure.is_some_and(|failure| failure.slug() == Some("forbidden")) {
            return Self::Forbidden;
        }
        match rows {
            None => Self::Failed,
            Some(0) if searching => Self::NoMatch,
            Some(0) => Self::FirstUse,
            Some(_) => Self::Rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_rows_stay_when_a_fetch_fails() {
        assert_eq!(Outcome::of(Some(3), Some(&ClientError::Offline), false), Outcome::Rows);
        assert_eq!(Outcome::of(None, Some(&ClientError::Offline), false), Outcome::Failed);
    }

    #[test]
    fn an_empty_list_says_whether_the_search_made_it_empty() {
        assert_eq!(Outcome::of(Some(0), None, true), Outcome::NoMatch);
        assert_eq!(Outcome::of(Some(0), None, false), Outcome::FirstUse);
    }
}
