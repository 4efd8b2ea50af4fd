//! First and last line of a backup, and what is computed over the lines between.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::catalog::Table;
use crate::vault::{KeyRow, KeyState};

/// The format that this build writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Header {
    #[serde(rename = "strongroom_backup")]
    pub format: u32,
    /// The version of Strongroom that wrote it.
    pub version: String,
    /// The newest migration of the database.
    pub schema: i64,
    pub made_at: DateTime<Utc>,
    pub mac_key: String,
    pub keys: Vec<HeaderKey>,
    pub tables: Vec<Table>,
}

/// A key of the database: its id and what tells that a key is this key. Never the key.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct HeaderKey {
    pub id: String,
    pub state: String,
    pub check_value: String,
    pub created_at: DateTime<Utc>,
}

impl From<&KeyRow> for HeaderKey {
    fn from(row: &KeyRow) -> Self {
        Self {
            id: row.id.clone(),
            state: row.state.as_str().to_owned(),
            check_value: STANDARD.encode(&row.check_value),
            created_at: row.created_at,
        }
    }
}

impl Header {
    /// The keys, as the database had them.
    pub fn key_rows(&self) -> anyhow::Result<Vec<KeyRow>> {
        self.keys
            .iter()
            .map(|key| {
                Ok(KeyRow {
                    id: key.id.clone(),
                    state: KeyState::try_from(key.state.clone())?,
                    check_value: STANDARD.decode(&key.check_value)?,
                    created_at: key.created_at,
                })
            })
            .collect()
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trailer {
    pub end: End,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub sha256: String,
    pub mac: String,
}

/// SHA-256 and MAC over the bytes so far.
pub(super) struct Sums {
    hash: Sha256,
    mac: Hmac<Sha256>,
}

impl Sums {
    pub fn new(key: &[u8; 32]) -> anyhow::Result<Self> {
        Ok(Self {
            hash: Sha256::new(),
            mac: Hmac::new_from_slice(key).context("The MAC cannot be computed.")?,
        })
    }

    pub fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.mac.update(bytes);
    }

    /// The last line for what was added.
    pub fn finish(self) -> Trailer {
        Trailer {
            end: End {
                sha256: STANDARD.encode(self.hash.finalize()),
                mac: STANDARD.encode(self.mac.finalize().into_bytes()),
            },
        }
    }

    /// Whether what was added is what this last line was made for, in constant time.
    pub fn agrees(self, end: &End) -> bool {
        STANDARD
            .decode(&end.mac)
            .is_ok_and(|mac| self.mac.verify_slice(&mac).is_ok())
    }
}
