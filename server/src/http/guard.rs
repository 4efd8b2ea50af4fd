//! What every request must pass before anything looks at it: the host, and where it came from.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, header};
use url::Url;

use super::ApiError;

/// Which hosts this server answers for, so that no hostile page can rebind its own name to it.
#[derive(Clone, Debug)]
pub struct HostRule {
    /// The public address, where one is set.
    public: Option<Arc<Public>>,
}

#[derive(Debug)]
struct Public {
    /// `host[:port]`.
    authority: String,
    /// `scheme://host[:port]`, as a browser names it.
    origin: String,
}

impl HostRule {
    /// The rule for a public address. Without one: loopback names and bare IP addresses.
    pub fn new(public_url: Option<&Url>) -> Self {
        let public = public_url.and_then(|url| {
            let host = url.host_str()?.to_ascii_lowercase();
            Some(Public {
                authority: url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}")),
                origin: url.origin().ascii_serialization(),
            })
        });
        Self {
            public: public.map(Arc::from),
        }
    }

    /// Whether people reach this server over https.
    pub fn is_https(&self) -> bool {
        self.public
            .as_ref()
            .is_some_and(|public| public.origin.starts_with("https://"))
    }

    fn is_public(&self, authority: &str) -> bool {
        self.public
            .as_ref()
            .is_some_and(|public| public.authority.eq_ignore_ascii_case(authority))
    }

    fn admits(&self, authority: &str) -> bool {
        let authority = authority.to_ascii_lowercase();
        if self.is_public(&authority) {
            return true;
        }
        let host = host_of(&authority);
        // A browser never resolves these, so nobody can rebind them. Health checks use them.
        host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
    }
}

fn host_of(authority: &str) -> &str {
    match authority.rfind(':') {
        // The last colon of a bare IPv6 address is inside its brackets.
        Some(colon) if !authority[colon..].contains(']') => &authority[..colon],
        _ => authority,
    }
}

/// Marks a request that may use a credential: made by a page of this server or by a program, and no visit of an address.
/// A link on another site can make a browser visit any address with the session's cookie, and so can a typed one.
#[derive(Clone, Copy, Debug)]
pub struct MayUse;

/// `true` if the request is a browser navigation. Browsers send no Fetch-Metadata to plain http on other machines; there,
/// only a navigation asks for HTML.
fn is_navigation(headers: &HeaderMap) -> bool {
    match headers.get("sec-fetch-mode") {
        Some(mode) => mode.as_bytes() == b"navigate",
        None => text(headers, &header::ACCEPT).is_some_and(|accept| accept.contains("text/html")),
    }
}

/// Marks a request with a safe method that a page of another site caused, or may have caused.
#[derive(Clone, Copy, Debug)]
pub struct FromElsewhere;

/// Pages of this server send it. A page of another origin cannot, without a preflight that is never admitted; `Accept` it
/// can choose freely.
const OWN_HEADER: &str = "x-requested-with";

/// `true` if the answer may be JSON. Images, styles and navigations ask for other types first; only scripts and programs
/// ask for any.
fn asks_for_json(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(header::ACCEPT).iter();
    let types: Vec<String> = accepts
        .flat_map(|accept| accept.as_bytes().split(|byte| *byte == b','))
        .map(|media| String::from_utf8_lossy(media).to_ascii_lowercase())
        .map(|media| media.split(';').next().unwrap_or_default().trim().to_owned())
        .collect();
    types
        .iter()
        .any(|media| media == "application/json" || media == "application/*")
        || types.iter().all(|media| media == "*/*")
}

/// `true` if a request has the marks of every browser, which its pages cannot remove.
fn is_browser(headers: &HeaderMap) -> bool {
    let agent = text(headers, &header::USER_AGENT);
    agent.is_some_and(|agent| agent.starts_with("Mozilla/")) && headers.contains_key(header::ACCEPT_LANGUAGE)
}

/// Refuses other hosts, and unsafe requests that another site's page caused, with a cookie or without.
pub async fn guard(State(rule): State<HostRule>, mut request: Request, next: Next) -> Response {
    let authority = request
        .uri()
        .authority()
        .map(|authority| authority.as_str().to_owned())
        .or_else(|| text(request.headers(), &header::HOST).map(str::to_owned));
    let Some(authority) = authority.filter(|authority| rule.admits(authority)) else {
        return ApiError::WrongHost.into_response();
    };
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let same_origin = rule.is_same_origin(request.headers(), &authority);
    if !safe && !same_origin {
        return ApiError::CrossSite.into_response();
    }
    let headers = request.headers();
    let elsewhere = safe && !rule.is_from_here(headers, &authority);
    let is_use = !safe || (!elsewhere && !is_navigation(headers) && asks_for_json(headers));
    if elsewhere {
        request.extensions_mut().insert(FromElsewhere);
    }
    if is_use {
        request.extensions_mut().insert(MayUse);
    }
    next.run(request).await
}

