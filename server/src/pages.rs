//! The place of the pages in the router. The program on top brings them, so that the API does not depend on views.

use axum::Router;
use axum::response::IntoResponse as _;
use http::HeaderValue;

use crate::accounts::Accounts;
use crate::http::ApiError;
use crate::stopping::Stopping;

/// The pages of a server.
pub trait Pages {
    /// The build of the pages, for a header of every response.
    fn build_id(&self) -> Option<HeaderValue>;

    /// The router of the pages, and of every path outside the API. Pages read from `api` in process.
    fn router(self, api: Router, accounts: Accounts, stopping: Stopping) -> Router;
}

/// The API without pages. Paths outside the API are answered with 404.
#[derive(Clone, Copy, Debug)]
pub struct ApiAlone;

impl Pages for ApiAlone {
    fn build_id(&self) -> Option<HeaderValue> {
        None
    }

    fn router(self, _api: Router, _accounts: Accounts, _stopping: Stopping) -> Router {
        Router::new().fallback(async || ApiError::NotFound.into_response())
    }
}
