//! The version of each credential's value as the trail records it, against the one that is stored.

use contract::kinds::RecordKind;
use uuid::Uuid;

use crate::db::{Db, read};
use crate::http::ApiError;
use crate::kinds::referrer_kinds;

/// The version that the newest event of the credential `c` records: an SQL expression. -1, which no row has, if that event
/// is the one of its end. Events from before the version was recorded are counted: each creation and each new value is one
/// version. 0 if there is no event.
macro_rules! recorded_version {
    () => {
        "COALESCE((SELECT CASE WHEN e.action = 'credential.delete' THEN -1 ELSE e.credential_version END \
           FROM audit_events e WHERE e.target_id = c.id \
           AND e.action IN ('credential.create', 'credential.update', 'credential.delete') ORDER BY e.seq DESC LIMIT 1), \
         (SELECT count(*) FROM audit_events e WHERE e.target_id = c.id \
           AND e.action IN ('credential.create', 'credential.update') \
           AND (e.action = 'credential.create' OR e.details LIKE '%value%')))"
    };
}
pub(crate) use recorded_version;

/// The recorded version of a credential that was deleted.
const DELETED: i64 = -1;

const BATCH: &str = concat!(
    "SELECT c.id, c.name, c.version, ",
    recorded_version!(),
    " AS recorded_version FROM credentials c WHERE c.id > $1 AND c.deleted_at IS NULL ORDER BY c.id LIMIT 500"
);
/// Selects records of a kind without the event of their creation.
macro_rules! without_event {
    ($name:literal, $table:literal) => {
        (
            $name,
            concat!(
                "SELECT r.name FROM ",
                $table,
                " r WHERE NOT EXISTS \
                 (SELECT 1 FROM audit_events e WHERE e.target_id = r.id AND e.action = '",
                $name,
                ".create') ORDER BY r.id LIMIT 100"
            ),
        )
    };
}
macro_rules! users_and_referrers {
    ($($name:literal, $table:literal;)+) => {
        &[without_event!("user", "users"), $(without_event!($name, $table)),+]
    };
}
/// All kinds but credentials.
const WITHOUT_EVENT: &[(&str, &str)] = referrer_kinds!(users_and_referrers);

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    version: i64,
    recorded_version: i64,
}

/// Compares every credential with the trail. Returns a sentence for each whose version is not the recorded one.
pub async fn rolled_back(db: &Db) -> Result<Vec<String>, ApiError> {
    let mut faults = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let batch: Vec<Row> = read!(*db, c => sqlx::query_as(BATCH).bind(after).fetch_all(c))?;
        let Some(last) = batch.last() else { return Ok(faults) };
        after = last.id;
        faults.extend(batch.iter().filter_map(Row::fault));
    }
}

/// Compares every record with the trail.
pub(super) async fn record_faults(db: &Db) -> Result<Vec<String>, ApiError> {
    let mut faults = rolled_back(db).await?;
    for (kind, sql) in WITHOUT_EVENT {
        let kind = RecordKind::named(kind).map_or(*kind, |kind| kind.singular);
        let names: Vec<String> = read!(*db, c => sqlx::query_scalar(*sql).fetch_all(c))?;
        faults.extend(
            names
                .iter()
                .map(|name| format!("the {kind} {name} exists, but the trail does not record its creation")),
        );
    }
    Ok(faults)
}

impl Row {
    fn fault(&self) -> Option<String> {
        match (self.version, self.recorded_version) {
            (stored, recorded) if stored == recorded => None,
            (_, 0) => Some(format!(
                "the credential {} exists, but the trail does not record its creation",
                self.name
            )),
            (_, DELETED) => Some(format!(
                "the credential {} exists, but the trail records that it was deleted: its rows come from an older copy",
                self.name
            )),
            (stored, recorded) => Some(format!(
                "the credential {} has version {stored} of its value, but the trail records version {recorded}: its rows were changed or come from an older copy",
                self.name
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_recorded_version_is_found_by_an_index_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(None, folder.path(), &crate::config::DatabaseSettings::default())
            .await
            .unwrap();
        let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {BATCH}"));
        let plan: Vec<(i64, i64, i64, String)> =
            read!(db, c => sqlx::query_as(sql).bind(Uuid::nil()).fetch_all(c)).unwrap();
        for index in ["audit_events_standing", "audit_events_versions"] {
            let search = format!("SEARCH e USING INDEX {index} (target_id=?)");
            assert!(plan.iter().any(|step| step.3 == search), "{plan:#?}");
        }
        assert!(!plan.iter().any(|step| step.3.contains("TEMP B-TREE")), "{plan:#?}");
    }
}
