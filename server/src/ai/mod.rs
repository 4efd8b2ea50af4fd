//! Models: what they are asked, and what they answer. The formats of the providers are pure functions in [`wire`];
//! `ask` sends requests through the hardened client, after their use is on record.

mod ask;
pub mod endpoint;
mod failure;
mod model;
mod sink;
pub mod tables;
mod test;
pub mod wire;

use std::sync::Arc;

use contract::accounts::Resource;
use serde_json::Value;

use crate::credentials::Resolver;
use crate::http::{ApiError, Principal, RequestId, own_address};
use crate::infra::Infra;
use crate::mcp_servers::{Subject, Usage, problem_of};
use crate::outbound::intake::Grant;
use crate::outbound::intake::budget::OverBudget;
use crate::outbound::{Limits, Outbound, RunningOperations};

pub use failure::{Failure, Retry};
pub use model::{API_KEY_POINTER, Model};
pub use sink::Sink;

/// What talks to models. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Ai {
    base: Arc<Infra>,
    resolver: Resolver,
    outbound: Outbound,
}

/// Who asks, in which request.
#[derive(Clone, Debug)]
pub struct Caller {
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

/// The problem where an operation cannot keep more of its answers.
pub fn too_much_kept(over: OverBudget) -> ApiError {
    match over {
        OverBudget::Own { share } => ApiError::Upstream {
            slug: "answer-too-large",
            detail: format!(
                "The steps' responses together are larger than {} KiB. Ask for less, or lower the step limit.",
                share / 1024
            ),
        },
        OverBudget::Others => ApiError::TooMuchAtOnce {
            detail: "Strongroom is reading too many large responses right now. Try again in a moment.".to_owned(),
        },
    }
}

impl Ai {
    /// What reaches models through one client.
    pub fn new(base: Arc<Infra>, resolver: Resolver, outbound: Outbound) -> Self {
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
    pub fn refuse_own(&self, endpoint: &endpoint::Endpoint) -> Result<(), ApiError> {
        if self.outbound.is_own(&endpoint.base) {
            return Err(own_address(endpoint::POINTER));
        }
        Ok(())
    }

    /// The operations that use the client.
    pub fn running(&self) -> &RunningOperations {
        self.outbound.running()
    }

    /// A grant of the byte budget for what an operation keeps of its answers.
    ///
    /// # Errors
    /// 503 where the budget is spent.
    pub fn memory(&self, caller: &Caller) -> Result<Grant, ApiError> {
        let account = (&caller.principal).into();
        self.outbound
            .budget()
            .grant_of_operation(account)
            .map_err(too_much_kept)
    }

    /// Parses a document that a model wrote as text, away from the threads that serve requests; `None` where the text is
    /// no document. Its memory is charged to the grant.
    ///
    /// # Errors
    /// `Err` if the byte budget is spent or the document has too many values.
    pub async fn document(
        &self,
        model: &Model,
        text: String,
        mut grant: Grant,
    ) -> Result<(Option<Value>, Grant), ApiError> {
        let read = self.outbound.work(text.len(), move || {
            let document = wire::document(&text, &mut grant)?;
            Ok((document, grant))
        });
        let subject = Subject::at(model.endpoint.destination.display());
        read.await.flatten().map_err(|error| problem_of(error, &subject))
    }

    /// The limits of requests that leave the server.
    pub fn limits(&self) -> &Limits {
        self.outbound.limits()
    }
}
