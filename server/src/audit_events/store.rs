//! The SQL of the list and of the export.
//!
//! A filter that may be absent, written as `$n IS NULL OR …`, keeps an engine from its index. So the text of
//! a page names one filter plainly, the one that narrows most; it leads, and the others only look at its rows.

use chrono::{DateTime, Utc};
use contract::api::Page;
use contract::audit::AuditEvent;

use super::query::{self, Filters};
use crate::audit::{ChainedRow, EventRow, event_columns};
use crate::db::{Db, read};
use crate::http::{ApiError, ListQuery};

macro_rules! filter {
    () => {
        "($1 IS NULL OR e.search_key LIKE $1 ESCAPE '\\') AND ($2 IS NULL OR e.actor_id = $2) \
         AND ($3 IS NULL OR e.actor_kind = $3) AND ($4 IS NULL OR e.action = $4) AND ($5 IS NULL OR e.target_id = $5) \
         AND ($6 IS NULL OR e.host = $6) AND ($7 IS NULL OR e.outcome = $7) AND ($8 IS NULL OR e.at >= $8) \
         AND ($9 IS NULL OR e.at < $9)"
    };
}
/// Counts the rows of a leading filter, up to one more than is told.
macro_rules! count {
    ($lead:literal) => {
        concat!(
            "(SELECT count(*) FROM (SELECT 1 AS one FROM audit_events e WHERE ",
            filter!(),
            $lead,
            " LIMIT 10001) AS counted)"
        )
    };
}
/// One page of a leading filter.
macro_rules! page {
    ($lead:literal, $edge:literal, $order:literal) => {
        concat!(
            event_columns!(),
            ", ",
            count!($lead),
            " AS total FROM audit_events e WHERE ",
            filter!(),
            $lead,
            $edge,
            " ORDER BY e.seq",
            $order,
            " LIMIT $10"
        )
    };
}
/// The texts of a filter that an index answers alone: the numbers of the rows come from there, and only a page
/// of rows is read. The other filters are absent; they are named because every text takes the same parameters.
macro_rules! narrow_texts {
    ($only:literal, $absent:literal, $seq:literal) => {
        Texts {
            pages: [
                narrow_texts!(page $only, $absent, "", $seq, ""),
                narrow_texts!(page $only, $absent, "", $seq, " DESC"),
                narrow_texts!(page $only, $absent, concat!(" AND ", $seq, " > $11"), $seq, ""),
                narrow_texts!(page $only, $absent, concat!(" AND ", $seq, " < $11"), $seq, " DESC"),
            ],
            count: concat!("SELECT ", narrow_texts!(count $only, $absent)),
        }
    };
    (count $only:literal, $absent:literal) => {
        concat!(
            "(SELECT count(*) FROM (SELECT 1 AS one FROM audit_events t WHERE ", $only, $absent, " LIMIT 10001) AS counted)"
        )
    };
    (page $only:literal, $absent:literal, $edge:expr, $seq:literal, $order:literal) => {
        concat!(
            event_columns!(), ", ", narrow_texts!(count $only, $absent), " AS total FROM audit_events e WHERE e.seq IN \
             (SELECT t.seq FROM audit_events t WHERE ", $only, $edge, " ORDER BY ", $seq, $order,
            " LIMIT $10) ORDER BY e.seq", $order
        )
    };
}

/// The texts of one leading filter: four pages in the order of [`crate::http::Keyset`], and the count alone.
struct Texts {
    pages: [&'static str; 4],
    count: &'static str,
}
macro_rules! texts {
    ($lead:literal) => {
        Texts {
            pages: [
                page!($lead, "", ""),
                page!($lead, "", " DESC"),
                page!($lead, " AND e.seq > $11", ""),
                page!($lead, " AND e.seq < $11", " DESC"),
            ],
            count: concat!("SELECT ", count!($lead)),
        }
    };
}
static BY_TARGET: Texts = texts!(" AND e.target_id = $5");
static BY_ACTOR: Texts = texts!(" AND e.actor_id = $2");
static BY_HOST: Texts = texts!(" AND e.host = $6");
static BY_OUTCOME: Texts = texts!(" AND e.outcome = $7");
static BY_ACTION: Texts = texts!(" AND e.action = $4");
static BY_SEARCH: Texts = narrow_texts!(
    "t.search_key LIKE $1 ESCAPE '\\'",
    " AND CAST($2 AS UUID) IS NULL AND CAST($3 AS TEXT) IS NULL AND CAST($4 AS TEXT) IS NULL AND CAST($5 AS UUID) IS NULL \
     AND CAST($6 AS TEXT) IS NULL AND CAST($7 AS TEXT) IS NULL AND CAST($8 AS TIMESTAMPTZ) IS NULL \
     AND CAST($9 AS TIMESTAMPTZ) IS NULL",
    "t.seq"
);
// The sign keeps an engine from walking the whole trail in the order of its numbers.
static BY_TIME: Texts = narrow_texts!(
    "t.at >= $8 AND t.at < $9",
    " AND CAST($1 AS TEXT) IS NULL AND CAST($2 AS UUID) IS NULL AND CAST($3 AS TEXT) IS NULL AND CAST($4 AS TEXT) IS NULL \
     AND CAST($5 AS UUID) IS NULL AND CAST($6 AS TEXT) IS NULL AND CAST($7 AS TEXT) IS NULL",
    "+t.seq"
);
static ALL: Texts = texts!("");

const EXPORT: &str = concat!(
    event_columns!(),
    ", e.key_id, e.mac, e.search_key FROM audit_events e WHERE ",
    filter!(),
    " AND e.seq > $10 AND e.seq <= $11 ORDER BY e.seq LIMIT $12"
);

#[derive(sqlx::FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    event: EventRow,
    total: i64,
}

