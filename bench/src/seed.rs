//! Data folders with an administrator and so many credentials.

use std::path::Path;

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use contract::accounts::Role;
use contract::secret::SecretValue;
use server::accounts::{Accounts, NewUser};
use server::cli::open_base;
use server::clock::Clock;
use server::config::{Options, Settings};
use server::db::Db;
use server::name_key::{fold, sort_key};
use sqlx::types::Json;
use tempfile::TempDir;
use uuid::Uuid;

/// The administrator's address.
pub const EMAIL: &str = "bench@example.com";
/// The administrator's password, on a server that only this run can reach.
pub const PASSWORD: &str = "four words for measuring";

const WORDS: [&str; 10] = [
    "billing", "search", "mail", "calendar", "weather", "maps", "chat", "orders", "stock", "ledger",
];

const INSERT: &str = "INSERT INTO credentials (id, name, name_key, name_sort, owner_id, owner_sort, version, revision, \
     reference_epoch, allowed_hosts, created_at, updated_at, updated_by_name) \
     SELECT $1, $2, $3, $4, u.id, u.name_sort, 1, 1, 0, $5, $6, $7, u.name FROM users u LIMIT 1";

/// The settings of a server in this folder.
pub fn settings(folder: &Path) -> Result<Settings> {
    let options = Options {
        data_dir: Some(folder.to_owned()),
        // One account owns all rows and does all uses.
        quota_records: Some(0),
        quota_values_mib: Some(0),
        quota_uses_per_second: Some(0),
        ..Options::default()
    };
    options.complete(None)
}

/// A fresh folder. The rows have no values: lists never look at them.
pub async fn folder(credentials: u32) -> Result<TempDir> {
    let folder = tempfile::tempdir().context("a temporary folder cannot be made")?;
    let base = open_base(&settings(folder.path())?, Clock::system()).await?;
    let accounts = Accounts::new(base.clone(), false);
    let user = NewUser {
        email: EMAIL.to_owned(),
        name: "Bench".to_owned(),
        role: Role::Administrator,
        password: SecretValue::new(PASSWORD.to_owned()),
    };
    accounts.add_user(user).await.context("the account cannot be added")?;
    let Db::Sqlite { writer, .. } = &base.db else {
        anyhow::bail!("a data folder holds a SQLite file");
    };
    let now = base.clock.now();
    let mut transaction = writer.begin().await?;
    for number in 0..credentials {
        let word = WORDS[number as usize % WORDS.len()];
        // Names, and both times, in orders of their own.
        let name = format!("{}_{word}_token", u64::from(number) * 7_919 % 1_000_003);
        sqlx::query(INSERT)
            .bind(Uuid::now_v7())
            .bind(&name)
            .bind(fold(&name))
            .bind(sort_key(&name))
            .bind(Json(["api.example.com"]))
            .bind(now - TimeDelta::seconds(i64::from(number)))
            .bind(now - TimeDelta::seconds(i64::from(number * 31 % 86_400)))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    base.db.close().await;
    Ok(folder)
}
