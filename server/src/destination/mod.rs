//! Destinations that a secret may go to: parsing and matching, without any network.
//!
//! An allowed destination is a scheme, a host, a port and a path prefix. A request has the same parts, and its path in
//! the same normal form, so that both are compared as texts.

mod audited;
mod entry;
mod network;
mod path;
#[cfg(test)]
mod tests;

pub use audited::MAX_AUDITED_BYTES;
pub use entry::{AllowedHost, EntryFault};
pub use network::{embedded_v4, is_metadata_address, is_private_address, is_private_host};

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use network::METADATA_NAMES;

/// The longest address that is accepted.
pub const MAX_URL_CHARS: usize = 2048;

/// Why a text is not an address that a request can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DestinationFault {
    /// It cannot be read as an absolute address.
    #[error("Enter a full URL, e.g. https://mcp.example.com/mcp.")]
    Unreadable,
    /// Neither http nor https.
    #[error("Start the URL with https:// or http://.")]
    Scheme,
    /// A user name or password in the address.
    #[error("Remove the user name and password from the URL. Use a credential instead.")]
    UserInfo,
    /// A fragment, which is never sent.
    #[error("Remove the part after #.")]
    Fragment,
    /// Longer than [`MAX_URL_CHARS`].
    #[error("Use up to 2,048 characters.")]
    TooLong,
    /// An address at which cloud machines hand out their own secrets.
    #[error("Strongroom never contacts cloud metadata services. Enter your server's URL.")]
    Metadata,
    /// A path segment `.` or `..`, plain or encoded.
    #[error("Remove . and .. from the path.")]
    DotSegment,
    /// A slash or a backslash that is percent-encoded.
    #[error("Remove the encoded slash (%2F or %5C) from the path.")]
    EncodedSlash,
    #[error("Use / instead of \\.")]
    Backslash,
    /// A percent sign without two digits, an encoded control character, or bytes that are not UTF-8.
    #[error("Correct the percent-encoding of the path.")]
    BadEscape,
}

impl DestinationFault {
    /// The stable code of the broken rule.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "bad-url",
            Self::Scheme => "bad-scheme",
            Self::UserInfo => "user-info",
            Self::Fragment => "fragment",
            Self::TooLong => "too-long",
            Self::Metadata => "metadata-address",
            Self::DotSegment => "dot-segment",
            Self::EncodedSlash | Self::Backslash => "encoded-slash",
            Self::BadEscape => "bad-escape",
        }
    }
}

/// Scheme, host, port and path of a request's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Destination {
    https: bool,
    host: String,
    port: u16,
    /// Scheme, host and port as the entry of an allowed destination begins.
    origin: String,
    /// The path in its normal form, or why no secret is sent to it.
    path: Result<String, DestinationFault>,
}

impl Destination {
    /// Reads an address that a person entered.
    ///
    /// A path that no secret may be sent to is no error here: [`Destination::path`] reports it once a credential is
    /// attached.
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
        let mut destination = Self::from_url(&url)?;
        // The URL parser has resolved dot segments and backslashes: only the typed text still shows them.
        if let Err(fault) = path::check_typed(text.trim()) {
            destination.path = Err(fault);
        }
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
        Ok(Self {
            origin: entry::origin(https, &host, port),
            path: path::normalize(url.path()),
            https,
            host,
            port,
        })
    }

    /// The path in its normal form.
    ///
    /// # Errors
    /// The rule that the path breaks: no secret is sent to such an address.
    pub fn path(&self) -> Result<&str, DestinationFault> {
        self.path.as_deref().map_err(|fault| *fault)
    }

    /// Scheme, host and port as the entry of an allowed destination writes them.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The whole destination as an entry of a list writes it; without the path where that cannot be one.
    pub fn entry(&self) -> String {
        let path = self.path().unwrap_or_default();
        format!("{}{}", self.origin, path.trim_end_matches('/'))
    }

    /// The host alone: lowercase, in ASCII, IPv6 in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `host` for https on its own port, else `host:port`: the short name of the server, in messages and filters.
    pub fn display(&self) -> String {
        if self.https && self.port == 443 {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// `true` if this is an address at which cloud machines hand out their own secrets.
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

/// A domain name without its trailing dot; `None` where it is longer than names are in DNS (RFC 1035), a label is
/// missing, or a character is no part of host names: an entry could not write it. Names of containers have underscores.
fn normal_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let is_label = |label: &str| {
        let mut bytes = label.bytes();
        !label.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    (name.len() <= 253 && name.split('.').all(is_label)).then_some(name)
}
