//! The audit trail as the API shows it: the list, its filters, and the export.

mod export;
mod operations;
mod query;
mod routes;
mod store;

use std::sync::Arc;

pub use operations::operations;
pub use routes::router;

use crate::credentials::Resolver;
use crate::infra::Infra;

/// The trail, and the resolver that ends an export with its session.
#[derive(Clone, Debug)]
pub struct AuditTrail {
    infra: Arc<Infra>,
    resolver: Resolver,
}

impl AuditTrail {
    /// The trail of this server.
    pub fn new(infra: Arc<Infra>, resolver: Resolver) -> Self {
        Self { infra, resolver }
    }
}
