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

use app::accounts::Resource;

use crate::credentials::Resolver;
use crate::http::{ApiError, Principal, RequestId, own_address};
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

    /// Runs an operation for as long as the caller may use models.
    ///
    /// # Errors
    /// 401 where the session ended, 403 without the permission, and the errors of the operation.
    pub async fn while_allowed<T>(
        &self,
        caller: &Caller,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        self.resolver
            .while_allowed(&caller.principal, Resource::ModelBindings, work)
            .await
    }

    /// Refuses settings whose address is that of this server itself, as far as it is known without resolving a name.
    ///
    /// # Errors
    /// 422 at the field of the address.
    pub fn refuse_own(&self, place: &place::Place) -> Result<(), ApiError> {
        if self.outbound.is_own(&place.base) {
            return Err(own_address(place::POINTER));
        }
        Ok(())
    }

    /// The limits of requests that leave the server.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.outbound.limits()
    }
}
