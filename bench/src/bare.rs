//! The floor: a handler that does nothing but run the same statements, in a program of its own.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use contract::accounts::{Owner, Role, UserId};
use contract::api::Page;
use contract::credentials::{Credential, CredentialId};
use http::{HeaderMap, StatusCode, header};
use server::accounts::FIND_SESSION;
use server::clock::Clock;
use server::credentials::NEWEST_FIRST;
use server::db::Db;
use server::references::AllowedList;
use sha2::{Digest as _, Sha256};
use sqlx::{FromRow, SqlitePool};
use uuid::Uuid;

use crate::report::say;

/// What the floor keeps: two pools of connections and the time.
#[derive(Clone, Debug)]
struct Floor {
    reader: SqlitePool,
    writer: SqlitePool,
    clock: Clock,
}

/// Serves until it is stopped.
pub async fn serve(folder: &Path) -> Result<()> {
    let Db::Sqlite { reader, writer, .. } =
        Db::open(None, folder, &server::config::DatabaseSettings::default()).await?
    else {
        anyhow::bail!("a data folder holds a SQLite file");
    };
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS bare_rows (id BLOB NOT NULL PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL)",
    )
    .execute(&writer)
    .await?;
    let floor = Floor {
        reader,
        writer,
        clock: Clock::system(),
    };
    let router = Router::new()
        .route("/readyz", get(async || "ready"))
        .route("/list", get(list))
        .route("/insert", post(insert))
        .with_state(Arc::new(floor));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    say(&format!("listens on http://{}", listener.local_addr()?));
    axum::serve(listener, router).await?;
    Ok(())
}

#[derive(FromRow)]
#[expect(dead_code, reason = "the whole row is read, as in the server")]
struct Session {
    id: Uuid,
    last_seen_at: DateTime<Utc>,
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
}

#[derive(FromRow)]
#[expect(dead_code, reason = "the whole row is read, as in the server")]
struct Row {
    id: Uuid,
    name: String,
    name_sort: Vec<u8>,
    owner_id: Uuid,
    owner_name: String,
    owner_sort: Vec<u8>,
    version: i64,
    revision: i64,
    #[sqlx(flatten)]
    list: AllowedList,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    used_by: i64,
    total: i64,
}

/// Ten rows for whoever has a session and a role.
async fn list(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Response {
    match read(&floor, &headers).await {
        Ok(Some(page)) => server::http::json(&page),
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn read(floor: &Floor, headers: &HeaderMap) -> Result<Option<Page<Credential>>, sqlx::Error> {
    let cookie = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    let token = cookie
        .and_then(|cookie| cookie.strip_prefix("strongroom="))
        .and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    let Some(token) = token else { return Ok(None) };
    let now = floor.clock.now();
    let session: Option<Session> = sqlx::query_as(FIND_SESSION)
        .bind(Sha256::digest(token).to_vec())
        .bind(now)
        .bind(now - TimeDelta::hours(24))
        .fetch_optional(&floor.reader)
        .await?;
    if session.and_then(|session| session.role.parse::<Role>().ok()).is_none() {
        return Ok(None);
    }
    let rows: Vec<Row> = sqlx::query_as(NEWEST_FIRST)
        .bind(None::<String>)
        .bind(None::<Uuid>)
        .bind(None::<Uuid>)
        .bind(11_i64)
        .fetch_all(&floor.reader)
        .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let items = rows.into_iter().take(10).map(|row| Credential {
        id: CredentialId(row.id),
        name: row.name,
        owner: Owner {
            id: UserId(row.owner_id),
            name: row.owner_name,
        },
        version: row.version,
        revision: row.revision,
        allowed_hosts: row.list.texts(),
        allowed_hosts_from_before: row.list.marked_texts(),
        used_by: row.used_by,
        created_at: row.created_at,
        updated_at: row.updated_at,
    });
    let mut page = Page::whole(items.collect());
    page.total = total;
    Ok(Some(page))
}

/// One durable row.
async fn insert(State(floor): State<Arc<Floor>>) -> StatusCode {
    let inserted = sqlx::query("INSERT INTO bare_rows (id, name, at) VALUES ($1, $2, $3)")
        .bind(Uuid::now_v7())
        .bind("a name")
        .bind(floor.clock.now())
        .execute(&floor.writer)
        .await;
    inserted.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::CREATED)
}
