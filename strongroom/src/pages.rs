//! Pages, rendered on the server and brought to life in the browser.

use any_spawner::Executor;
use app::HelpText;
use app::help::HelpTopic;
use app::ui::DialogAddress;
use app::{PAGES, PageOutcome, PageRequest, SiteNames, Theme};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use axum::{Router, routing};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use server::accounts::{Accounts, describe_me, local_path};
use server::http::{FromElsewhere, Principal, RequestId};
use server::stopping::Stopping;

use crate::assets::Assets;
use crate::{compress, reload, transport};

#[derive(Clone, Debug)]
struct Pages {
    assets: Assets,
    api: Router,
    accounts: Accounts,
}

impl server::pages::Pages for Assets {
    fn build_id(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.names().build_id).ok()
    }

    /// All pages, the files of the site, and a page for unknown addresses.
    fn router(self, api: Router, accounts: Accounts, stopping: Stopping) -> Router {
        // Tasks that a page spawns while it is rendered run on tokio. `Err` means that the executor is set already.
        let _ = Executor::init_tokio();
        let mut router = Router::new().route("/", routing::get(async || see_other("/credentials")));
        for each in PAGES {
            let found: MethodRouter<Pages> = routing::get(page);
            router = router.route(&each.route(), found);
        }
        let reload = reload::router(self.names(), stopping);
        let pages = Pages {
            assets: self,
            api,
            accounts,
        };
        router.fallback(fallback).with_state(pages).merge(reload)
    }
}

fn is_public(path: &str) -> bool {
    PAGES.iter().any(|page| page.public && page.path == path)
}

fn see_other(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/credentials"));
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
    )
        .into_response()
}

/// The address without the dialogs that use a credential as they open, for a request that another site caused.
fn without_uses(request: &Request) -> Option<String> {
    request.extensions().get::<FromElsewhere>()?;
    let query = request.uri().query()?;
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let (used, kept): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| DialogAddress::USING.contains(&name.as_ref()));
    if used.is_empty() {
        return None;
    }
    let kept = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .finish();
    let path = request.uri().path();
    Some(if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{kept}")
    })
}

async fn page(State(pages): State<Pages>, request: Request) -> Response {
    let principal = request.extensions().get::<Principal>().cloned();
    let path = request.uri().path();
    if principal.is_none() && !is_public(path) {
        let next = request
            .uri()
            .path_and_query()
            .map_or("/credentials", http::uri::PathAndQuery::as_str);
        let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
        return see_other(&format!("/sign-in?next={next}"));
    }
    if principal.is_some() && path == "/sign-in" {
        let next = request
            .uri()
            .query()
            .and_then(|query| url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next"))
            .map_or_else(|| "/credentials".to_owned(), |(_, next)| local_path(&next));
        return see_other(&next);
    }
    if let Some(plain) = without_uses(&request) {
        return see_other(&plain);
    }
    if path == "/set-up" && request.uri().query().is_none() {
        match pages.accounts.any_user().await {
            Ok(false) => {}
            // The page says so, and leads to the sign-in page.
            Ok(true) => return see_other("/set-up?error=spent"),
            Err(error) => return error.into_response(),
        }
    }
    pages.render(request, principal).await
}

async fn fallback(State(pages): State<Pages>, request: Request) -> Response {
    if pages.assets.has(request.uri().path()) {
        return pages.assets.serve(&request);
    }
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let readable = request.method().is_safe() && !request.uri().path().starts_with("/pkg/");
    if !wants_page || !readable {
        return server::http::ApiError::NotFound.into_response();
    }
    let principal = request.extensions().get::<Principal>().cloned();
    let mut response = pages.render(request, principal).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

impl Pages {
    async fn render(&self, request: Request, principal: Option<Principal>) -> Response {
        let transport = transport::in_process(self.api.clone(), request.extensions());
        let page = PageRequest {
            theme: theme(request.headers()),
            me: principal.as_ref().and_then(describe_me),
        };
        let names: SiteNames = self.assets.names().clone();
        let outcome = PageOutcome::default();
        let noted = outcome.clone();
        let help = HelpTopic::at(request.uri().path()).map(|topic| HelpText(crate::help::text(topic)));
        let request_id = request.extensions().get::<RequestId>().cloned();
        let context = move || {
            provide_context(transport.clone());
            provide_context(page.clone());
            provide_context(names.clone());
            provide_context(noted.clone());
            if let Some(help) = help {
                provide_context(help);
            }
            if let (Some(nonce), Some(options)) = (leptos::nonce::use_nonce(), use_context::<ResponseOptions>())
                && let Ok(policy) = HeaderValue::from_str(&policy(&nonce.to_string()))
            {
                options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
        };
        let render = leptos_axum::render_app_async_with_context(context, app::shell);
        // Rendering holds the request's URL only: a body is never read.
        let (parts, _) = request.into_parts();
        let asked = parts.headers.clone();
        let mut response = render(Request::from_parts(parts, Body::empty())).await;
        if outcome.is_not_found() {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(id) = request_id {
            response.extensions_mut().insert(id);
        }
        compress::compressed(&asked, response).await
    }
}

/// Nothing but this site's own files and the one script of the page.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
         img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    )
}

/// The theme in the cookie.
fn theme(headers: &HeaderMap) -> Option<Theme> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("theme="))
        .and_then(Theme::from_cookie)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use app::{App, PAGES, Page};

    #[test]
    fn every_page_of_the_app_has_its_address_in_the_list() {
        let listings = leptos_axum::generate_route_list(App);
        let paths: BTreeSet<&str> = listings.iter().map(leptos_axum::AxumRouteListing::path).collect();
        let known: Vec<String> = PAGES.iter().map(Page::route).collect();
        let known: BTreeSet<&str> = known.iter().map(String::as_str).chain(["/"]).collect();
        // The app's own page for unknown addresses is the router's fallback.
        assert_eq!(
            paths
                .into_iter()
                .filter(|path| !path.contains('*'))
                .collect::<BTreeSet<_>>(),
            known
        );
    }
}
