//! Hosts that a secret may go to: parsing and matching, without any network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The longest address that is accepted.
pub const MAX_URL_CHARS: usize = 2048;

/// Why a text is not an address that a request can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationFault {
    /// It cannot be read as an absolute address.
    #[error("Enter a whole address, e.g. https://mcp.example.com/mcp.")]
    Unreadable,
    /// Neither http nor https.
    #[error("Use an address that begins with https:// or http://.")]
    Scheme,
    /// A user name or password in the address.
    #[error("Remove the user name and password from the address. Use a credential instead.")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("Remove the part after #.")]
    Fragment,
    /// Longer than [`MAX_URL_CHARS`].
    #[error("Use at most 2,048 characters.")]
    TooLong,
    /// An address at which cloud machines hand out their own secrets.
    #[error("Addresses of cloud metadata services are always refused. Enter the address of your server.")]
    Metadata,
}

impl DestinationFault {
    /// The stable code of the broken rule.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "bad-url",
            Self::Scheme => "bad-scheme",
            Self::UserInfo => "user-info",
            Self::Fragment => "fragment",
            Self::TooLong => "too-long",
            Self::Metadata => "metadata-address",
        }
    }
}

/// Where a request goes: scheme, host and port of a parsed address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Destination {
    https: bool,
    host: String,
    port: u16,
}

impl Destination {
    /// Reads an address that a person entered.
    ///
    /// # Errors
    /// The first rule that it breaks. The text is not repeated in the error.
    pub fn parse(text: &str) -> Result<(Url, Self), DestinationFault> {
        if text.chars().count() > MAX_URL_CHARS {
            return Err(DestinationFault::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(DestinationFault::Unreadable);
        }
        let url = Url::parse(text.trim()).map_err(|_| DestinationFault::Unreadable)?;
        let destination = Self::from_url(&url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(DestinationFault::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(DestinationFault::Fragment);
        }
        if destination.is_metadata() {
            return Err(DestinationFault::Metadata);
        }
        Ok((url, destination))
    }

    /// The destination of a parsed address.
    ///
    /// # Errors
    /// Where it is neither http nor https, or has no host.
    pub fn from_url(url: &Url) -> Result<Self, DestinationFault> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(DestinationFault::Scheme),
        };
        let host = match url.host() {
            Some(Host::Domain(name)) => normal_name(name).ok_or(DestinationFault::Unreadable)?,
            Some(Host::Ipv4(address)) => address.to_string(),
            // An IPv4 address in IPv6 clothes is that IPv4 address.
            Some(Host::Ipv6(address)) => match address.to_ipv4_mapped() {
                Some(address) => address.to_string(),
                None => format!("[{address}]"),
            },
            None => return Err(DestinationFault::Unreadable),
        };
        let port = url.port_or_known_default().ok_or(DestinationFault::Unreadable)?;
        Ok(Self { https, host, port })
    }

