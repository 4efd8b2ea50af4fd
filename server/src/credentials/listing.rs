//! Lists of credentials: one text for each order, each way, and two ways to search. None selects the ciphertext.

use contract::api::Page;
use contract::credentials::Credential;

use super::Credentials;
use super::rows::CredentialRow;
use crate::db::read;
use crate::http::{ApiError, ListQuery, bind_page, pages};
use crate::references::list_columns;

macro_rules! columns {
    ($total:expr, $from:expr) => {
        concat!(
            "SELECT c.id, c.name, c.name_sort, c.owner_id, u.name AS owner_name, c.owner_sort, c.version, c.revision, \
             c.created_at, c.updated_at, ",
            list_columns!("c."),
            ", (SELECT count(*) FROM credential_references r WHERE r.credential_id = c.id) AS used_by, ",
            $total,
            " AS total FROM ",
            $from,
            " JOIN users u ON u.id = c.owner_id WHERE c.deleted_at IS NULL "
        )
    };
}
macro_rules! filter {
    () => {
        "AND ($1 IS NULL OR c.name_key LIKE $1 ESCAPE '\\' OR c.id = $2) AND ($3 IS NULL OR c.owner_id = $3) "
    };
}
macro_rules! count {
    () => {
        concat!(
            "(SELECT count(*) FROM (SELECT 1 AS one FROM credentials c WHERE c.deleted_at IS NULL ",
            filter!(),
            "LIMIT 10001) AS counted)"
        )
    };
}
/// The rows in the order of a column, each tried: quick where there is no search, or where many rows match.
macro_rules! tried {
    () => {
        concat!(columns!(count!(), "credentials c"), filter!())
    };
}
/// The matches first, from the index of names alone, then sorted: quick where few rows match.
macro_rules! found {
    () => {
        concat!(
            "WITH hits AS MATERIALIZED (SELECT c.id FROM credentials c WHERE c.deleted_at IS NULL ",
            filter!(),
            "LIMIT 501) ",
            columns!(
                "(SELECT count(*) FROM hits)",
                "hits JOIN credentials c ON c.id = hits.id"
            )
        )
    };
}
/// More matches than this are not few.
const FEW: i64 = 500;
/// The pages of all sort columns.
macro_rules! orders {
    ($rows:expr) => {
        Orders {
            name: pages!($rows, "c.name_sort", "c.id", ["$4", "$5", "$6"]),
            owner: pages!($rows, "c.owner_sort", "c.id", ["$4", "$5", "$6"]),
            created_at: pages!($rows, "c.created_at", "c.id", ["$4", "$5", "$6"]),
            updated_at: pages!($rows, "c.updated_at", "c.id", ["$4", "$5", "$6"]),
        }
    };
}

struct Orders {
    name: [&'static str; 4],
    owner: [&'static str; 4],
    created_at: [&'static str; 4],
    updated_at: [&'static str; 4],
}

impl Orders {
    fn text(&self, query: &ListQuery) -> &'static str {
        let pages = match query.sort {
            "name" => &self.name,
            "owner" => &self.owner,
            "updated_at" => &self.updated_at,
            _ => &self.created_at,
        };
        query.keyset().of(pages)
    }
}

const TRIED: Orders = orders!(tried!());
const FOUND: Orders = orders!(found!());
/// The first page of a list, newest first. The bench measures against the bare statement.
pub const NEWEST_FIRST: &str = TRIED.created_at[1];
const COUNT: &str = concat!("SELECT ", count!());
pub(super) const GET: &str = concat!(columns!("CAST(1 AS BIGINT)", "credentials c"), "AND c.id = $1");

/// Fields that a list of credentials can be sorted by.
pub(super) const SORTS: &[&str] = &["name", "owner", "created_at", "updated_at"];

impl Credentials {
    pub(super) async fn list(&self, query: ListQuery) -> Result<Page<Credential>, ApiError> {
        let rows = self.rows(&query).await?;
        if query.is_underfull_backward_page(rows.len()) {
            let query = query.first_page();
            let rows = self.rows(&query).await?;
            return self.page(&query, rows).await;
        }
        self.page(&query, rows).await
    }

    async fn rows(&self, query: &ListQuery) -> Result<Vec<CredentialRow>, ApiError> {
        if query.pattern().is_some() {
            let rows = self.rows_of(&FOUND, query).await?;
            // Nothing on a later page says nothing about how many there are.
            let few = rows.first().map_or(query.cursor.is_none(), |row| row.total <= FEW);
            if few {
                return Ok(rows);
            }
        }
        self.rows_of(&TRIED, query).await
    }

    async fn rows_of(&self, orders: &Orders, query: &ListQuery) -> Result<Vec<CredentialRow>, ApiError> {
        let sql = orders.text(query);
        Ok(read!(self.base.db, c => {
            let page = sqlx::query_as(sql).bind(query.pattern()).bind(query.searched_id()).bind(query.owner);
            bind_page!(page, query).fetch_all(c)
        })?)
    }

    async fn page(&self, query: &ListQuery, rows: Vec<CredentialRow>) -> Result<Page<Credential>, ApiError> {
        let total = match rows.first() {
            Some(row) => row.total,
            None if query.cursor.is_none() => 0,
            None => read!(self.base.db, c => sqlx::query_scalar(COUNT)
                .bind(query.pattern()).bind(query.searched_id()).bind(query.owner).fetch_one(c))?,
        };
        Ok(query.page(rows, total, |row| row.cursor_key(query.sort), Credential::from))
    }
}