impl HostRule {
    /// `Sec-Fetch-Site` where the browser sends it, else `Origin`: against the public address where the
    /// request names that (so a page on plain http is another site), else against the host. A client that
    /// sends neither is not a browser, so no page of another site can drive it.
    fn is_same_origin(&self, headers: &HeaderMap, authority: &str) -> bool {
        if let Some(site) = headers.get("sec-fetch-site") {
            return matches!(site.as_bytes(), b"same-origin" | b"none");
        }
        let Some(origin) = headers.get(header::ORIGIN) else {
            return true;
        };
        origin.to_str().is_ok_and(|origin| self.is_own(origin, authority))
    }

    /// The same for a request that uses a credential, or opens a dialog that does, with a safe method. Browsers send neither
    /// `Sec-Fetch-Site` nor `Origin` with it over plain http to another machine. There `Referer` counts, which pages of this
    /// server send; a browser without it has to send [`OWN_HEADER`].
    fn is_from_here(&self, headers: &HeaderMap, authority: &str) -> bool {
        if !self.is_same_origin(headers, authority) {
            return false;
        }
        if headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN) {
            return true;
        }
        match headers.get(header::REFERER) {
            Some(referer) => referer.to_str().is_ok_and(|referer| {
                let end = referer.find("://").map_or(0, |scheme| scheme + 3);
                let path = referer[end..].find('/').map_or(referer.len(), |path| end + path);
                self.is_own(&referer[..path], authority)
            }),
            None => !is_browser(headers) || headers.contains_key(OWN_HEADER),
        }
    }

    /// `true` for the origin of this server.
    fn is_own(&self, origin: &str, authority: &str) -> bool {
        match &self.public {
            Some(public) if self.is_public(authority) => origin.eq_ignore_ascii_case(&public.origin),
            _ => origin
                .split_once("://")
                .is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(authority)),
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_hosts_are_answered_for() {
        let rule = HostRule::new(Some(&Url::parse("https://rooms.example").unwrap()));
        for host in [
            "rooms.example",
            "ROOMS.example",
            "127.0.0.1:3000",
            "localhost:3000",
            "[::1]:3000",
            "[::1]",
        ] {
            assert!(rule.admits(host), "{host}");
        }
        for host in [
            "evil.example",
            "rooms.example.evil.example",
            "rooms.example:81",
            "",
            "localhost.evil.example",
        ] {
            assert!(!rule.admits(host), "{host}");
        }
        assert!(!HostRule::new(None).admits("rooms.example"));
    }

    #[test]
    fn requests_from_other_sites_are_refused() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            HostRule::new(None).is_same_origin(&headers, "127.0.0.1:3000")
        };
        assert!(check(&[]));
        assert!(check(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://127.0.0.1:3000")
        ]));
        assert!(check(&[("sec-fetch-site", "none")]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
        assert!(check(&[("origin", "http://127.0.0.1:3000")]));
        assert!(!check(&[("origin", "http://127.0.0.1:3001")]));
        assert!(!check(&[("origin", "null")]));
        assert!(!check(&[("origin", "http://evil.example")]));
    }

    #[test]
    fn the_public_address_is_the_one_origin_of_its_host() {
        let rule = HostRule::new(Some(&Url::parse("https://rooms.example").unwrap()));
        let check = |origin: &str, authority: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            rule.is_same_origin(&headers, authority)
        };
        assert!(check("https://rooms.example", "rooms.example"));
        assert!(!check("http://rooms.example", "rooms.example"));
        assert!(!check("https://rooms.example:444", "rooms.example"));
        assert!(!check("https://127.0.0.1:3000", "rooms.example"));
        // On the machine itself, past the proxy.
        assert!(check("http://127.0.0.1:3000", "127.0.0.1:3000"));
        assert!(!check("https://rooms.example", "127.0.0.1:3000"));
        assert!(rule.is_https() && !HostRule::new(None).is_https());
    }
}