    /// The host alone: lowercase, in ASCII, IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `host` for https on its own port, else `host:port`: the entry that would allow this destination.
    #[must_use]
    pub fn display(&self) -> String {
        if self.https && self.port == 443 {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether this is an address at which cloud machines hand out their own secrets.
    #[must_use]
    pub fn is_metadata(&self) -> bool {
        match self.ip() {
            Some(address) => is_metadata_address(address),
            None => METADATA_NAMES.contains(&self.host.as_str()),
        }
    }

    fn ip(&self) -> Option<IpAddr> {
        self.host.trim_matches(['[', ']']).parse().ok()
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

/// Names under which metadata services answer (Amazon, Google and Azure, and the common short forms).
const METADATA_NAMES: &[&str] = &[
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata",
    "instance-data.ec2.internal",
    "instance-data",
];

/// The IPv4 addresses besides the link-local ones: Alibaba, Azure's host, Oracle.
const METADATA_V4: &[Ipv4Addr] = &[
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// Where cloud machines hand out their own secrets: the link-local ranges (Amazon, Google, Azure,
/// Oracle, Tencent and others answer at 169.254.169.254, 169.254.170.2 or 169.254.0.23), the single
/// addresses of [`METADATA_V4`], and over IPv6 Amazon (`fd00:ec2::/32`), Google (`fd20:ce::254`) and
/// Scaleway (`fd00:42::42`).
#[must_use]
pub fn is_metadata_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local() || METADATA_V4.contains(&v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_metadata_address(IpAddr::V4(v4)),
            None => {
                v6.is_unicast_link_local()
                    || matches!(
                        v6.segments(),
                        [0xfd00, 0x0ec2, ..]
                            | [0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254]
                            | [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42]
                    )
            }
        },
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (`::ffff:`), translated (`::ffff:0:`), compatible (`::`), NAT64
/// (`64:ff9b::`, and `64:ff9b:1::` within a network), or 6to4 (`2002:`).
#[must_use]
pub fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, .., high, low]
        | [0x2002, high, low, ..] => join(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => join(high, low),
        _ => None,
    }
}

/// A domain name without its trailing dot; nothing where it is longer than names are in DNS (RFC 1035), or a label is
/// missing.
fn normal_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    (name.len() <= 253 && name.split('.').all(|label| !label.is_empty())).then_some(name)
}

/// One entry of a credential's list of hosts. `host` alone means https on port 443; every other
/// port, and http, must be spelled out as `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedHost(String);

impl AllowedHost {
    /// Reads `host` or `host:port`.
    ///
    /// # Errors
    /// Where it is neither, or always refused. The text is not repeated in the error.
    pub fn parse(text: &str) -> Result<Self, DestinationFault> {
        let text = text.trim();
        if text.is_empty() || text.contains(['/', '?', '#', '@', '\\', '*']) || text.chars().any(char::is_whitespace) {
            return Err(DestinationFault::Unreadable);
        }
        let (url, destination) = Destination::parse(&format!("https://{text}"))?;
        // https's own port may be written or left out: it is the same entry.
        debug_assert!(url.path() == "/");
        Ok(Self(destination.display()))
    }

    /// The entry that admits exactly this destination.
    #[must_use]
    pub fn of(destination: &Destination) -> Self {
        Self(destination.display())
    }

    /// Whether a request may go there.
    #[must_use]
    pub fn admits(&self, destination: &Destination) -> bool {
        self.0 == destination.display()
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{AllowedHost, Destination, DestinationFault};

    fn shown(url: &str) -> Result<String, DestinationFault> {
        Destination::parse(url).map(|(_, destination)| destination.display())
    }

    #[test]
    fn destinations_have_one_spelling() {
        assert_eq!(shown("https://MCP.Example.com./mcp").as_deref(), Ok("mcp.example.com"));
        assert_eq!(shown("https://mcp.example.com:443/").as_deref(), Ok("mcp.example.com"));
        assert_eq!(shown("http://mcp.example.com/").as_deref(), Ok("mcp.example.com:80"));
        assert_eq!(shown("https://bücher.example/").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(shown("http://0x7f000001:81/").as_deref(), Ok("127.0.0.1:81"));
        assert_eq!(shown("http://[::ffff:127.0.0.1]:81/").as_deref(), Ok("127.0.0.1:81"));
        assert_eq!(shown("http://[::1]:81/").as_deref(), Ok("[::1]:81"));
    }

    #[test]
    fn addresses_that_no_request_can_go_to_are_refused() {
        for (text, fault) in [
            ("mcp.example.com", DestinationFault::Unreadable),
            ("ftp://mcp.example.com/", DestinationFault::Scheme),
            ("https://user:word@mcp.example.com/", DestinationFault::UserInfo),
            ("https://mcp.example.com/#x", DestinationFault::Fragment),
            ("https://a\0b/", DestinationFault::Unreadable),
            ("", DestinationFault::Unreadable),
        ] {
            assert_eq!(shown(text), Err(fault), "{text}");
        }
        assert_eq!(
            shown(&format!("https://a.example/{}", "x".repeat(2048))),
            Err(DestinationFault::TooLong)
        );
    }

    #[test]
    fn names_that_are_longer_than_any_are_refused() {
        let longest = format!("{}.example", "a".repeat(245));
        assert!(shown(&format!("https://{longest}/")).is_ok());
        for host in [format!("a{longest}"), format!("{}.example", "漢".repeat(400))] {
            assert_eq!(
                shown(&format!("https://{host}/")),
                Err(DestinationFault::Unreadable),
                "{host}"
            );
        }
    }

    #[test]
    fn metadata_addresses_are_refused_in_every_spelling() {
        for host in [
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "0251.0376.0251.0376",
            "[::ffff:169.254.169.254]",
            "[::169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::a9fe:a9fe]",
            "[::ffff:0:a9fe:a9fe]",
            "[fd00:ec2::254]",
            "[fd20:ce::254]",
            "[fd00:42::42]",
            "[2002:a9fe:a9fe::1]",
            "192.0.0.192",
            "[fe80::1]",
            "100.100.100.200",
            "168.63.129.16",
            "metadata.google.internal",
            "METADATA.google.internal.",
        ] {
            assert_eq!(
                shown(&format!("http://{host}/latest")),
                Err(DestinationFault::Metadata),
                "{host}"
            );
        }
    }

    #[test]
    fn a_host_without_a_port_admits_https_only() {
        let entry = AllowedHost::parse("MCP.example.com").unwrap();
        let admits = |url: &str| entry.admits(&Destination::parse(url).unwrap().1);
        assert!(admits("https://mcp.example.com/a"));
        assert!(!admits("http://mcp.example.com/a"));
        assert!(!admits("https://mcp.example.com:8443/"));
        assert!(!admits("https://evil-mcp.example.com/"));
        assert!(!admits("https://mcp.example.com.evil.example/"));
        let entry = AllowedHost::parse("127.0.0.1:4000").unwrap();
        assert!(entry.admits(&Destination::parse("http://127.0.0.1:4000/mcp").unwrap().1));
        assert!(!entry.admits(&Destination::parse("http://127.0.0.1:4001/mcp").unwrap().1));
        assert!(!entry.admits(&Destination::parse("http://localhost:4000/mcp").unwrap().1));
    }

    #[test]
    fn entries_are_hosts_and_nothing_else() {
        for text in [
            "",
            "*",
            "*.example.com",
            "https://a.example",
            "a.example/x",
            "u@a.example",
            "a b",
            "a..b",
            "a.example:99999",
        ] {
            assert!(AllowedHost::parse(text).is_err(), "{text}");
        }
        assert_eq!(AllowedHost::parse("a.example:443").unwrap().as_str(), "a.example");
    }
}
