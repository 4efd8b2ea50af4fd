//! Infrastructure of every feature: database, vault, clock, metrics.

use crate::audit::HeadFile;
use crate::clock::Clock;
use crate::config::Quotas;
use crate::db::Db;
use crate::metrics::Metrics;
use crate::readiness::Readiness;
use crate::stopping::Stopping;
use crate::vault::Vault;

/// The parts that every feature stands on.
#[derive(Debug)]
pub struct Infra {
    pub db: Db,
    pub vault: Vault,
    pub clock: Clock,
    /// Figures about this server.
    pub metrics: Metrics,
    /// The head of the audit trail in the data folder.
    pub head_file: HeadFile,
    /// Limits for each user.
    pub quotas: Quotas,
    /// State that `/readyz` reports.
    pub readiness: Readiness,
    /// The end of this server.
    pub stopping: Stopping,
}

impl Infra {
    /// `true` if this server takes requests and can record uses, as far as its tasks have found.
    pub fn is_ready(&self) -> bool {
        !self.stopping.is_draining()
            && self.metrics.missing_keys() == 0
            && !self.readiness.cannot_write()
            && !self.readiness.cannot_record()
    }
}
