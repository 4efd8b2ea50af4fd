//! What the list and the export are asked for.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::http::{ApiError, ListQuery, QueryPairs, SortKey};

/// Fields that the list can be sorted by: the one order that the chain has.
pub(super) const SORTS: &[&str] = &["seq"];
/// The longest action, host or outcome that is looked for, in characters.
pub(super) const MAX_TEXT: usize = 300;
const NO_OWNERS: &str = "Remove the parameters this list doesn't support.";

/// Which events. What is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filters {
    /// The pattern for names, folded.
    pub pattern: Option<String>,
    pub actor_id: Option<Uuid>,
    pub actor_kind: Option<String>,
    pub action: Option<String>,
    pub target_id: Option<Uuid>,
    pub host: Option<String>,
    pub outcome: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
}

impl Filters {
    /// Takes the filters that only this list has.
    fn take(pairs: &mut QueryPairs) -> Result<Self, ApiError> {
        if pairs.take("owner_id").is_some() {
            return Err(ApiError::BadQuery(NO_OWNERS));
        }
        let (actor_id, actor_kind) = match pairs.take("actor") {
            None => (None, None),
            Some(text) => match full_id(&text) {
                Some(id) => (Some(id), None),
                None if is_kind(&text) => (None, Some(text)),
                None => return Err(ApiError::BadQuery("Use a user's ID, cli or anonymous as actor.")),
            },
        };
        let target_id = match pairs.take("target").map(|text| full_id(&text)) {
            None => None,
            Some(Some(id)) => Some(id),
            Some(None) => return Err(ApiError::BadQuery("Use the ID of a record as target.")),
        };
        Ok(Self {
            pattern: None,
            actor_id,
            actor_kind,
            action: text(pairs, "action")?,
            target_id,
            host: text(pairs, "host")?.map(|host| host.to_ascii_lowercase()),
            outcome: text(pairs, "outcome")?,
            from: moment(pairs, "from")?,
            to: moment(pairs, "to")?,
        })
    }

    /// Names of the filters that are set, for the record of an export. Never what they were set to.
    pub(super) fn names(&self) -> Vec<&'static str> {
        [
            ("search", self.pattern.is_some()),
            ("actor", self.actor_id.is_some() || self.actor_kind.is_some()),
            ("action", self.action.is_some()),
            ("target", self.target_id.is_some()),
            ("host", self.host.is_some()),
            ("outcome", self.outcome.is_some()),
            ("from", self.from.is_some()),
            ("to", self.to.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, set)| set.then_some(name))
        .collect()
    }
}

/// The list: which events, and which page of them.
pub(super) fn list(mut pairs: QueryPairs) -> Result<(Filters, ListQuery), ApiError> {
    let mut filters = Filters::take(&mut pairs)?;
    // The filters are part of what a cursor belongs to.
    let list = format!("audit-events {filters:?}");
    let query = ListQuery::parse(pairs, &list, SORTS, "-seq")?;
    // A whole id finds the record, as in other lists.
    match (query.searched_id(), filters.target_id) {
        (Some(id), None) => filters.target_id = Some(id),
        _ => filters.pattern = query.pattern(),
    }
    Ok((filters, query))
}

/// The export: which events. It has no pages.
pub(super) fn export(mut pairs: QueryPairs) -> Result<Filters, ApiError> {
    for paging in ["sort", "limit", "cursor"] {
        if pairs.take(paging).is_some() {
            return Err(ApiError::BadQuery(
                "An export has no pages. Remove sort, limit and cursor.",
            ));
        }
    }
    Ok(list(pairs)?.0)
}

/// The number of a row as the key of a cursor.
pub(super) fn cursor_key(seq: i64) -> (SortKey, Uuid) {
    (SortKey::Bytes(seq.to_be_bytes().to_vec()), Uuid::nil())
}

/// The number of the row that a cursor names.
pub(super) fn seq_of(query: &ListQuery) -> Result<Option<i64>, ApiError> {
    let Some(cursor) = &query.cursor else { return Ok(None) };
    match &cursor.key {
        SortKey::Bytes(bytes) => {
            let bytes = bytes.as_slice().try_into().map_err(|_| ApiError::BadCursor)?;
            Ok(Some(i64::from_be_bytes(bytes)))
        }
        SortKey::Time(_) => Err(ApiError::BadCursor),
    }
}

fn full_id(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

fn is_kind(text: &str) -> bool {
    text.len() <= 32 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn text(pairs: &mut QueryPairs, name: &str) -> Result<Option<String>, ApiError> {
    let text = pairs.take(name).unwrap_or_default();
    if text.chars().count() > MAX_TEXT {
        return Err(ApiError::BadQuery("The filter is too long. Shorten it."));
    }
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

fn moment(pairs: &mut QueryPairs, name: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
    let Some(text) = pairs.take(name) else { return Ok(None) };
    let moment = DateTime::parse_from_rfc3339(&text)
        .map_err(|_| ApiError::BadQuery("Use a time such as 2026-03-02T14:05:00Z for from and to."))?;
    Ok(Some(moment.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<(Filters, ListQuery), ApiError> {
        list(QueryPairs::parse(query)?)
    }

    #[test]
    fn a_cursor_belongs_to_its_filters() {
        let (_, mut query) = read("action=credential.use").unwrap();
        query.limit = 1;
        let page = query.page(vec![9_i64, 8], 2, |seq| cursor_key(*seq), |seq| seq);
        let cursor = page.next_cursor.unwrap();
        let (_, next) = read(&format!("action=credential.use&cursor={cursor}")).unwrap();
        assert_eq!(seq_of(&next).unwrap(), Some(9));
        for other in [
            "",
            "action=credential.create&",
            "outcome=refused&action=credential.use&",
        ] {
            let outcome = read(&format!("{other}cursor={cursor}"));
            assert!(matches!(outcome, Err(ApiError::BadCursor)), "{other}");
        }
    }

    #[test]
    fn what_the_list_does_not_know_is_refused() {
        for bad in [
            "owner_id=0198c0de-0000-7000-8000-000000000001",
            "actor=Ada Lovelace",
            "target=cli",
            "from=yesterday",
            "to=2026-03-02",
            "sort=at",
            "value=x",
        ] {
            assert!(matches!(read(bad), Err(ApiError::BadQuery(_))), "{bad}");
        }
        let paged = export(QueryPairs::parse("limit=5").unwrap());
        assert!(matches!(paged, Err(ApiError::BadQuery(_))));
    }

    #[test]
    fn the_record_of_an_export_names_filters_and_not_their_content() {
        let filters = export(QueryPairs::parse("search=canary&from=2026-03-02T14:05:00%2B05:30").unwrap()).unwrap();
        assert_eq!(filters.names(), ["search", "from"]);
        assert_eq!(filters.from.unwrap().to_rfc3339(), "2026-03-02T08:35:00+00:00");
    }
}
