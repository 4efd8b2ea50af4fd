//! What comes in, read without ever repeating it.

use std::str::FromStr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};

use super::{ApiError, Fields, MAX_BODY_BYTES, Principal};

/// The time in which a body must have come.
const BODY: Duration = Duration::from_mins(1);
/// The same for requests without a session, whose bodies are short.
pub(crate) const ANONYMOUS_BODY: Duration = Duration::from_secs(10);

/// The largest JSON body of a request without a session: an email and a password.
const MAX_ANONYMOUS_BYTES: usize = 16 * 1024;

/// The object in a JSON body.
#[derive(Debug)]
pub struct JsonBody(pub Fields);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType);
        }
        // Without a session the body is kept small: there may be thousands of such connections.
        let signed_in = request.extensions().get::<Principal>().is_some();
        let (max, time) = if signed_in {
            (MAX_BODY_BYTES, BODY)
        } else {
            (MAX_ANONYMOUS_BYTES, ANONYMOUS_BODY)
        };
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > max) {
            return Err(ApiError::TooLarge);
        }
        let body = read_body(request.into_body(), max, time).await?;
        if std::str::from_utf8(&body).is_err() {
            return Err(ApiError::Malformed { line: 0, column: 0 });
        }
        Fields::parse(&body).map(Self)
    }
}

/// Reads a body to its end, within a time.
///
/// # Errors
/// 413 for a larger one, 400 for one that breaks off or takes too long.
pub(crate) async fn read_body(body: Body, max: usize, time: Duration) -> Result<Bytes, ApiError> {
    let broke_off = || ApiError::Malformed { line: 0, column: 0 };
    let whole = tokio::time::timeout(time, to_bytes(body, max)).await;
    whole.map_err(|_| broke_off())?.map_err(|error| {
        // The one fault besides the limit is a connection that broke off.
        let too_large = std::error::Error::source(&error)
            .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
        if too_large { ApiError::TooLarge } else { broke_off() }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .eq_ignore_ascii_case("application/json")
        })
}

/// The id in the path. Anything that is not an id names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct IdPath<T>(pub T);

impl<T: FromStr + Send, S: Send + Sync> FromRequestParts<S> for IdPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NotFound)?;
        let id = params
            .iter()
            .find(|(name, _)| *name == "id")
            .and_then(|(_, text)| text.parse().ok());
        id.map(Self).ok_or(ApiError::NotFound)
    }
}

/// The revision that the caller saw (`If-Match`); nothing where any will do.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let mut revisions = None;
        for value in parts.headers.get_all(header::IF_MATCH) {
            for tag in value.to_str().unwrap_or_default().split(',').map(str::trim) {
                if tag == "*" {
                    return Ok(Self(None));
                }
                // Of several tags the newest counts; a tag that is no revision matches nothing.
                let revision = tag.trim_start_matches("W/").trim_matches('"').parse().unwrap_or(-1);
                revisions = revisions.max(Some(revision));
            }
        }
        Ok(Self(revisions))
    }
}

/// The parameters of a query string, each at most once.
#[derive(Debug)]
pub struct QueryPairs(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for QueryPairs {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::parse(parts.uri.query().unwrap_or_default())
    }
}

impl QueryPairs {
    /// Reads a query string.
    ///
    /// # Errors
    /// [`ApiError::BadQuery`] for a doubled parameter or U+0000.
    pub fn parse(query: &str) -> Result<Self, ApiError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(ApiError::BadQuery("Send each parameter once."));
            }
            if value.contains('\0') {
                return Err(ApiError::BadQuery("Remove the null character (U+0000)."));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// Takes a parameter; an empty one counts as absent.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(index).1).filter(|value| !value.is_empty())
    }

    /// Takes how many rows are asked for.
    ///
    /// # Errors
    /// [`ApiError::BadQuery`] where it is not a number from 1 to 100.
    pub fn limit(&mut self) -> Result<i64, ApiError> {
        match self.take("limit").map(|text| text.parse()) {
            None => Ok(25),
            Some(Ok(limit)) if (1..=100).contains(&limit) => Ok(limit),
            Some(_) => Err(ApiError::BadQuery("Use a limit from 1 to 100.")),
        }
    }

    /// Takes a switch.
    ///
    /// # Errors
    /// [`ApiError::BadQuery`] where it is neither true nor false.
    pub fn flag(&mut self, name: &str) -> Result<bool, ApiError> {
        match self.take(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::BadQuery("Use true or false.")),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`ApiError::BadQuery`] where parameters are left that this route does not take.
    pub fn finish(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ApiError::BadQuery("Remove the parameters this list doesn't support."))
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let half = stream::once(async { Ok::<_, std::io::Error>("{\"email\":") });
        let body = Body::from_stream(stream::StreamExt::chain(half, stream::pending()));
        let read = read_body(body, MAX_BODY_BYTES, BODY).await;
        assert!(matches!(read, Err(ApiError::Malformed { line: 0, .. })), "{read:?}");
        let read = read_body(Body::from("12345"), 4, BODY).await;
        assert!(matches!(read, Err(ApiError::TooLarge)), "{read:?}");
        assert_eq!(read_body(Body::from("1234"), 4, BODY).await.unwrap(), "1234");
    }
}
