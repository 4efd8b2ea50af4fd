//! The addresses of this server itself: its listeners and its public address. No request goes there, so that no record
//! sends a credential in a circle or reaches what only the machine itself may reach, such as the metrics.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, PoisonError, RwLock};

use url::{Host, Url};

use crate::destination::embedded_v4;

/// The addresses of this server. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct OwnAddresses(Arc<Own>);

#[derive(Debug, Default)]
struct Own {
    listeners: RwLock<Vec<SocketAddr>>,
    public: Option<(String, u16)>,
}

impl OwnAddresses {
    /// The addresses of the configuration.
    pub fn new(listeners: Vec<SocketAddr>, public_url: Option<&Url>) -> Self {
        let public = public_url.and_then(|url| Some((name(url)?, url.port_or_known_default()?)));
        Self(Arc::new(Own {
            listeners: RwLock::new(listeners),
            public,
        }))
    }

    /// Replaces the listeners by those that were bound, where the configuration leaves the port open.
    pub fn bound(&self, listeners: Vec<SocketAddr>) {
        *self.0.listeners.write().unwrap_or_else(PoisonError::into_inner) = listeners;
    }

    /// Whether a listener has this port.
    pub(super) fn has_port(&self, port: u16) -> bool {
        self.any(|listener| listener.port() == port)
    }

    /// Whether a connection to this address and port would reach a listener.
    pub(super) fn refuses(&self, address: IpAddr, port: u16) -> bool {
        let address = reached(address);
        self.any(|listener| {
            let own = reached_by(listener.ip());
            listener.port() == port && own.map_or_else(|| is_local(address), |own| own == address)
        })
    }

    /// Whether a URL is known to lead here without resolving its host.
    pub fn refuses_url(&self, url: &Url) -> bool {
        let Some(port) = url.port_or_known_default() else {
            return false;
        };
        let of_public = self.0.public.as_ref().is_some_and(|(host, own)| {
            // The plain side of https is the same site.
            name(url).as_ref() == Some(host) && (port == *own || (*own == 443 && port == 80))
        });
        of_public
            || match url.host() {
                Some(Host::Ipv4(address)) => self.refuses(IpAddr::V4(address), port),
                Some(Host::Ipv6(address)) => self.refuses(IpAddr::V6(address), port),
                Some(Host::Domain(name)) => {
                    let name = name.trim_end_matches('.');
                    (name == "localhost" || name.ends_with(".localhost"))
                        && [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
                            .into_iter()
                            .any(|address| self.refuses(address, port))
                }
                None => false,
            }
    }

    fn any(&self, test: impl Fn(&SocketAddr) -> bool) -> bool {
        let listeners = self.0.listeners.read().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().any(test)
    }
}

/// The host of a URL as it is compared.
fn name(url: &Url) -> Option<String> {
    Some(url.host_str()?.trim_end_matches('.').to_ascii_lowercase())
}

/// The address that a connection reaches: an unspecified one means the machine itself.
fn reached(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(v4) if v4.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(v6) if v6.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(v6) => embedded_v4(v6).map_or(address, |v4| reached(IpAddr::V4(v4))),
        IpAddr::V4(_) => address,
    }
}

/// The address of a listener; `None` for one that listens on all.
fn reached_by(listener: IpAddr) -> Option<IpAddr> {
    let address = listener.to_canonical();
    (!address.is_unspecified()).then_some(address)
}

/// Whether an address belongs to this machine: the system lets a socket have it.
fn is_local(address: IpAddr) -> bool {
    address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::OwnAddresses;

    fn own(listeners: &[&str], public: Option<&str>) -> OwnAddresses {
        let public = public.map(|text| Url::parse(text).unwrap());
        OwnAddresses::new(
            listeners.iter().map(|text| text.parse().unwrap()).collect(),
            public.as_ref(),
        )
    }

    #[track_caller]
    fn check(own: &OwnAddresses, refused: &[&str], open: &[&str]) {
        for (texts, expected) in [(refused, true), (open, false)] {
            for text in texts {
                assert_eq!(own.refuses_url(&Url::parse(text).unwrap()), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_listener_is_refused_in_every_spelling_and_its_neighbours_are_not() {
        check(
            &own(&["127.0.0.1:3000", "127.0.0.1:9464"], None),
            &[
                "http://127.0.0.1:3000/mcp",
                "http://localhost:3000/mcp",
                "http://LOCALHOST.:3000/",
                "http://a.localhost:3000/",
                "https://127.0.0.1:3000/",
                "http://127.1:3000/",
                "http://2130706433:3000/",
                "http://0.0.0.0:3000/",
                "http://[::ffff:127.0.0.1]:3000/",
                "http://127.0.0.1:9464/metrics",
            ],
            &[
                "http://127.0.0.1:3001/",
                "http://127.0.0.1/",
                "http://localhost:4000/mcp",
                "http://[::1]:3000/",
                "http://127.0.0.2:3000/",
                "http://192.0.2.1:3000/",
                "https://mcp.example.com:3000/",
            ],
        );
    }

    #[test]
    fn a_listener_on_all_addresses_is_refused_on_each_of_the_machine() {
        for all in ["0.0.0.0:3000", "[::]:3000"] {
            check(
                &own(&[all], None),
                &[
                    "http://127.0.0.1:3000/",
                    "http://127.8.9.10:3000/",
                    "http://[::1]:3000/",
                    "http://[::]:3000/",
                    "http://localhost:3000/",
                ],
                &["http://127.0.0.1:3001/", "http://192.0.2.1:3000/"],
            );
        }
    }

    #[test]
    fn the_public_address_is_refused_by_its_name() {
        check(
            &own(&[], Some("https://rooms.example")),
            &[
                "https://rooms.example/mcp",
                "https://ROOMS.example.:443/",
                "http://rooms.example/",
            ],
            &[
                "https://rooms.example:8443/",
                "https://mcp.rooms.example/",
                "https://example/",
            ],
        );
        check(
            &own(&[], Some("https://rooms.example:8443")),
            &["https://rooms.example:8443/mcp"],
            &["https://rooms.example/", "http://rooms.example/"],
        );
    }

    #[test]
    fn bound_listeners_take_the_place_of_configured_ones() {
        let own = own(&["127.0.0.1:0"], None);
        check(&own, &[], &["http://127.0.0.1:41234/"]);
        own.bound(vec!["127.0.0.1:41234".parse().unwrap()]);
        check(&own.clone(), &["http://127.0.0.1:41234/"], &[]);
    }
}
