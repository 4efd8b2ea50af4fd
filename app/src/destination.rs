//! Destinations of a credential, as forms and pages show them. The server parses and matches them.

use contract::address::host_of;

/// Scheme, host, port and path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    https: bool,
    /// `host`, or `host:port` with another port than the scheme's own.
    authority: String,
    /// Empty, or `/` and more, without a slash at the end.
    path: String,
}

impl Destination {
    /// The destination of a typed address; `None` if it is none.
    pub fn of_address(address: &str) -> Option<Self> {
        let host = host_of(address)?;
        let (scheme, rest) = address.trim().split_once("://")?;
        let https = scheme.eq_ignore_ascii_case("https");
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        let path = path.find('/').map_or("", |at| &path[at..]);
        Some(Self::new(https, &host, path))
    }

    /// The destination of an entry of `allowed_hosts`.
    pub fn of_entry(entry: &str) -> Self {
        let (https, rest) = match entry.split_once("://") {
            Some((scheme, rest)) => (scheme != "http", rest),
            None => (true, entry),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Self::new(https, authority, path)
    }

    fn new(https: bool, authority: &str, path: &str) -> Self {
        let own_port = if https { ":443" } else { ":80" };
        Self {
            https,
            authority: authority.strip_suffix(own_port).unwrap_or(authority).to_owned(),
            path: path.trim_end_matches('/').to_owned(),
        }
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    /// The origin; for https without its scheme.
    pub fn host(&self) -> String {
        if self.https {
            self.authority.clone()
        } else {
            self.origin()
        }
    }

    /// The path prefix; empty for any path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `true` if requests are not encrypted.
    pub fn is_plain_http(&self) -> bool {
        !self.https
    }

    /// What a consent to it allows.
    pub fn words(&self) -> String {
        if self.path.is_empty() {
            format!("all of {}", self.host())
        } else {
            format!("{}{} and below", self.origin(), self.path)
        }
    }

    /// The same host with any path.
    pub fn whole_host(&self) -> Self {
        Self {
            path: String::new(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Destination;

    #[test]
    fn an_address_and_its_entry_are_one_destination() {
        for (address, entry, words) in [
            (
                "https://MCP.example.com/mcp/?key=1",
                "mcp.example.com/mcp",
                "https://mcp.example.com/mcp and below",
            ),
            ("https://mcp.example.com/", "mcp.example.com", "all of mcp.example.com"),
            (
                "https://mcp.example.com:8443",
                "mcp.example.com:8443",
                "all of mcp.example.com:8443",
            ),
            (
                "https://127.0.0.1:8443/a",
                "https://127.0.0.1:8443/a",
                "https://127.0.0.1:8443/a and below",
            ),
            (
                "http://127.0.0.1:4000/mcp",
                "http://127.0.0.1:4000/mcp",
                "http://127.0.0.1:4000/mcp and below",
            ),
            (
                "http://mcp.example.com",
                "http://mcp.example.com",
                "all of http://mcp.example.com",
            ),
            ("http://[::1]:81?x", "http://[::1]:81", "all of http://[::1]:81"),
        ] {
            let destination = Destination::of_address(address).unwrap();
            assert_eq!(destination, Destination::of_entry(entry), "{address}");
            assert_eq!(destination.words(), words);
            assert_eq!(destination.is_plain_http(), address.starts_with("http:"));
        }
        assert_eq!(Destination::of_address("mcp.example.com"), None);
    }

    #[test]
    fn the_whole_host_keeps_scheme_and_port() {
        let whole = Destination::of_entry("http://127.0.0.1:4000/mcp").whole_host();
        assert_eq!((whole.origin().as_str(), whole.path()), ("http://127.0.0.1:4000", ""));
    }
}
