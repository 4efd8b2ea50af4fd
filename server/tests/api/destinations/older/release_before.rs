//! A database as the release before paths made it.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use server::audit::{self, Event};
use server::config::{DatabaseSettings, Options, Settings};
use server::db::Db;
use server::http::Principal;
use server::infra::Infra;
use server::vault::Vault;
use sha2::{Digest as _, Sha256};
use sqlx::types::Json;
use uuid::Uuid;

use crate::support::start_time;

/// The newest migration of the release before paths.
pub(super) const BEFORE: i64 = 7;

pub(super) const USER: &str = "INSERT INTO users (id, email, email_key, name, name_key, name_sort, role, revision, created_at, updated_at) \
     VALUES ($1, 'older@example.com', 'older@example.com', 'Older', 'older', $2, 'manager', 1, $3, $3)";
pub(super) const CREDENTIAL: &str = "INSERT INTO credentials (id, name, name_key, name_sort, owner_id, owner_sort, version, revision, \
     allowed_hosts, created_at, updated_at, updated_by_name, deleted_at) \
     VALUES ($1, $2, lower($2), $3, $4, $3, 1, 1, $5, $6, $6, 'Older', $7)";
pub(super) const VERSION: &str = "INSERT INTO credential_versions (credential_id, version, ciphertext, value_nonce, wrapped_key, key_nonce, \
     key_id, created_at) VALUES ($1, 1, $2, $3, $4, $5, $6, $7)";
pub(super) const SERVER: &str = "INSERT INTO mcp_servers (id, name, name_key, name_sort, owner_id, owner_sort, enabled, transport, url, \
     credential_id, revision, created_at, updated_at, updated_by_name) \
     VALUES ($1, $2, lower($2), $3, $4, $3, TRUE, 'http', $5, $6, 1, $7, $7, 'Older')";
pub(super) const BINDING: &str = "INSERT INTO model_bindings (id, name, name_key, name_sort, owner_id, owner_sort, provider, model_id, \
     base_url, credential_id, revision, created_at, updated_at, updated_by_name) \
     VALUES ($1, $2, lower($2), $3, $4, $3, 'openai', 'm', $5, $6, 1, $7, $7, 'Older')";
pub(super) const REFERENCE: &str = "INSERT INTO credential_references (referrer_kind, referrer_id, credential_id, attached_at) \
     VALUES ($1, $2, $3, $4)";

/// Runs a statement on either engine.
macro_rules! run {
    ($db:expr, $query:expr) => {
        match $db {
            Db::Sqlite { writer, .. } => $query.execute(writer).await.map(|_| ()),
            Db::Postgres { pool, .. } => $query.execute(pool).await.map(|_| ()),
        }
        .expect("a statement")
    };
}
pub(super) use run;

/// A database of the release before paths.
pub(super) struct Older {
    pub(super) db: Db,
    pub(super) vault: Vault,
    pub(super) owner: Uuid,
    pub(super) now: DateTime<Utc>,
}

