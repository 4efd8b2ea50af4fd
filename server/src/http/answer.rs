//! Good answers.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::ApiError;

/// What a handler gives.
pub type ApiResult = Result<Response, ApiError>;

/// 200 with a JSON body.
pub fn json<T: Serialize>(content: &T) -> Response {
    match serde_json::to_vec(content) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Err(error) => ApiError::Internal(error.into()).into_response(),
    }
}

/// 200 with a JSON body and its revision as the `ETag`.
pub fn with_etag<T: Serialize>(content: &T, revision: i64) -> Response {
    let mut response = json(content);
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// 201 with the new record, its address and its `ETag`.
pub fn created<T: Serialize>(content: &T, path: &str, revision: i64) -> Response {
    let mut response = with_etag(content, revision);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::from_str(&format!("{}{path}", contract::api::PREFIX)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// 204.
pub fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
