//! Backup and restore: one file for both engines, written while servers run, checked by opening it.
//!
//! The file is text, one JSON document in each line:
//!
//! ```text
//! {"strongroom_backup":1, "schema":3, "keys":[…], "tables":[{"name":"users","columns":[["id","uuid"],…],"rows":2},…], …}
//! ["018f…","ada@example.com",…]          a row of the first table, its columns in that order
//! …                                      its further rows, then those of the next table
//! {"end":{"sha256":"…","mac":"…"}}       of every byte before this line
//! ```
//!
//! The tables are those that the database has, so that none can be forgotten; what is left out is listed in
//! [`LEFT_OUT`]. Values stay sealed as they are in the database. SHA-256 tells damage; the MAC, with a key that
//! is derived from the keyring, tells that whoever wrote the file holds the keyring. The keyring is never in it.

mod catalog;
mod cell;
mod check;
mod export;
mod format;
mod load;
mod read;
mod restore;

pub use export::backup;
pub use restore::restore;

use crate::audit::Report;
use crate::vault::KeyState;

/// Tables that are not carried over: what lets somebody in may have been ended after the backup was made, and
/// the rest describes servers that ran then.
pub const LEFT_OUT: [&str; 6] = [
    "_sqlx_migrations",
    "known_browsers",
    "replicas",
    "sessions",
    "sign_in_attempts",
    "sign_up_links",
];

/// What was written or read.
#[derive(Debug)]
pub struct Summary {
    /// Rows of all tables.
    pub rows: u64,
    /// Values that were opened.
    pub values: u64,
    /// The keys that are needed to open it.
    pub keys: Vec<(String, KeyState)>,
}

#[derive(Debug)]
pub struct Restored {
    pub summary: Summary,
    /// What a walk along the restored audit trail found. A fault was in the trail before the backup was made: the
    /// rest is needed all the same.
    pub trail: Report,
}