impl Older {
    pub(super) async fn make(settings: &Settings, clock: &server::clock::Clock) -> Self {
        settings.make_data_dir().unwrap();
        let db = Db::open_as_it_is(settings.database_url.as_deref(), &settings.data_dir, &settings.database)
            .await
            .unwrap();
        db.migrate_to(Some(BEFORE)).await.unwrap();
        let vault = Vault::open(&db, &settings.keyring, clock).await.unwrap();
        let (owner, now) = (Uuid::now_v7(), start_time());
        run!(&db, sqlx::query(USER).bind(owner).bind(b"older".to_vec()).bind(now));
        let older = Self { db, vault, owner, now };
        let mut tx = older.db.begin().await.unwrap();
        audit::begin_chain(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        older.created("user", owner, "Older").await;
        older
    }

    /// Records that something was created, as the older release did.
    pub(super) async fn created(&self, kind: &'static str, id: Uuid, name: &str) {
        let action = match kind {
            "user" => "user.create",
            "credential" => "credential.create",
            "mcp_server" => "mcp_server.create",
            _ => "model_binding.create",
        };
        let event = Event::new(self.now, &Principal::Cli, action, (kind, id, name), None);
        let mut tx = self.db.begin().await.unwrap();
        audit::append(&mut tx, &self.vault, &[event]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A credential with a list of the old form, and where it is used.
    pub(super) async fn credential(
        &self,
        name: &str,
        hosts: &[&str],
        servers: &[&str],
        bindings: &[Option<&str>],
    ) -> Uuid {
        let (id, sort) = (Uuid::now_v7(), name.as_bytes().to_vec());
        let deleted = name.starts_with("DELETED").then_some(self.now);
        run!(
            &self.db,
            sqlx::query(CREDENTIAL)
                .bind(id)
                .bind(name)
                .bind(&sort)
                .bind(self.owner)
                .bind(Json(hosts))
                .bind(self.now)
                .bind(deleted)
        );
        let mut tx = self.db.begin().await.unwrap();
        let value = contract::secret::SecretValue::new("canary-7d1f".to_owned());
        let sealed = self
            .vault
            .seal(&mut tx, contract::credentials::CredentialId(id), 1, &value)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        run!(
            &self.db,
            sqlx::query(VERSION)
                .bind(id)
                .bind(&sealed.ciphertext)
                .bind(&sealed.value_nonce)
                .bind(&sealed.wrapped_key)
                .bind(&sealed.key_nonce)
                .bind(&sealed.key_id)
                .bind(self.now)
        );
        self.created("credential", id, name).await;
        for (at, url) in servers.iter().enumerate() {
            let (server, name) = (Uuid::now_v7(), format!("{name} server {at}"));
            run!(
                &self.db,
                sqlx::query(SERVER)
                    .bind(server)
                    .bind(&name)
                    .bind(&sort)
                    .bind(self.owner)
                    .bind(url)
                    .bind(id)
                    .bind(self.now)
            );
            run!(
                &self.db,
                sqlx::query(REFERENCE)
                    .bind("mcp_server")
                    .bind(server)
                    .bind(id)
                    .bind(self.now)
            );
            self.created("mcp_server", server, &name).await;
        }
        for (at, url) in bindings.iter().enumerate() {
            let (binding, name) = (Uuid::now_v7(), format!("{name} binding {at}"));
            run!(
                &self.db,
                sqlx::query(BINDING)
                    .bind(binding)
                    .bind(&name)
                    .bind(&sort)
                    .bind(self.owner)
                    .bind(url)
                    .bind(id)
                    .bind(self.now)
            );
            run!(
                &self.db,
                sqlx::query(REFERENCE)
                    .bind("model_binding")
                    .bind(binding)
                    .bind(id)
                    .bind(self.now)
            );
            self.created("model_binding", binding, &name).await;
        }
        id
    }
}

pub(super) fn settings(folder: &std::path::Path, database_url: Option<String>) -> Settings {
    let options = Options {
        data_dir: Some(folder.to_owned()),
        database_url,
        ..Options::default()
    };
    options.complete(None).unwrap()
}

pub(super) fn clock() -> server::clock::Clock {
    server::clock::Clock::from_fn(start_time)
}

/// The same backup as the release before paths would have written it: without the events of the conversion, and without
/// the tables and columns that came later.
pub(super) async fn as_older(base: &Infra, file: &std::path::Path) -> std::path::PathBuf {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_as_it_is(None, folder.path(), &DatabaseSettings::default())
        .await
        .unwrap();
    db.migrate_to(Some(BEFORE)).await.unwrap();
    let Db::Sqlite { reader, .. } = &db else { unreachable!() };
    let known: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'",
    )
    .fetch_all(reader)
    .await
    .unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let mut header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    header["schema"] = json!(BEFORE);
    let mut kept = Vec::new();
    let mut rows = Vec::new();
    let mut last = (Value::Null, Value::Null);
    for table in header["tables"].as_array().unwrap() {
        let name = table["name"].as_str().unwrap();
        let columns = table["columns"].as_array().unwrap();
        let stays: Vec<bool> = columns
            .iter()
            .map(|column| known.contains(&(name.to_owned(), column[0].as_str().unwrap().to_owned())))
            .collect();
        let count = usize::try_from(table["rows"].as_u64().unwrap()).unwrap();
        let mut own: Vec<String> = Vec::new();
        for line in lines.by_ref().take(count) {
            let cells: Vec<Value> = serde_json::from_str(line).unwrap();
            let cells: Vec<Value> = cells
                .into_iter()
                .zip(&stays)
                .filter(|(_, stays)| **stays)
                .map(|(cell, _)| cell)
                .collect();
            own.push(serde_json::to_string(&cells).unwrap());
        }
        match name {
            // The conversion and the backup came later.
            "audit_events" => {
                let place = |name: &str| columns.iter().position(|column| column[0] == name).unwrap();
                let read = |line: &String| serde_json::from_str::<Vec<Value>>(line).unwrap();
                let later = own
                    .iter()
                    .position(|line| read(line)[place("action")] == "credential.convert_host");
                own.truncate(later.unwrap());
                let row = read(own.last().unwrap());
                last = (row[place("seq")].clone(), row[place("mac")].clone());
            }
            "audit_head" => {
                let place = |name: &str| columns.iter().position(|column| column[0] == name).unwrap();
                let mut head: Vec<Value> = serde_json::from_str(&own[0]).unwrap();
                head[place("seq")] = last.0.clone();
                head[place("mac")] = last.1.clone();
                own = vec![serde_json::to_string(&head).unwrap()];
            }
            _ => {}
        }
        if stays.contains(&true) {
            let columns: Vec<&Value> = columns
                .iter()
                .zip(&stays)
                .filter(|(_, stays)| **stays)
                .map(|(column, _)| column)
                .collect();
            kept.push(json!({"name": name, "columns": columns, "rows": own.len()}));
            rows.extend(own);
        }
    }
    header["tables"] = json!(kept);
    let mut body = format!("{header}\n");
    for row in rows {
        body.push_str(&row);
        body.push('\n');
    }
    let encode = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    let key = base.vault.backup_key(header["mac_key"].as_str().unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&*key).unwrap();
    mac.update(body.as_bytes());
    let end = json!({"end": {"sha256": encode(&Sha256::digest(body.as_bytes())), "mac": encode(&mac.finalize().into_bytes())}});
    let older = file.with_extension("older");
    std::fs::write(&older, format!("{body}{end}\n")).unwrap();
    older
}
