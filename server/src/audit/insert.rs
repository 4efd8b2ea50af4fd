//! Writes rows of the trail, several in one statement: a statement costs about as much as the row that it writes.

use std::sync::LazyLock;

use super::event::Event;
use super::search;
use crate::db::{Tx, execute};
use crate::http::ApiError;

/// A row, with its link.
#[derive(Debug)]
pub(super) struct Link<'a> {
    /// Its number.
    pub seq: i64,
    /// What it says.
    pub event: &'a Event,
    /// The key of the link.
    pub key_id: &'a str,
    /// The link.
    pub mac: Vec<u8>,
}

const COLUMNS: &str = "seq, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name, credential_id, \
     credential_version, referrer_kind, referrer_id, referrer_name, host, outcome, reason, details, request_id, key_id, mac, \
     search_key";
const COLUMN_COUNT: usize = 22;

/// So many rows in one statement, the most first. Few sizes, since each is a statement that every connection prepares.
const SIZES: [usize; 3] = [16, 4, 1];
static TEXTS: LazyLock<[String; 3]> = LazyLock::new(|| SIZES.map(text));

fn text(rows: usize) -> String {
    let row = |row: usize| {
        let places = (1..=COLUMN_COUNT).map(|column| format!("${}", row * COLUMN_COUNT + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO audit_events ({COLUMNS}) VALUES {}", rows.join(", "))
}

/// Binds the columns of one row, on either engine.
macro_rules! bind {
    ($query:expr, $link:expr) => {{
        let content = $link.event.content();
        $query
            .bind($link.seq)
            .bind(content.at)
            .bind(content.actor_kind)
            .bind(content.actor_id)
            .bind(content.actor_name)
            .bind(content.action)
            .bind(content.target_kind)
            .bind(content.target_id)
            .bind(content.target_name)
            .bind(content.credential_id)
            .bind(content.credential_version)
            .bind(content.referrer_kind)
            .bind(content.referrer_id)
            .bind(content.referrer_name)
            .bind(content.host)
            .bind(content.outcome)
            .bind(content.reason)
            .bind(content.details)
            .bind(content.request_id)
            .bind($link.key_id)
            .bind(&$link.mac)
            .bind(search::key(
                content.actor_name,
                content.target_name,
                content.referrer_name,
            ))
    }};
}

/// Writes all rows.
pub(super) async fn all(tx: &mut Tx, links: &[Link<'_>]) -> Result<(), ApiError> {
    let mut rest = links;
    for (size, text) in SIZES.into_iter().zip(TEXTS.iter()) {
        while let Some((rows, after)) = rest.split_at_checked(size) {
            execute!(tx, {
                let mut query = sqlx::query(text.as_str());
                for link in rows {
                    query = bind!(query, link);
                }
                query
            })?;
            rest = after;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{COLUMN_COUNT, COLUMNS, text};

    #[test]
    fn every_column_of_every_row_has_a_place() {
        assert_eq!(COLUMNS.split(", ").count(), COLUMN_COUNT);
        let text = text(2);
        assert!(text.contains("($1, $2, ") && text.contains(", $22), ($23, ") && text.ends_with(", $44)"));
    }
}
