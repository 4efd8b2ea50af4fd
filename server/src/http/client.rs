//! Where a request came from: the address of the connection, or what a trusted proxy says.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;

use crate::config::Network;

/// The address that a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// For requests that came over no network, as in tests.
    const NONE: Self = Self(IpAddr::V4(Ipv4Addr::LOCALHOST));
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self::NONE))
    }
}

/// The header by which proxies name their clients.
const FORWARDED: &str = "x-forwarded-for";

/// The proxies that are believed on `X-Forwarded-For`.
#[derive(Clone, Debug)]
pub struct TrustedProxies {
    networks: Arc<[Network]>,
    /// `true` once the log has named a proxy that is not trusted.
    warned: Arc<AtomicBool>,
}

impl TrustedProxies {
    /// These networks, and no others.
    pub fn new(networks: &[Network]) -> Self {
        Self {
            networks: networks.into(),
            warned: Arc::default(),
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Once: a proxy that is not trusted makes all its clients share the limits of one address.
    fn warn_of_untrusted(&self, peer: IpAddr, headers: &HeaderMap) {
        if headers.contains_key(FORWARDED) && !self.trusts(peer) && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                peer = %peer.to_canonical(),
                "ignoring X-Forwarded-For from an address that is not in trusted_proxies. If it is your proxy, add it: until then its clients share the rate limits of one address"
            );
        }
    }

    /// The nearest address that no trusted proxy has. Each proxy appends the address that it saw, so the
    /// list is read from its end, and what a client wrote into it lies beyond the first untrusted one.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lists: Vec<&str> = headers
            .get_all(FORWARDED)
            .iter()
            .map(|list| list.to_str().unwrap_or_default())
            .collect();
        for hop in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
            if !self.trusts(client) {
                break;
            }
            // Nobody can say what lies beyond a hop that is no address.
            let Some(address) = address(hop) else { break };
            client = address;
        }
        client
    }
}

/// The address of a hop, which some proxies write with the port.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare
        .parse()
        .or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Puts the [`ClientAddress`] into the request.
pub async fn client_address(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(ClientAddress::NONE.0, |ConnectInfo(peer)| peer.ip());
    proxies.warn_of_untrusted(peer, request.headers());
    let client = proxies.client(peer, request.headers());
    request.extensions_mut().insert(ClientAddress(client));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let networks: Vec<Network> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append("x-forwarded-for", list.parse().unwrap());
        }
        TrustedProxies::new(&networks)
            .client(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn nobody_is_believed_unless_trusted() {
        assert_eq!(client(&[], "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client(&[], "127.0.0.1", &["198.51.100.1"]), "127.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(
            client(&["127.0.0.1"], "::ffff:127.0.0.1", &["198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(client(&["::1"], "::1", &["2001:db8::5"]), "2001:db8::5");
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.1:4711"]),
            "198.51.100.1"
        );
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", &["[2001:db8::5]:4711"]),
            "2001:db8::5"
        );
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["[2001:db8::5]"]), "2001:db8::5");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_believed() {
        let trusted = &["10.0.0.0/8"];
        // The client sent a list of its own; the proxy appended the address that it saw.
        for forged in ["127.0.0.1", "10.0.0.9", "198.51.100.99", "nonsense", ""] {
            let one = format!("{forged}, 203.0.113.7");
            assert_eq!(client(trusted, "10.0.0.1", &[&one]), "203.0.113.7", "{forged}");
            // The same in a header of its own, and through two proxies.
            assert_eq!(client(trusted, "10.0.0.1", &[forged, "203.0.113.7"]), "203.0.113.7");
            let two = format!("{forged}, 203.0.113.7, 10.0.0.2");
            assert_eq!(client(trusted, "10.0.0.1", &[&two]), "203.0.113.7", "{forged}");
        }
        // All are trusted: the farthest is the client.
        assert_eq!(client(trusted, "10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        // Nothing is believed beyond what cannot be read.
        assert_eq!(client(trusted, "10.0.0.1", &["203.0.113.7, unknown"]), "10.0.0.1");
    }
}