impl Filters {
    fn texts(&self) -> &'static Texts {
        let timed = self.from.is_some() || self.to.is_some();
        if self.target_id.is_some() {
            &BY_TARGET
        } else if self.actor_id.is_some() {
            &BY_ACTOR
        } else if self.host.is_some() {
            &BY_HOST
        } else if self.outcome.is_some() {
            &BY_OUTCOME
        } else if self.action.is_some() {
            &BY_ACTION
        } else {
            match (self.actor_kind.is_some(), self.pattern.is_some(), timed) {
                (false, true, false) => &BY_SEARCH,
                (false, false, true) => &BY_TIME,
                _ => &ALL,
            }
        }
    }

    /// The window of time with both its ends, if there is one.
    fn window(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        if self.from.is_none() && self.to.is_none() {
            return (None, None);
        }
        let beginning = DateTime::UNIX_EPOCH;
        // The year 9999: as far as both engines write times alike.
        let end = DateTime::from_timestamp(253_370_764_800, 0);
        (self.from.or(Some(beginning)), self.to.or(end))
    }
}

/// Binds `$1` to `$9`.
macro_rules! bind_filters {
    ($query:expr, $filters:expr) => {{
        let (from, to) = $filters.window();
        $query
            .bind(&$filters.pattern)
            .bind($filters.actor_id)
            .bind(&$filters.actor_kind)
            .bind(&$filters.action)
            .bind($filters.target_id)
            .bind(&$filters.host)
            .bind(&$filters.outcome)
            .bind(from)
            .bind(to)
    }};
}

/// One page of the trail.
pub(super) async fn list(db: &Db, filters: &Filters, query: &ListQuery) -> Result<Page<AuditEvent>, ApiError> {
    let rows = rows(db, filters, query).await?;
    if query.is_underfull_backward_page(rows.len()) {
        let query = query.first_page();
        let rows = self::rows(db, filters, &query).await?;
        return page(db, filters, &query, rows).await;
    }
    page(db, filters, query, rows).await
}

async fn rows(db: &Db, filters: &Filters, query: &ListQuery) -> Result<Vec<CountedRow>, ApiError> {
    let edge = query::seq_of(query)?;
    let sql = query.keyset().of(&filters.texts().pages);
    Ok(read!(*db, c => {
        let page = bind_filters!(sqlx::query_as(sql), filters).bind(query.limit + 1);
        let page = match edge {
            None => page,
            Some(seq) => page.bind(seq),
        };
        page.fetch_all(c)
    })?)
}

async fn page(
    db: &Db,
    filters: &Filters,
    query: &ListQuery,
    rows: Vec<CountedRow>,
) -> Result<Page<AuditEvent>, ApiError> {
    let total = match rows.first() {
        Some(row) => row.total,
        None if query.cursor.is_none() => 0,
        None => read!(*db, c => bind_filters!(sqlx::query_scalar(filters.texts().count), filters).fetch_one(c))?,
    };
    Ok(query.page(
        rows,
        total,
        |row| query::cursor_key(row.event.seq),
        |row| row.event.into(),
    ))
}

/// The next events of an export: after one, up to the head that the export ends with.
pub(super) async fn batch(
    db: &Db,
    filters: &Filters,
    after: i64,
    up_to: i64,
    limit: i64,
) -> Result<Vec<ChainedRow>, ApiError> {
    Ok(read!(*db, c => bind_filters!(sqlx::query_as(EXPORT), filters)
        .bind(after).bind(up_to).bind(limit).fetch_all(c))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::QueryPairs;

    #[tokio::test]
    async fn every_filter_is_answered_from_its_index() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(None, folder.path(), &crate::config::DatabaseSettings::default())
            .await
            .unwrap();
        for (query, index) in [
            ("", "sqlite_autoindex_audit_events_1"),
            (
                "target=0198c0de-0000-7000-8000-000000000001&action=x",
                "audit_events_by_target",
            ),
            (
                "actor=0198c0de-0000-7000-8000-000000000001&outcome=ok",
                "audit_events_by_actor",
            ),
            ("host=a.example&search=x", "audit_events_by_host"),
            ("outcome=refused&action=x", "audit_events_by_outcome"),
            ("action=user.create&from=2026-01-01T00:00:00Z", "audit_events_by_action"),
            ("search=x", "COVERING INDEX audit_events_search"),
            ("from=2026-01-01T00:00:00Z", "COVERING INDEX audit_events_by_time"),
        ] {
            let (filters, list) = query::list(QueryPairs::parse(query).unwrap()).unwrap();
            for (at, sql) in filters.texts().pages.iter().enumerate() {
                let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
                let plan: Vec<(i64, i64, i64, String)> = read!(db, c => {
                    let plan = bind_filters!(sqlx::query_as(sql), filters).bind(list.limit + 1);
                    if at > 1 { plan.bind(9_i64) } else { plan }.fetch_all(c)
                })
                .unwrap();
                let plan: Vec<String> = plan.into_iter().map(|step| step.3).collect();
                assert!(plan.iter().any(|step| step.contains(index)), "{query}: {plan:#?}");
                let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
                assert_eq!(sorts, index.ends_with("by_time"), "{query}: {plan:#?}");
            }
        }
    }
}
