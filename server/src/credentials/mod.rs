//! Credentials: routes, store and resolver.

mod committer;
mod input;
mod listing;
mod operations;
mod owned;
mod rate;
mod resolver;
mod routes;
mod rows;
mod session_watch;
mod store;
mod switch;

pub use committer::FIND as FIND_FOR_USE;
pub use listing::NEWEST_FIRST;
pub use operations::operations;
pub use owned::{destroy_owned, owned};
pub use resolver::{Referrer, ResolveError, Resolved, Resolver, UseRequest};
pub use routes::router;
pub use rows::Joined;

use std::sync::Arc;

use crate::infra::Infra;

/// The credentials of one server: shared parts and the resolver.
#[derive(Clone, Debug)]
pub struct Credentials {
    base: Arc<Infra>,
    resolver: Resolver,
}

impl Credentials {
    /// Starts the committer of uses.
    pub fn start(base: Arc<Infra>) -> Self {
        let resolver = Resolver::start(base.clone());
        Self { base, resolver }
    }

    /// Decrypts credentials for use.
    pub fn resolver(&self) -> &Resolver {
        &self.resolver
    }
}
