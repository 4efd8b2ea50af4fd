//! Reading MCP servers from the database.

use chrono::{DateTime, Utc};
use contract::accounts::{Action, Owner, Resource, UserId};
use contract::api::Page;
use contract::credentials::CredentialId;
use contract::mcp_servers::{McpServer, McpServerId, Transport};
use sqlx::types::Json;
use uuid::Uuid;

use super::target::{Program, ServerTarget};
use crate::address::{Address, shown_address, shown_id};
use crate::credentials::Joined;
use crate::db::{Db, DbError, Tx, read, within};
use crate::http::{ApiError, ListQuery, Principal, SortKey, bind_page, pages};

/// How the database names the transports.
pub(super) const HTTP: &str = "http";
pub(super) const STDIO: &str = "stdio";

/// A server with its owner and its credential, as they are read together.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct McpServerRow {
    pub id: Uuid,
    pub name: String,
    name_sort: Vec<u8>,
    pub enabled: bool,
    transport: String,
    url: Option<String>,
    command: Option<String>,
    args: Option<Json<Vec<String>>>,
    cwd: Option<String>,
    env_names: Option<Json<Vec<String>>>,
    pub owner_id: Uuid,
    owner_name: String,
    owner_sort: Vec<u8>,
    pub revision: i64,
    created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub updated_by_name: String,
    #[sqlx(flatten)]
    credential: Joined,
}

macro_rules! select {
    () => {
        "SELECT s.id, s.name, s.name_sort, s.enabled, s.transport, s.url, s.command, s.args, s.cwd, \
         s.env_names, s.credential_id, s.owner_id, o.name AS owner_name, s.owner_sort, s.revision, s.created_at, s.updated_at, s.updated_by_name, c.name AS credential_name, \
         c.owner_id AS credential_owner_id, co.name AS credential_owner_name, c.deleted_at AS credential_deleted_at, \
         c.deleted_by_name AS credential_deleted_by \
         FROM mcp_servers s JOIN users o ON o.id = s.owner_id \
         LEFT JOIN credentials c ON c.id = s.credential_id LEFT JOIN users co ON co.id = c.owner_id "
    };
}

macro_rules! filter {
    () => {
        "WHERE ($1 IS NULL OR s.name_key LIKE $1 ESCAPE '\\' OR s.id = $2) AND ($3 IS NULL OR s.owner_id = $3) "
    };
}

/// The pages of a sort column.
macro_rules! by {
    ($column:literal) => {
        pages!(concat!(select!(), filter!()), $column, "s.id", ["$4", "$5", "$6"])
    };
}
const BY_NAME: [&str; 4] = by!("s.name_sort");
const BY_OWNER: [&str; 4] = by!("s.owner_sort");
const BY_CREATED: [&str; 4] = by!("s.created_at");
const BY_UPDATED: [&str; 4] = by!("s.updated_at");
const SELECT_ONE: &str = concat!(select!(), "WHERE s.id = $1");
const COUNT: &str = concat!(
    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM mcp_servers s ",
    filter!(),
    "LIMIT 10001) counted"
);

/// The fields that the list can be sorted by.
pub(super) const SORTS: &[&str] = &["name", "owner", "created_at", "updated_at"];

pub(super) async fn find(db: &Db, id: McpServerId) -> Result<Option<McpServerRow>, DbError> {
    Ok(read!(*db, c => sqlx::query_as(SELECT_ONE).bind(id.0).fetch_optional(c))?)
}

/// One server that must be there.
pub(super) async fn get(db: &Db, id: McpServerId) -> Result<McpServerRow, ApiError> {
    find(db, id).await?.ok_or(ApiError::NotFound)
}

/// One server, as a transaction sees it.
pub(super) async fn find_within(tx: &mut Tx, id: McpServerId) -> Result<Option<McpServerRow>, DbError> {
    Ok(within!(tx, c => sqlx::query_as(SELECT_ONE).bind(id.0).fetch_optional(c))?)
}

