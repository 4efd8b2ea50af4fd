//! Which addresses a request may connect to. The check runs on the addresses that a name resolves
//! to, and the connection goes to those very addresses, so that a name cannot change its meaning
//! between check and use. reqwest does not ask the resolver about addresses in the URL: the client
//! checks those itself.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use url::{Host, Url};

use crate::destination::{Destination, is_metadata_address, is_private_address};

use super::{OutboundError, OwnAddresses};

/// Which addresses are open.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressPolicy {
    /// Whether loopback and private networks are open. Metadata addresses never are.
    pub private_networks: bool,
}

impl AddressPolicy {
    /// Judges one address.
    pub fn check(self, address: IpAddr) -> Result<(), AddressFault> {
        if is_metadata_address(address) {
            Err(AddressFault::Metadata)
        } else if !self.private_networks && is_private_address(address) {
            Err(AddressFault::Private)
        } else {
            Ok(())
        }
    }

    /// Judges the host of a URL as far as that goes without resolving it.
    pub fn check_url(self, url: &Url) -> Result<(), OutboundError> {
        let metadata = Destination::from_url(url).map_err(|_| OutboundError::HostNotAllowed)?;
        if metadata.is_metadata() {
            return Err(OutboundError::MetadataRefused);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        literal.map_or(Ok(()), |address| self.check(address).map_err(OutboundError::from))
    }
}

/// Why a name was not resolved. It travels inside reqwest's error and is found again there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressFault {
    /// One of its addresses belongs to a metadata service.
    Metadata,
    /// One of its addresses is private, and the settings close those.
    Private,
    /// One of its addresses is a listener of this server.
    Own,
    /// The name has no address.
    Unknown,
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Metadata => "an address of a metadata service",
            Self::Private => "a private address",
            Self::Own => "an address of this server",
            Self::Unknown => "an unknown name",
        })
    }
}

impl Error for AddressFault {}

impl From<AddressFault> for OutboundError {
    fn from(fault: AddressFault) -> Self {
        match fault {
            AddressFault::Metadata => Self::MetadataRefused,
            AddressFault::Private => Self::PrivateRefused,
            AddressFault::Own => Self::OwnRefused,
            AddressFault::Unknown => Self::Unreachable(super::Unreachable::UnknownHost),
        }
    }
}

/// The most names that are looked up at once: each takes a thread for as long as the name's server is silent.
static LOOK_UPS: Semaphore = Semaphore::const_new(32);

/// The system's resolver, whose answers are judged before anything connects. A resolver does not learn the port: there is
/// one for each port of a listener of this server, and one for all others.
#[derive(Debug)]
pub(super) struct CheckedResolver {
    pub policy: AddressPolicy,
    pub own: Option<(OwnAddresses, u16)>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, own) = (self.policy, self.own.clone());
        Box::pin(async move {
            let place = LOOK_UPS.acquire().await.map_err(|_| AddressFault::Unknown)?;
            let look_up = move || {
                // Kept until the thread is free, also where the request was given up.
                let _place = place;
                (name.as_str(), 0).to_socket_addrs().map(Vec::from_iter)
            };
            let found = tokio::task::spawn_blocking(look_up).await;
            let addresses: Vec<SocketAddr> = found.ok().and_then(Result::ok).ok_or(AddressFault::Unknown)?;
            if addresses.is_empty() {
                return Err(AddressFault::Unknown.into());
            }
            // One bad address condemns the name: which one is used is not ours to choose.
            for address in &addresses {
                policy.check(address.ip())?;
                if own.as_ref().is_some_and(|(own, port)| own.refuses(address.ip(), *port)) {
                    return Err(AddressFault::Own.into());
                }
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{AddressFault, AddressPolicy, CheckedResolver};
    use crate::outbound::{OutboundError, OwnAddresses};

    const OPEN: AddressPolicy = AddressPolicy { private_networks: true };
    const CLOSED: AddressPolicy = AddressPolicy {
        private_networks: false,
    };

    fn address(text: &str) -> std::net::IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn metadata_addresses_are_refused_whatever_the_settings_say() {
        for text in [
            "169.254.169.254",
            "169.254.170.2",
            "::ffff:169.254.169.254",
            "fe80::1",
            "2002:a9fe:a9fe::",
        ] {
            assert_eq!(OPEN.check(address(text)), Err(AddressFault::Metadata), "{text}");
            assert_eq!(CLOSED.check(address(text)), Err(AddressFault::Metadata), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_listener_of_this_server_is_refused_at_its_port() {
        let own = OwnAddresses::new(vec!["0.0.0.0:3000".parse().unwrap()], None);
        for (port, fault) in [(Some(3000), true), (Some(3001), false), (None, false)] {
            let resolver = CheckedResolver {
                policy: OPEN,
                own: port.map(|port| (own.clone(), port)),
            };
            let found = reqwest::dns::Resolve::resolve(&resolver, "localhost".parse().unwrap()).await;
            let found = found.err().map(|error| *error.downcast::<AddressFault>().unwrap());
            assert_eq!(found, fault.then_some(AddressFault::Own), "{port:?}");
        }
    }

    #[test]
    fn private_addresses_are_open_until_the_settings_close_them() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "::1",
            "::",
            "fd12::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
        ] {
            assert_eq!(OPEN.check(address(text)), Ok(()), "{text}");
            assert_eq!(CLOSED.check(address(text)), Err(AddressFault::Private), "{text}");
        }
        for text in ["192.0.2.1", "203.0.113.9"] {
            assert_eq!(CLOSED.check(address(text)), Err(AddressFault::Private), "{text}");
        }
        for text in ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert_eq!(CLOSED.check(address(text)), Ok(()), "{text}");
        }
    }

    #[test]
    fn addresses_in_a_url_are_judged_in_every_spelling() {
        let check =
            |policy: AddressPolicy, host: &str| policy.check_url(&Url::parse(&format!("http://{host}:80/x")).unwrap());
        for host in [
            "2852039166",
            "0xa9.254.169.254",
            "0251.0376.0251.0376",
            "[::ffff:a9fe:a9fe]",
            "metadata.google.internal",
        ] {
            assert_eq!(check(OPEN, host), Err(OutboundError::MetadataRefused), "{host}");
        }
        for host in ["2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "[::1]", "0"] {
            assert_eq!(check(OPEN, host), Ok(()), "{host}");
            assert_eq!(check(CLOSED, host), Err(OutboundError::PrivateRefused), "{host}");
        }
    }
}
