//! A model that can be asked.

use contract::api::NamedRecord;
use contract::model_bindings::ModelSettings;
use url::Url;

use super::endpoint::{self, Endpoint};
use super::{Ai, Caller};
use crate::credentials::{Referrer, ResolveError, UseRequest};
use crate::destination::{Destination, DestinationFault};
use crate::http::ApiError;
use crate::mcp_servers::{Subject, problem_of};
use crate::outbound::Bearer;

/// The field that names the credential.
pub const API_KEY_POINTER: &str = "/settings/api_key";

/// A model, where it is, and through what its credential is used.
#[derive(Clone, Debug)]
pub struct Model {
    /// Which model of which provider.
    pub settings: ModelSettings,
    /// Where it is reached.
    pub endpoint: Endpoint,
    /// Through what its credential is used.
    pub referrer: Referrer,
    /// The name of its binding, for messages.
    pub binding: Option<String>,
    /// The field of the input that names the credential.
    pub pointer: &'static str,
}

/// A credential that is on record and ready to be sent, and what a failure names.
#[derive(Debug)]
pub(super) struct Ready {
    pub bearer: Option<Bearer>,
    pub subject: Subject,
}

impl Model {
    /// A model with these settings.
    ///
    /// # Errors
    /// 422 where it has no address.
    pub fn new(settings: ModelSettings, referrer: Referrer, binding: Option<String>) -> Result<Self, ApiError> {
        Ok(Self {
            endpoint: endpoint::of(&settings)?,
            settings,
            referrer,
            binding,
            pointer: API_KEY_POINTER,
        })
    }
}

impl Ai {
    /// Resolves the credential of a model for one request to this URL, which puts the use on record. A model without
    /// one is asked without authentication.
    pub(super) async fn ready(
        &self,
        caller: &Caller,
        model: &Model,
        url: &Url,
        purpose: &str,
    ) -> Result<Ready, ApiError> {
        let mut subject = Subject::at(model.endpoint.destination.display());
        let Some(credential) = model.settings.api_key else {
            self.resolver.permit(&caller.principal, &model.referrer).await?;
            return Ok(Ready { bearer: None, subject });
        };
        let refuse = |fault: DestinationFault| fault.at(endpoint::POINTER);
        let scope = model.endpoint.destination.clone();
        scope.path().map_err(refuse)?;
        let request = UseRequest {
            principal: caller.principal.clone(),
            credential,
            referrer: model.referrer.clone(),
            destination: Destination::from_url(url).map_err(refuse)?,
            scope,
            purpose: Some(purpose.to_owned()),
            request_id: caller.request_id.0.clone(),
        };
        let resolved = self
            .resolver
            .resolve(request)
            .await
            .map_err(|error| refused(error, model))?;
        let place = model.settings.provider.key_header();
        let bearer = Bearer::of_resolved(place, &resolved);
        subject.credential = Some(NamedRecord {
            id: resolved.id.0,
            name: resolved.name,
        });
        let bearer = bearer.map_err(|error| problem_of(error, &subject))?;
        Ok(Ready {
            bearer: Some(bearer),
            subject,
        })
    }
}

/// A refusal that names the credential and the binding.
fn refused(error: ResolveError, model: &Model) -> ApiError {
    let error = match error {
        ResolveError::Forbidden(credential) => ApiError::CredentialForbidden(credential),
        error => ApiError::from(error),
    };
    let error = error.at(model.pointer);
    match &model.binding {
        Some(name) => error.of_referrer(name),
        None => error,
    }
}
