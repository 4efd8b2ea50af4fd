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
/// The column that a restore finds missing: it records itself before the tables of an older backup are migrated.
const ADDRESS: &str = ", address";

/// So many rows in one statement, the most first. Few sizes, since each is a statement that every connection prepares.
const SIZES: [usize; 3] = [16, 4, 1];
static TEXTS: LazyLock<[String; 3]> = LazyLock::new(|| SIZES.map(|rows| text(rows, false)));
static WITH_ADDRESS: LazyLock<[String; 3]> = LazyLock::new(|| SIZES.map(|rows| text(rows, true)));

fn text(rows: usize, with_address: bool) -> String {
    let width = COLUMN_COUNT + usize::from(with_address);
    let row = |row: usize| {
        let places = (1..=width).map(|column| format!("${}", row * width + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let more = if with_address { ADDRESS } else { "" };
    format!("INSERT INTO audit_events ({COLUMNS}{more}) VALUES {}", rows.join(", "))
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
    let with_address = links.iter().any(|link| link.event.address.is_some());
    let texts = if with_address { &WITH_ADDRESS } else { &TEXTS };
    let mut rest = links;
    for (size, text) in SIZES.into_iter().zip(texts.iter()) {
        while let Some((rows, after)) = rest.split_at_checked(size) {
            execute!(tx, {
                let mut query = sqlx::query(text.as_str());
                for link in rows {
                    query = bind!(query, link);
                    if with_address {
                        query = query.bind(link.event.address.as_deref());
                    }
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
        let short = text(2, false);
        assert!(short.contains("($1, $2, ") && short.contains(", $22), ($23, ") && short.ends_with(", $44)"));
        let long = text(2, true);
        assert!(long.contains("search_key, address)") && long.contains(", $23), ($24, ") && long.ends_with(", $46)"));
    }
}
