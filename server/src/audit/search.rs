//! What a search of the trail looks at: the names of an event, folded. Computed here, because the two
//! engines fold differently; outside of the chain, because it only repeats what the chain covers.

use crate::db::{Db, execute, within};
use crate::http::ApiError;
use crate::name_key::fold;

/// The most bytes of one folded name. A name of 128 characters fits, unless folding makes it longer; an
/// index row of PostgreSQL holds three.
const MAX_NAME_BYTES: usize = 512;
const BATCH: i64 = 1000;

const UNSEARCHABLE: &str = "SELECT seq, actor_name, target_name, referrer_name FROM audit_events \
     WHERE search_key IS NULL ORDER BY seq LIMIT $1";
const SET: &str = "UPDATE audit_events SET search_key = $2 WHERE seq = $1";

#[derive(sqlx::FromRow)]
struct Names {
    seq: i64,
    actor_name: String,
    target_name: String,
    referrer_name: Option<String>,
}

/// The names of an event, each on a line, so that no search matches across two of them.
pub(super) fn key(actor: &str, target: &str, referrer: Option<&str>) -> String {
    let mut key = String::new();
    for name in [actor, target, referrer.unwrap_or_default()] {
        let folded = fold(name);
        key.push_str(&folded[..folded.floor_char_boundary(MAX_NAME_BYTES)]);
        key.push('\n');
    }
    key
}

/// Fills in what rows of an older release do not have. Does nothing where there are none.
pub async fn make_searchable(db: &Db) -> Result<(), ApiError> {
    loop {
        let mut tx = db.begin().await?;
        let rows: Vec<Names> = within!(&mut tx, c => sqlx::query_as(UNSEARCHABLE).bind(BATCH).fetch_all(c))?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let key = key(&row.actor_name, &row.target_name, row.referrer_name.as_deref());
            execute!(&mut tx, sqlx::query(SET).bind(row.seq).bind(key))?;
        }
        tx.commit().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME_BYTES, key};

    #[test]
    fn names_are_folded_and_kept_apart() {
        assert_eq!(key("Ada", "PROD_KEY", None), "ada\nprod_key\n\n");
        assert_eq!(key("Straße", "É", Some("Crm")), "strasse\né\ncrm\n");
    }

    #[test]
    fn a_key_fits_into_a_row_of_an_index() {
        // One character that folds to eighteen.
        let long = "\u{FDFA}".repeat(128);
        assert!(key(&long, &long, Some(&long)).len() <= 3 * (MAX_NAME_BYTES + 1));
    }
}