/// One page of the servers that the query asks for.
pub(super) async fn list(db: &Db, reader: &Principal, query: &ListQuery) -> Result<Page<McpServer>, DbError> {
    let pattern = query.pattern();
    let id = query.searched_id();
    let total: i64 = read!(*db, c => sqlx::query_scalar(COUNT)
        .bind(&pattern).bind(id).bind(query.owner).fetch_one(c))?;
    let mut query = query.clone();
    let mut rows = page_rows(db, &query).await?;
    if query.is_underfull_backward_page(rows.len()) {
        query = query.first_page();
        rows = page_rows(db, &query).await?;
    }
    let sort = query.sort;
    Ok(query.page(
        rows,
        total,
        |row| (row.cursor_key(sort), row.id),
        |row| row.into_output(reader),
    ))
}

async fn page_rows(db: &Db, query: &ListQuery) -> Result<Vec<McpServerRow>, DbError> {
    let texts = match query.sort {
        "name" => &BY_NAME,
        "owner" => &BY_OWNER,
        "updated_at" => &BY_UPDATED,
        _ => &BY_CREATED,
    };
    let sql = query.keyset().of(texts);
    Ok(read!(*db, c => {
        let page = sqlx::query_as(sql).bind(query.pattern()).bind(query.searched_id()).bind(query.owner);
        bind_page!(page, query).fetch_all(c)
    })?)
}

impl McpServerRow {
    fn cursor_key(&self, sort: &str) -> SortKey {
        match sort {
            "name" => SortKey::Bytes(self.name_sort.clone()),
            "owner" => SortKey::Bytes(self.owner_sort.clone()),
            "updated_at" => SortKey::Time(self.updated_at),
            _ => SortKey::Time(self.created_at),
        }
    }

    /// What to say to whoever saw another revision.
    pub fn outdated(self) -> ApiError {
        ApiError::PreconditionFailed {
            changed_by: self.updated_by_name,
            changed_at: self.updated_at,
        }
    }

    pub fn owner(&self) -> UserId {
        UserId(self.owner_id)
    }

    pub fn credential(&self) -> Option<CredentialId> {
        self.credential.id()
    }

    /// The kind of record that permissions to change it speak of.
    pub fn resource(&self) -> Resource {
        match self.transport() {
            Transport::Stdio => Resource::StdioServers,
            Transport::Http | Transport::Unknown => Resource::McpServers,
        }
    }

    /// How it is reached.
    pub fn transport(&self) -> Transport {
        match self.transport.as_str() {
            STDIO => Transport::Stdio,
            HTTP => Transport::Http,
            _ => Transport::Unknown,
        }
    }

    pub fn target(&self) -> Result<ServerTarget, ApiError> {
        if let (Transport::Stdio, Some(command)) = (self.transport(), &self.command) {
            return Ok(ServerTarget::Stdio(Program {
                command: command.clone(),
                args: self.args.clone().map(|args| args.0).unwrap_or_default(),
                cwd: self.cwd.clone(),
                env_names: self.env_names.clone().map(|names| names.0).unwrap_or_default(),
            }));
        }
        Address::stored(self.url.as_deref().unwrap_or_default())
            .map(ServerTarget::Http)
            .map_err(|fault| fault.at("/url"))
    }

    /// The server as the API shows it to somebody.
    pub fn into_output(self, reader: &Principal) -> McpServer {
        let transport = self.transport();
        // Records from before the rule about secrets are shown whole to those who can mend them.
        let whole = reader.may_with(self.resource(), Action::Update, self.owner());
        McpServer {
            id: McpServerId(self.id),
            credential_id: self.credential.id(),
            credential: self.credential.summary(reader),
            name: self.name,
            enabled: self.enabled,
            transport,
            url: self.url.map(|url| if whole { url } else { shown_address(url) }),
            command: self.command,
            args: self
                .args
                .map(|args| args.0)
                .unwrap_or_default()
                .into_iter()
                .map(|argument| if whole { argument } else { shown_id(argument) })
                .collect(),
            cwd: self.cwd,
            env_names: self.env_names.map(|names| names.0).unwrap_or_default(),
            owner: Owner {
                id: UserId(self.owner_id),
                name: self.owner_name,
            },
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
