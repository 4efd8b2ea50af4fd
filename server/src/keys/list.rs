//! What there is to know about the keys.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::db::within;
use crate::infra::Infra;
use crate::replicas;

/// A key of the database, or of the keyring only.
#[derive(Debug)]
pub struct ListedKey {
    pub id: String,
    /// `pending`, `active`, `retiring`; nothing where the database does not know it.
    pub state: Option<&'static str>,
    /// When it came into the database.
    pub created_at: Option<DateTime<Utc>>,
    /// How many stored values it wraps.
    pub values: i64,
    /// Whether this keyring holds it.
    pub held: bool,
    /// Names of running servers that do not hold it.
    pub without: Vec<String>,
}

const VALUES: &str = "SELECT key_id, count(*) FROM credential_versions GROUP BY key_id";

/// All keys, oldest first, and how many servers run.
pub async fn list(base: &Infra) -> anyhow::Result<(Vec<ListedKey>, usize)> {
    let standing = base.vault.reload(&base.db).await?;
    let mut tx = base.db.begin().await?;
    let replicas = replicas::live(&mut tx, &base.clock).await?;
    let values: Vec<(String, i64)> = within!(&mut tx, c => sqlx::query_as(VALUES).fetch_all(c))?;
    drop(tx);
    let values: HashMap<String, i64> = values.into_iter().collect();
    let mut keys: Vec<ListedKey> = standing
        .rows
        .iter()
        .map(|row| ListedKey {
            id: row.id.clone(),
            state: Some(row.state.as_str()),
            created_at: Some(row.created_at),
            values: values.get(&row.id).copied().unwrap_or_default(),
            held: standing.held.contains(&row.id),
            without: replicas
                .iter()
                .filter(|replica| !replica.keys.contains(&row.id))
                .map(|replica| replica.name.clone())
                .collect(),
        })
        .collect();
    for id in base.vault.ids_of_keyring()? {
        if keys.iter().all(|key| key.id != id) {
            keys.push(ListedKey {
                id,
                state: None,
                created_at: None,
                values: 0,
                held: true,
                without: Vec::new(),
            });
        }
    }
    Ok((keys, replicas.len()))
}
