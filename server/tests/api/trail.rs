//! Looks into the database of a test.

use server::db::Db;

use crate::support::TestApp;

/// What tests ask of an event.
#[derive(Debug, sqlx::FromRow)]
pub struct Event {
    pub actor_name: String,
    pub action: String,
    pub target_name: String,
    pub details: Option<String>,
    pub request_id: Option<String>,
}

const OF: &str = "SELECT actor_name, action, target_name, details, request_id \
     FROM audit_events WHERE target_id = $1 ORDER BY seq";
const BY_ACTION: &str = "SELECT target_name, COALESCE(details, '') FROM audit_events WHERE action = $1 ORDER BY seq";
const VERSIONS: &str = "SELECT count(*) FROM credential_versions";

/// The events of one record, oldest first.
pub async fn of(app: &TestApp, id: &str) -> Vec<Event> {
    let id: uuid::Uuid = id.parse().expect("an id");
    match &app.state.base.db {
        Db::Sqlite { reader, .. } => sqlx::query_as(OF).bind(id).fetch_all(reader).await,
        Db::Postgres { pool, .. } => sqlx::query_as(OF).bind(id).fetch_all(pool).await,
    }
    .expect("events")
}

/// Targets and details of all events of one kind, oldest first.
pub async fn by_action(app: &TestApp, action: &str) -> Vec<(String, String)> {
    match &app.state.base.db {
        Db::Sqlite { reader, .. } => sqlx::query_as(BY_ACTION).bind(action).fetch_all(reader).await,
        Db::Postgres { pool, .. } => sqlx::query_as(BY_ACTION).bind(action).fetch_all(pool).await,
    }
    .expect("events")
}

/// How many sealed values there are.
pub async fn versions(app: &TestApp) -> i64 {
    match &app.state.base.db {
        Db::Sqlite { reader, .. } => sqlx::query_scalar(VERSIONS).fetch_one(reader).await,
        Db::Postgres { pool, .. } => sqlx::query_scalar(VERSIONS).fetch_one(pool).await,
    }
    .expect("a count")
}
