//! References of a credential as a reader sees them: each kind by the permission to read records of that kind.

use chrono::{DateTime, Utc};
use contract::accounts::{Action, Resource, Scope};
use contract::credentials::{CredentialId, Reference, ReferrerKind};
use contract::kinds::KINDS;
use uuid::Uuid;

use crate::db::{Db, DbError, Tx, read, within};
use crate::http::Principal;
use crate::kinds::referrer_kinds;

/// The kinds of references that a reader sees: names between commas, for SQL texts. References of kinds of later releases
/// are hidden, since this release does not know their permissions.
#[derive(Debug)]
pub struct VisibleKinds(String);

impl VisibleKinds {
    /// The kinds whose records the principal may read.
    pub fn of(reader: &Principal) -> Self {
        Self::by(|resource| reader.may(resource, Action::Read) == Some(Scope::Any))
    }

    /// The kinds whose resource may be read.
    pub fn by(may_read: impl Fn(Resource) -> bool) -> Self {
        let visible = KINDS
            .iter()
            .filter(|kind| kind.referrer.is_some() && may_read(kind.resource));
        Self(visible.flat_map(|kind| [",", kind.name, ","]).collect())
    }
}

/// The first references that a reader sees.
#[derive(Debug)]
pub struct References {
    /// Those of visible kinds, oldest first.
    pub items: Vec<Reference>,
    /// The number of all.
    pub total: i64,
    /// The number of those that the reader does not see.
    pub hidden: i64,
}

#[derive(sqlx::FromRow)]
struct ReferenceRow {
    referrer_kind: String,
    referrer_id: Uuid,
    name: Option<String>,
    attached_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    #[sqlx(flatten)]
    counts: Counts,
}

#[derive(Clone, Copy, sqlx::FromRow)]
struct Counts {
    total: i64,
    visible: i64,
}

/// `true` for references `r` of the kinds in `$2`. The pattern is a literal, since a kind of a later release may hold a wildcard.
macro_rules! is_visible {
    ($($name:literal, $table:literal;)+) => {
        concat!("(FALSE" $(, " OR (r.referrer_kind = '", $name, "' AND $2 LIKE '%,", $name, ",%')")+, ")")
    };
}
macro_rules! counts {
    () => {
        concat!(
            "count(*) AS total, count(CASE WHEN ",
            referrer_kinds!(is_visible),
            " THEN 1 END) AS visible FROM credential_references r WHERE r.credential_id = $1"
        )
    };
}
macro_rules! names {
    ($($name:literal, $table:literal;)+) => {
        concat!("coalesce(NULL" $(, ", ", $table, ".name")+, ") AS name")
    };
}
macro_rules! joins {
    ($($name:literal, $table:literal;)+) => {
        concat!($(
            "LEFT JOIN ", $table, " ON r.referrer_kind = '", $name, "' AND ", $table, ".id = r.referrer_id "
        ),+)
    };
}
const LIST: &str = concat!(
    "SELECT r.referrer_kind, r.referrer_id, ",
    referrer_kinds!(names),
    ", r.attached_at, \
       (SELECT a.at FROM audit_events a WHERE a.action = 'credential.use' AND a.outcome = 'allowed' \
          AND a.referrer_id = r.referrer_id AND a.credential_id = r.credential_id ORDER BY a.seq DESC LIMIT 1) AS last_used_at \
     , counts.total, counts.visible FROM (SELECT ",
    counts!(),
    ") AS counts, credential_references r ",
    referrer_kinds!(joins),
    "WHERE r.credential_id = $1 AND ",
    referrer_kinds!(is_visible),
    " ORDER BY r.attached_at, r.referrer_id LIMIT $3"
);
// Without a row in the list.
const COUNT: &str = concat!("SELECT ", counts!());
const COUNT_ALL: &str = "SELECT count(*) FROM credential_references WHERE credential_id = $1";

/// The first references of a credential.
pub async fn list(
    db: &Db,
    credential: CredentialId,
    VisibleKinds(kinds): &VisibleKinds,
    limit: i64,
) -> Result<References, DbError> {
    let rows: Vec<ReferenceRow> =
        read!(*db, c => sqlx::query_as(LIST).bind(credential.0).bind(kinds).bind(limit).fetch_all(c))?;
    let counts = match rows.first() {
        Some(row) => row.counts,
        None => read!(*db, c => sqlx::query_as(COUNT).bind(credential.0).bind(kinds).fetch_one(c))?,
    };
    Ok(collect(rows, counts))
}

/// The same inside a transaction that holds the credential's row.
pub async fn list_within(
    tx: &mut Tx,
    credential: CredentialId,
    VisibleKinds(kinds): &VisibleKinds,
    limit: i64,
) -> Result<References, DbError> {
    let rows: Vec<ReferenceRow> =
        within!(tx, c => sqlx::query_as(LIST).bind(credential.0).bind(kinds).bind(limit).fetch_all(c))?;
    let counts = match rows.first() {
        Some(row) => row.counts,
        None => within!(tx, c => sqlx::query_as(COUNT).bind(credential.0).bind(kinds).fetch_one(c))?,
    };
    Ok(collect(rows, counts))
}

/// The number of references inside a transaction that holds the credential's row.
pub async fn count_within(tx: &mut Tx, credential: CredentialId) -> Result<i64, DbError> {
    Ok(within!(tx, c => sqlx::query_scalar(COUNT_ALL).bind(credential.0).fetch_one(c))?)
}

fn collect(rows: Vec<ReferenceRow>, Counts { total, visible }: Counts) -> References {
    let items = rows.into_iter().map(|row| Reference {
        kind: ReferrerKind::from_name(&row.referrer_kind),
        id: row.referrer_id,
        name: row.name.unwrap_or_default(),
        attached_at: row.attached_at,
        last_used_at: row.last_used_at,
    });
    References {
        items: items.collect(),
        total,
        hidden: total - visible,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_visible_by_its_own_permission() {
        let visible = |resources: &[Resource]| VisibleKinds::by(|resource| resources.contains(&resource)).0;
        assert_eq!(visible(&[]), "");
        assert_eq!(visible(&[Resource::McpServers]), ",mcp_server,");
        assert_eq!(
            visible(&[Resource::ModelBindings, Resource::Credentials]),
            ",model_binding,"
        );
        assert_eq!(
            visible(&[Resource::ModelBindings, Resource::McpServers]),
            ",mcp_server,,model_binding,"
        );
    }
}
