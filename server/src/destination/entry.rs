//! Entries of a credential's list of allowed destinations.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Destination, DestinationFault, MAX_URL_CHARS, is_private_host};

/// The longest normal form of an entry: with a scheme before it, it is no longer than an address may be.
const MAX_ENTRY_BYTES: usize = 2000;

/// Why a text is not an allowed destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryFault {
    /// Its scheme, host, port or path breaks a rule.
    Destination(DestinationFault),
    /// A query or a fragment.
    Query,
    /// A star: entries have no wildcards.
    Wildcard,
    /// A loopback or private host with a port and without a scheme, which may mean http or https.
    SchemeNeeded {
        /// Host and port, as they are written after the scheme.
        authority: String,
    },
}

impl fmt::Display for EntryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Destination(DestinationFault::Unreadable) => {
                f.write_str("Enter a host with an optional path, e.g. api.example.com/v1 or http://127.0.0.1:4000.")
            }
            Self::Destination(DestinationFault::Scheme) => {
                f.write_str("Begin with http:// for plain HTTP. Leave the scheme out for HTTPS.")
            }
            Self::Destination(fault) => fault.fmt(f),
            Self::Query => f.write_str("Remove the part after ? or #."),
            Self::Wildcard => f.write_str(
                "Remove the *. A path allows everything below it; without a path, the whole host is allowed.",
            ),
            Self::SchemeNeeded { authority } => write!(f, "Write http://{authority} or https://{authority}."),
        }
    }
}

impl std::error::Error for EntryFault {}

impl From<DestinationFault> for EntryFault {
    fn from(fault: DestinationFault) -> Self {
        Self::Destination(fault)
    }
}

/// An allowed destination in its normal form: `host[:port][/path]` for https, `http://host[:port][/path]` for http, and
/// `https://host:port[/path]` where a loopback or private host has another port than 443.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedHost(String);

impl AllowedHost {
    /// Reads an entry that a person wrote.
    pub fn parse(text: &str) -> Result<Self, EntryFault> {
        let text = text.trim();
        if text.chars().count() > MAX_URL_CHARS {
            return Err(DestinationFault::TooLong.into());
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(DestinationFault::Unreadable.into());
        }
        if text.contains(['?', '#']) {
            return Err(EntryFault::Query);
        }
        if text.contains('*') {
            return Err(EntryFault::Wildcard);
        }
        let (scheme, rest) = split_scheme(text)?;
        let authority = rest.split(['/', '\\']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(DestinationFault::UserInfo.into());
        }
        // `http:/host` is a typing error, not the host `http`.
        if authority.is_empty() || authority.ends_with(':') {
            return Err(DestinationFault::Unreadable.into());
        }
        let whole = format!("{}{rest}", if scheme == Some(false) { "http://" } else { "https://" });
        let (_, destination) = Destination::parse(&whole)?;

        if scheme.is_none() && has_port(authority) && is_private_host(destination.host()) {
            let (host, port) = (destination.host(), destination.port);
            return Err(EntryFault::SchemeNeeded {
                authority: format!("{host}:{port}"),
            });
        }
        Ok(Self::of(&destination)?)
    }

    /// The entry of an address: its origin and its path.
    ///
    /// # Errors
    /// The rule that its path breaks.
    pub fn of(destination: &Destination) -> Result<Self, DestinationFault> {
        destination.path()?;
        let entry = destination.entry();
        // Percent-encoding makes some addresses longer.
        if entry.len() > MAX_ENTRY_BYTES {
            return Err(DestinationFault::TooLong);
        }
        Ok(Self(entry))
    }

    /// The entry of the whole host of an address: its origin, with any path.
    pub fn origin_of(destination: &Destination) -> Self {
        Self(destination.origin().to_owned())
    }

    /// `true` if a request may go there: the origin is the same, and the path is the entry's or below it.
    pub fn admits(&self, destination: &Destination) -> bool {
        let Ok(path) = destination.path() else {
            return false;
        };
        let Some(prefix) = self.0.strip_prefix(destination.origin()) else {
            return false;
        };
        let below = |prefix: &str| {
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        prefix.is_empty() || (prefix.starts_with('/') && below(prefix))
    }

    /// The entry as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The entry as it is written; reading it gives the same entry.
    pub fn display(&self) -> String {
        self.0.clone()
    }

    /// The address that the entry is the prefix of; `None` for a stored text that is no entry.
    pub fn destination(&self) -> Option<Destination> {
        let (scheme, rest) = split_scheme(&self.0).ok()?;
        let whole = format!("{}{rest}", if scheme == Some(false) { "http://" } else { "https://" });
        Some(Destination::parse(&whole).ok()?.1)
    }

    /// The same as releases up to 0.1 write it; `None` where they would admit more.
    pub fn before_paths(&self) -> Option<&str> {
        let is_host = !self.0.contains('/') && !has_port(&self.0);
        is_host.then_some(self.0.as_str())
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Scheme, host and port as an entry writes them.
pub(super) fn origin(https: bool, host: &str, port: u16) -> String {
    match (https, port) {
        (false, 80) => format!("http://{host}"),
        (false, port) => format!("http://{host}:{port}"),
        (true, 443) => host.to_owned(),
        (true, port) if is_private_host(host) => format!("https://{host}:{port}"),
        (true, port) => format!("{host}:{port}"),
    }
}

/// `true` for https, `false` for http, `None` without a scheme; and the rest of the text.
fn split_scheme(text: &str) -> Result<(Option<bool>, &str), DestinationFault> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok((None, text));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok((Some(true), rest)),
        "http" => Ok((Some(false), rest)),
        // The colon belongs to the path.
        other if other.contains('/') => Ok((None, text)),
        _ => Err(DestinationFault::Scheme),
    }
}

/// `true` if a port follows the host, which may be an IPv6 address in brackets.
fn has_port(authority: &str) -> bool {
    authority.rsplit(']').next().is_some_and(|rest| rest.contains(':'))
}
