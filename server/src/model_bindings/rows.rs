//! Reading model bindings from the database.

use chrono::{DateTime, Utc};
use contract::accounts::{Action, Owner, Resource, UserId};
use contract::api::Page;
use contract::model_bindings::{ModelBinding, ModelBindingId, ModelSettings, Provider};
use uuid::Uuid;

use crate::address::{shown_address, shown_id};
use crate::ai::endpoint;
use crate::credentials::Joined;
use crate::db::{Db, DbError, Tx, read, within};
use crate::http::{ApiError, ListQuery, Principal, SortKey, bind_page, pages};

/// A binding with its owner and its credential, as they are read together.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ModelBindingRow {
    pub id: Uuid,
    pub name: String,
    name_sort: Vec<u8>,
    provider: String,
    model_id: String,
    base_url: Option<String>,
    organization: Option<String>,
    supports_structured_outputs: Option<bool>,
    owner_id: Uuid,
    owner_name: String,
    owner_sort: Vec<u8>,
    pub revision: i64,
    created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub updated_by_name: String,
    #[sqlx(flatten)]
    credential: Joined,
    last_used_at: Option<DateTime<Utc>>,
}

macro_rules! select {
    () => {
        "SELECT b.id, b.name, b.name_sort, b.provider, b.model_id, b.base_url, b.organization, b.supports_structured_outputs, \
         b.credential_id, b.owner_id, o.name AS owner_name, b.owner_sort, b.revision, b.created_at, b.updated_at, b.updated_by_name, \
         c.name AS credential_name, c.owner_id AS credential_owner_id, co.name AS credential_owner_name, \
         c.deleted_at AS credential_deleted_at, c.deleted_by_name AS credential_deleted_by, \
         (SELECT a.at FROM audit_events a WHERE a.action = 'credential.use' AND a.outcome = 'allowed' \
          AND a.referrer_id = b.id AND a.credential_id = b.credential_id ORDER BY a.seq DESC LIMIT 1) AS last_used_at \
         FROM model_bindings b JOIN users o ON o.id = b.owner_id \
         LEFT JOIN credentials c ON c.id = b.credential_id LEFT JOIN users co ON co.id = c.owner_id "
    };
}

macro_rules! filter {
    () => {
        "WHERE ($1 IS NULL OR b.name_key LIKE $1 ESCAPE '\\' OR b.id = $2) AND ($3 IS NULL OR b.owner_id = $3) "
    };
}

/// The pages of a sort column.
macro_rules! by {
    ($column:literal) => {
        pages!(concat!(select!(), filter!()), $column, "b.id", ["$4", "$5", "$6"])
    };
}
const BY_NAME: [&str; 4] = by!("b.name_sort");
const BY_OWNER: [&str; 4] = by!("b.owner_sort");
const BY_CREATED: [&str; 4] = by!("b.created_at");
const BY_UPDATED: [&str; 4] = by!("b.updated_at");
const SELECT_ONE: &str = concat!(select!(), "WHERE b.id = $1");
const COUNT: &str = concat!(
    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM model_bindings b ",
    filter!(),
    "LIMIT 10001) counted"
);

/// The fields that the list can be sorted by.
pub(super) const SORTS: &[&str] = &["name", "owner", "created_at", "updated_at"];

pub(super) async fn find(db: &Db, id: ModelBindingId) -> Result<Option<ModelBindingRow>, DbError> {
    Ok(read!(*db, c => sqlx::query_as(SELECT_ONE).bind(id.0).fetch_optional(c))?)
}

/// One binding that must be there.
pub(super) async fn get(db: &Db, id: ModelBindingId) -> Result<ModelBindingRow, ApiError> {
    find(db, id).await?.ok_or(ApiError::NotFound)
}

/// One binding, as a transaction sees it.
pub(super) async fn find_within(tx: &mut Tx, id: ModelBindingId) -> Result<Option<ModelBindingRow>, DbError> {
    Ok(within!(tx, c => sqlx::query_as(SELECT_ONE).bind(id.0).fetch_optional(c))?)
}

/// One page of the bindings that the query asks for.
pub(super) async fn list(db: &Db, reader: &Principal, query: &ListQuery) -> Result<Page<ModelBinding>, ApiError> {
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
    let page = query.page(
        rows,
        total,
        |row| (row.cursor_key(sort), row.id),
        |row| row.into_output(reader),
    );
    Ok(page.filter_map(readable))
}

/// A binding of a later release, which shares this database, does not take the list away from everybody.
fn readable(binding: Result<ModelBinding, ApiError>) -> Option<ModelBinding> {
    binding
        .map_err(|error| tracing::warn!(error = %error, "this release cannot read a model binding"))
        .ok()
}

async fn page_rows(db: &Db, query: &ListQuery) -> Result<Vec<ModelBindingRow>, DbError> {
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

impl ModelBindingRow {
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

    pub fn settings(&self) -> Result<ModelSettings, ApiError> {
        let provider = Provider::from_name(&self.provider)
            .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a stored binding has a provider of another release")))?;
        Ok(ModelSettings {
            provider,
            model_id: self.model_id.clone(),
            api_key: self.credential.id(),
            base_url: self.base_url.clone(),
            organization: self.organization.clone(),
            supports_structured_outputs: self.supports_structured_outputs,
        })
    }

    /// The binding as the API shows it to somebody.
    pub fn into_output(self, reader: &Principal) -> Result<ModelBinding, ApiError> {
        let mut settings = self.settings()?;
        let host = endpoint::of(&settings)?.destination.display();
        // Records from before the rule about secrets are shown whole to those who can mend them.
        if !reader.may_with(Resource::ModelBindings, Action::Update, self.owner()) {
            settings.base_url = settings.base_url.map(shown_address);
            settings.organization = settings.organization.map(shown_id);
            settings.model_id = shown_id(settings.model_id);
        }
        Ok(ModelBinding {
            id: ModelBindingId(self.id),
            credential: self.credential.summary(reader),
            host,
            settings,
            name: self.name,
            last_used_at: self.last_used_at,
            owner: Owner {
                id: UserId(self.owner_id),
                name: self.owner_name,
            },
            revision: self.revision,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}
