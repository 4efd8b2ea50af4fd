//! How a server runs as a process: stopping, what it keeps to itself, what it says, metrics.

mod cut_trail;
mod fewer_rights;
mod flood;
mod full_disk;
mod hardening;
mod hostile_answers;
mod ipv6;
mod json_log;
mod metrics;
mod proxies;
mod soak;
mod stopping;
mod unconfined;

use crate::database::Engine;
use crate::process::{self, Options};

/// A folder with a database and an administrator.
async fn prepared(engine: Engine) -> (tempfile::TempDir, Options) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", engine.fresh_database().await);
    process::add_administrator(&options);
    (folder, options)
}
