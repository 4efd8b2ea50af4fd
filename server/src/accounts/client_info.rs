//! Where a request comes from: what sessions and throttling go by, and what is kept of it.

use std::net::IpAddr;

use http::{HeaderMap, header};

/// A request that may begin a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit<'a> {
    /// The address of the caller.
    pub address: IpAddr,
    /// The headers, for the cookies and for the name of the browser.
    pub headers: &'a HeaderMap,
    pub request_id: &'a str,
}

/// Parts of a `User-Agent` and what they are called. Earlier ones win: browsers name those they resemble, too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

impl Visit<'_> {
    /// A short name such as "Firefox on Linux"; nothing for what is not known. Never a piece of the header itself.
    pub fn browser(&self) -> Option<String> {
        let agent = self.headers.get(header::USER_AGENT)?.to_str().ok()?;
        let find = |names: &[(&str, &'static str)]| {
            names
                .iter()
                .find(|(part, _)| agent.contains(part))
                .map(|(_, name)| *name)
        };
        let browser = find(BROWSERS)?;
        Some(find(SYSTEMS).map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}")))
    }

    /// The address, shortened to the network that it is in; the machine's own one is kept whole.
    pub fn network(&self) -> String {
        match self.address.to_canonical() {
            address if address.is_loopback() => address.to_string(),
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        }
    }
}

/// The content of one of the request's cookies.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            pair.trim()
                .split_once('=')
                .filter(|(key, _)| *key == name)
                .map(|(_, content)| content)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(agent: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, agent.parse().unwrap());
        visit("127.0.0.1", &headers).browser()
    }

    fn visit<'a>(address: &str, headers: &'a HeaderMap) -> Visit<'a> {
        Visit {
            address: address.parse().unwrap(),
            headers,
            request_id: "",
        }
    }

    #[test]
    fn browsers_are_called_by_their_names() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            ("curl/8.9.0", "curl"),
        ] {
            assert_eq!(browser(agent).as_deref(), Some(name), "{agent}");
        }
        assert_eq!(browser("canary-3d/1.0"), None);
    }

    #[test]
    fn addresses_are_shortened() {
        let headers = HeaderMap::new();
        for (address, network) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:12:34:5::6", "2001:db8:12::/48"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
        ] {
            assert_eq!(visit(address, &headers).network(), network);
        }
    }
}
