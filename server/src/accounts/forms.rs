//! Signing in, signing out and setting up without scripts: plain forms, answered with 303. The same
//! functions as the JSON routes.

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, FromRequest, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use contract::accounts::{SetUp, SignIn, SignUp};
use contract::secret::SecretValue;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tracing::instrument;
use zeroize::Zeroize as _;

use super::client_info::Visit;
use super::{Accounts, Token};
use crate::http::{ANONYMOUS_BODY, ApiError, ClientAddress, Principal, RequestId, read_body};

/// The largest form: passwords and names are short.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// `POST` of `/sign-in`, `/sign-out`, `/set-up` and `/welcome`.
pub fn router() -> Router<Accounts> {
    Router::new()
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/set-up", post(set_up))
        .route("/welcome", post(welcome))
}

/// The tokens of a browser that has just signed in.
#[derive(Debug)]
pub(super) struct SignedIn {
    pub session: Token,
    /// Of the browser itself.
    pub browser: Token,
}

impl Accounts {
    /// The cookies of a browser that has just signed in.
    pub(super) fn cookies(&self, entered: &SignedIn) -> Vec<HeaderValue> {
        let session = self.session_cookie(&entered.session);
        // Without the key for its MAC, the browser goes on as an unknown one.
        let browser = self.browser_cookie(&entered.browser).ok();
        [session].into_iter().chain(browser).collect()
    }
}

#[instrument(name = "forms.sign_in", skip_all)]
async fn sign_in(
    State(accounts): State<Accounts>,
    Extension(request): Extension<RequestId>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    mut form: Form,
) -> Response {
    let next = local_path(&form.take("next"));
    let input = SignIn {
        email: form.take("email"),
        password: form.secret("password"),
    };
    let visit = Visit {
        address,
        headers: &headers,
        request_id: &request.0,
    };
    match accounts.sign_in(input, visit).await {
        Ok((_, entered)) => see_other(&next, accounts.cookies(&entered)),
        Err(error) => {
            let code = match &error {
                ApiError::Throttled { .. } => "throttled",
                ApiError::WrongPassword | ApiError::Invalid(_) => "wrong",
                _ => "unavailable",
            };
            note(error, code);
            see_other(&format!("/sign-in?error={code}&next={}", encode(&next)), Vec::new())
        }
    }
}

#[instrument(name = "forms.sign_out", skip_all)]
async fn sign_out(
    State(accounts): State<Accounts>,
    Extension(request): Extension<RequestId>,
    principal: Option<Extension<Principal>>,
) -> Response {
    if let Some(Extension(principal)) = principal
        && let Err(error) = accounts.sign_out(&principal, &request.0).await
    {
        return error.into_response();
    }
    see_other("/sign-in", vec![accounts.no_session_cookie()])
}

#[instrument(name = "forms.set_up", skip_all)]
async fn set_up(
    State(accounts): State<Accounts>,
    Extension(request): Extension<RequestId>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    mut form: Form,
) -> Response {
    let visit = Visit {
        address,
        headers: &headers,
        request_id: &request.0,
    };
    let input = SetUp {
        token: form.secret("token"),
        email: form.take("email"),
        name: form.take("name"),
        password: form.secret("password"),
    };
    match accounts.set_up(input, visit).await {
        Ok(entered) => see_other("/credentials", accounts.cookies(&entered)),
        Err(ApiError::Spent) if !form.wants_page => ApiError::Spent.into_response(),
        Err(error) => {
            let code = match &error {
                ApiError::Spent => "spent",
                ApiError::Invalid(errors) => match errors.first().map(|error| error.pointer.as_str()) {
                    Some("/token") => "token",
                    Some("/email") => "email",
                    Some("/name") => "name",
                    _ => "password",
                },
                _ => "unavailable",
            };
            note(error, code);
            see_other(&format!("/set-up?error={code}"), Vec::new())
        }
    }
}

#[instrument(name = "forms.welcome", skip_all)]
async fn welcome(
    State(accounts): State<Accounts>,
    Extension(request): Extension<RequestId>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    mut form: Form,
) -> Response {
    let visit = Visit {
        address,
        headers: &headers,
        request_id: &request.0,
    };
    let input = SignUp {
        token: form.secret("token"),
        password: form.secret("password"),
    };
    match accounts.sign_up(input, visit).await {
        Ok(entered) => see_other("/credentials", accounts.cookies(&entered)),
        Err(error) if !form.wants_page => error.into_response(),
        Err(error) => {
            let code = match &error {
                ApiError::LinkSpent => "spent",
                ApiError::Throttled { .. } => "throttled",
                ApiError::Invalid(errors) if errors.iter().any(|error| error.pointer == "/token") => "token",
                ApiError::Invalid(_) => "password",
                _ => "unavailable",
            };
            note(error, code);
            see_other(&format!("/welcome?error={code}"), Vec::new())
        }
    }
}

/// Puts what the page does not say into the log.
fn note(error: ApiError, code: &str) {
    if code == "unavailable" {
        drop(error.into_response());
    }
}

/// A path of this site, so that nobody is sent elsewhere after signing in.
pub fn local_path(next: &str) -> String {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && next.len() <= 1024;
    if local {
        next.to_owned()
    } else {
        "/credentials".to_owned()
    }
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn see_other(location: &str, cookies: Vec<HeaderValue>) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/credentials"));
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A form-encoded body; its texts are wiped when dropped.
struct Form {
    pairs: Vec<(String, String)>,
    /// Whether a browser asks, which gets a page; others get the problem itself.
    wants_page: bool,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request<Body>, _state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
                .unwrap_or_default()
        };
        let content_type = text(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
        if !content_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(ApiError::UnsupportedMediaType);
        }
        let wants_page = text(header::ACCEPT).contains("text/html");
        let body = read_body(body, MAX_FORM_BYTES, ANONYMOUS_BODY).await?;
        let pairs = url::form_urlencoded::parse(&body)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Ok(Self { pairs, wants_page })
    }
}

impl Form {
    /// Takes a field; a missing one is empty, and so is one with U+0000.
    fn take(&mut self, name: &str) -> String {
        let found = self
            .pairs
            .iter_mut()
            .find(|(key, _)| key == name)
            .map(|(_, value)| std::mem::take(value));
        found.filter(|value| !value.contains('\0')).unwrap_or_default()
    }

    fn secret(&mut self, name: &str) -> SecretValue {
        SecretValue::new(self.take(name))
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        for (_, value) in &mut self.pairs {
            value.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(local_path("/mcp-servers?search=x"), "/mcp-servers?search=x");
        for bad in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\nb",
            "credentials",
        ] {
            assert_eq!(local_path(bad), "/credentials", "{bad:?}");
        }
    }
}
