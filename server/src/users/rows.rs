//! Reading users from the database. The hash of the password is never read here, only whether there is one.

use chrono::{DateTime, Utc};
use contract::accounts::{Role, UserId};
use contract::api::Page;
use contract::users::{User, UserState};
use uuid::Uuid;

use crate::db::{Db, DbError, Tx, read, within};
use crate::http::{ApiError, ListQuery, SortKey, bind_page, pages};

/// A user who is there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct UserRow {
    pub id: Uuid,
    pub name: String,
    pub name_sort: Vec<u8>,
    email: String,
    role: String,
    has_password: bool,
    pub disabled_at: Option<DateTime<Utc>>,
    link_expires_at: Option<DateTime<Utc>>,
    last_seen_at: DateTime<Utc>,
    pub revision: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    updated_by_name: Option<String>,
}

macro_rules! select {
    () => {
        "SELECT u.id, u.name, u.name_sort, u.email, u.role, u.password_hash IS NOT NULL AS has_password, u.disabled_at, \
         l.expires_at AS link_expires_at, u.last_seen_at, u.revision, u.created_at, u.updated_at, u.updated_by_name \
         FROM users u LEFT JOIN sign_up_links l ON l.user_id = u.id AND l.spent_at IS NULL WHERE u.deleted_at IS NULL "
    };
}
macro_rules! filter {
    () => {
        "AND ($1 IS NULL OR u.name_key LIKE $1 ESCAPE '\\' OR u.email_key LIKE $1 ESCAPE '\\' OR u.id = $2) "
    };
}
/// The pages of a sort column.
macro_rules! by {
    ($column:literal) => {
        pages!(concat!(select!(), filter!()), $column, "u.id", ["$3", "$4", "$5"])
    };
}
const BY_NAME: [&str; 4] = by!("u.name_sort");
const BY_SEEN: [&str; 4] = by!("u.last_seen_at");
const BY_CREATED: [&str; 4] = by!("u.created_at");
const COUNT: &str = concat!(
    "SELECT count(*) FROM (SELECT 1 AS one FROM users u WHERE u.deleted_at IS NULL ",
    filter!(),
    "LIMIT 10001) AS counted"
);
const FIND: &str = concat!(select!(), "AND u.id = $1");

/// The fields that the list can be sorted by.
pub(super) const SORTS: &[&str] = &["name", "last_seen_at", "created_at"];

/// One page of the users that the query asks for.
pub(super) async fn list(db: &Db, mut query: ListQuery) -> Result<Page<User>, ApiError> {
    let total: i64 = read!(*db, c => sqlx::query_scalar(COUNT)
        .bind(query.pattern()).bind(query.searched_id()).fetch_one(c))?;
    let mut rows = page_rows(db, &query).await?;
    if query.is_underfull_backward_page(rows.len()) {
        query = query.first_page();
        rows = page_rows(db, &query).await?;
    }
    Ok(query.page(rows, total, |row| (row.cursor_key(query.sort), row.id), User::from))
}

async fn page_rows(db: &Db, query: &ListQuery) -> Result<Vec<UserRow>, DbError> {
    let texts = match query.sort {
        "name" => &BY_NAME,
        "last_seen_at" => &BY_SEEN,
        _ => &BY_CREATED,
    };
    let sql = query.keyset().of(texts);
    Ok(read!(*db, c => {
        bind_page!(sqlx::query_as(sql).bind(query.pattern()).bind(query.searched_id()), query).fetch_all(c)
    })?)
}

/// One user; nothing where the account is gone.
pub(super) async fn find(db: &Db, id: UserId) -> Result<Option<UserRow>, DbError> {
    Ok(read!(*db, c => sqlx::query_as(FIND).bind(id.0).fetch_optional(c))?)
}

/// One user, as a transaction sees them, at the revision that the caller saw.
pub(super) async fn find_within(tx: &mut Tx, id: UserId, revision: Option<i64>) -> Result<UserRow, ApiError> {
    let row: Option<UserRow> = within!(tx, c => sqlx::query_as(FIND).bind(id.0).fetch_optional(c))?;
    let row = row.ok_or(ApiError::NotFound)?;
    if revision.is_some_and(|revision| revision != row.revision) {
        return Err(row.outdated());
    }
    Ok(row)
}

impl UserRow {
    fn cursor_key(&self, sort: &str) -> SortKey {
        match sort {
            "name" => SortKey::Bytes(self.name_sort.clone()),
            "last_seen_at" => SortKey::Time(self.last_seen_at),
            _ => SortKey::Time(self.created_at),
        }
    }

    pub fn role(&self) -> Role {
        // A role of a later release may do nothing here.
        self.role.parse().unwrap_or(Role::Viewer)
    }

    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// What to say to whoever saw another revision.
    pub fn outdated(self) -> ApiError {
        ApiError::PreconditionFailed {
            changed_by: self.updated_by_name.unwrap_or(self.name),
            changed_at: self.updated_at,
        }
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            role: row.role(),
            state: match (row.is_disabled(), row.has_password) {
                (true, _) => UserState::Disabled,
                (false, true) => UserState::Active,
                (false, false) => UserState::Invited,
            },
            name: row.name,
            email: row.email,
            link_expires_at: row.link_expires_at,
            last_seen_at: (row.last_seen_at > DateTime::UNIX_EPOCH).then_some(row.last_seen_at),
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
