//! Problem documents (RFC 9457), made from errors of the API here alone.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::problem::{Problem, Violation};
use http::{HeaderValue, StatusCode, header};

use super::RequestId;
use super::problem::{ApiError, CREDENTIAL_POINTER};
use super::problem_kinds::ProblemKind;

/// The document of an error, e.g. as part of a test's result.
pub fn problem(error: ApiError, request_id: &str) -> Problem {
    let detail = error.detail();
    if let ApiError::After { error, .. } = error {
        let mut document = problem(*error, request_id);
        document.detail = detail;
        return document;
    }
    if let ApiError::At { pointer, error, .. } = error {
        let mut document = problem(*error, request_id);
        for error in document
            .errors
            .iter_mut()
            .filter(|error| error.pointer == CREDENTIAL_POINTER)
        {
            pointer.clone_into(&mut error.pointer);
            error.detail.clone_from(&detail);
        }
        document.detail = detail;
        return document;
    }
    let ProblemKind { status, slug, title } = error.kind();
    let mut document = Problem {
        title: title.to_owned(),
        detail,
        request_id: request_id.to_owned(),
        retry_after: error.retry_after(),
        ..Problem::local(slug, status.as_u16())
    };
    let about_credential = Violation {
        pointer: CREDENTIAL_POINTER.to_owned(),
        code: slug.to_owned(),
        detail: document.detail.clone(),
    };
    match error {
        ApiError::Invalid(errors) => document.errors = errors,
        ApiError::NameTaken => document.errors.push(Violation {
            pointer: "/name".to_owned(),
            code: slug.to_owned(),
            detail: document.detail.clone(),
        }),
        ApiError::InUse { references, total } => {
            document.references = Some(references);
            document.references_total = Some(total);
        }
        ApiError::OwnsRecords(owned) => document.owned = Some(Box::new(owned)),
        ApiError::PreconditionFailed { changed_by, changed_at } => {
            document.changed_by = Some(changed_by);
            document.changed_at = Some(changed_at);
        }
        ApiError::HostNotAllowed { host, credential } => {
            document.errors.push(about_credential);
            document.host = Some(host);
            document.credential = Some(credential);
        }
        ApiError::CredentialDeleted(credential) => {
            document.errors.push(about_credential);
            document.credential = Some(credential);
        }
        ApiError::ValueNotSendable(credential)
        | ApiError::CredentialForbidden(credential)
        | ApiError::CredentialRolledBack(credential) => {
            document.credential = Some(credential);
        }
        _ => {}
    }
    document
}

/// The document that waits for its request id.
#[derive(Clone)]
struct Unfinished(Problem);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.kind().status;
        // The chain is logged once, at this border. It never holds input.
        match self.inner() {
            Self::Internal(error) => tracing::error!(error = format!("{error:#}"), "internal error"),
            Self::Unavailable(error) | Self::StorageFull(error) => {
                tracing::warn!(error = format!("{error:#}"), "not available");
            }
            Self::OutcomeUnknown(error) => tracing::warn!(error = format!("{error:#}"), "outcome unknown"),
            Self::KeyMissing(_) | Self::SchemaBehind | Self::CannotWrite => tracing::warn!(error = %self, "not ready"),
            _ => {}
        }
        let retry_after = self.retry_after();
        let mut response = status.into_response();
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Unfinished(problem(self, "")));
        response
    }
}

/// Writes the bodies of problem documents, with the id of the request.
pub async fn finish_problems(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && response.extensions().get::<Unfinished>().is_none() {
        response
            .extensions_mut()
            .insert(Unfinished(problem(ApiError::MethodNotAllowed, "")));
    }
    let Some(Unfinished(mut document)) = response.extensions_mut().remove::<Unfinished>() else {
        return response;
    };
    document.request_id = id.map(|id| id.0).unwrap_or_default();
    let body = serde_json::to_vec(&document).unwrap_or_default();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    *response.body_mut() = Body::from(body);
    response
}
