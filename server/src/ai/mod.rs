//! Models: what they are asked, and what they answer. The formats of the providers are pure functions in [`wire`];
//! `ask` sends requests through the hardened client, after their use is on record.

mod ask;
mod failure;
mod model;
pub mod place;
mod sink;
pub mod tables;
mod test;
pub mod wire;

use std::sync::Arc;

use crate::credentials::Resolver;
use crate::http::{Principal, RequestId};
use crate::mcp_servers::Usage;
use crate::outbound::{Limits, Outbound};
use crate::state::Base;

pub use failure::{Again, Failure};
pub use model::{API_KEY_POINTER, Model};
pub use sink::Sink;

/// What talks to models. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Ai {
    base: Arc<Base>,
    resolver: Resolver,
    outbound: Outbound,
}

/// Who asks, in which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// The request, for the audit trail.
    pub request_id: RequestId,
}

impl<'a> From<&'a Caller> for Usage<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self {
            principal: &caller.principal,
            request_id: &caller.request_id,
        }
    }
}

impl Ai {
    /// What reaches models through one client.
    #[must_use]
    pub fn new(base: Arc<Base>, resolver: Resolver, outbound: Outbound) -> Self {
        Self {
            base,
            resolver,
            outbound,
        }
    }

    /// The limits of requests that leave the server.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.outbound.limits()
    }
}
