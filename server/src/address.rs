//! Addresses that are stored with a record: of MCP servers and of model bindings. The path and the query of one are
//! readable for everybody who may read the record, so a new one must not look like a secret.

use std::fmt;

use contract::secret_text::{KEEP_SECRETS_OUT, LOOKS_LIKE_SECRET, is_secret_id, is_secret_in_address};
use url::Url;

use crate::destination::{Destination, DestinationFault};
use crate::http::ApiError;

/// Replaces a part that is not shown.
const HIDDEN: &str = "…";

/// An address that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub url: Url,
    /// Destination of its requests.
    pub destination: Destination,
}

/// Fault of an entered address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnterFault {
    /// No request can go there.
    Destination(DestinationFault),
    /// Its path or query looks like a secret.
    Secret,
}

impl EnterFault {
    /// The stable code of the broken rule.
    pub fn code(self) -> &'static str {
        match self {
            Self::Destination(fault) => fault.code(),
            Self::Secret => LOOKS_LIKE_SECRET,
        }
    }
}

impl fmt::Display for EnterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Destination(fault) => fault.fmt(f),
            Self::Secret => f.write_str(KEEP_SECRETS_OUT),
        }
    }
}

impl DestinationFault {
    /// The 422 error at the field with the address.
    pub fn at(self, pointer: &str) -> ApiError {
        ApiError::field(pointer, self.code(), &self.to_string())
    }
}

impl Address {
    /// Reads an address that is to be stored.
    ///
    /// # Errors
    /// The first rule that it breaks. The text is not repeated in the error.
    pub fn enter(text: &str) -> Result<Self, EnterFault> {
        let address = Self::stored(text).map_err(EnterFault::Destination)?;
        // As it was typed and as it is sent: parsing removes escapes and dots.
        if is_secret_in_address(text) || is_secret_in_address(address.url.as_str()) {
            return Err(EnterFault::Secret);
        }
        Ok(address)
    }

    /// Refuses a path that no secret is sent to.
    ///
    /// # Errors
    /// 422 at `/url`.
    pub fn check_path(&self) -> Result<(), ApiError> {
        self.destination.path().map(drop).map_err(|fault| fault.at("/url"))
    }

    /// Reads an address from the database. One that was stored before the rule about secrets keeps working.
    ///
    /// # Errors
    /// Where no request can go there.
    pub fn stored(text: &str) -> Result<Self, DestinationFault> {
        let (url, destination) = Destination::parse(text)?;
        Ok(Self { url, destination })
    }
}

/// A stored address for readers who may not change the record: only the origin of one that looks like a secret.
pub fn shown_address(text: String) -> String {
    if !is_secret_in_address(&text) {
        return text;
    }
    Url::parse(&text).map_or_else(
        |_| HIDDEN.to_owned(),
        |url| format!("{}/{HIDDEN}", url.origin().ascii_serialization()),
    )
}

/// An allowed destination for such readers, and in errors.
pub fn shown_entry(entry: String) -> String {
    if !is_secret_in_address(&entry) {
        return entry;
    }
    let authority = entry.find("://").map_or(0, |at| at + "://".len());
    let origin = entry[authority..].find('/').map_or(entry.len(), |at| authority + at);
    format!("{}/{HIDDEN}", &entry[..origin])
}

/// A stored id or argument for such readers.
pub fn shown_id(text: String) -> String {
    if is_secret_id(&text) { HIDDEN.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{Address, EnterFault, shown_address, shown_entry, shown_id};
    use crate::destination::DestinationFault;

    #[test]
    fn an_address_with_a_secret_is_read_from_the_database_and_not_entered() {
        // Marked canaries, made up here.
        for text in [
            "https://mcp.example.com/mcp?api_key=canary",
            "https://mcp.example.com/a/../sk-canary00000000000000/mcp",
            "https://mcp.example.com/%73k-canary00000000000000/mcp",
            "https://mcp.example.com\\sk-canary00000000000000",
        ] {
            assert_eq!(Address::enter(text), Err(EnterFault::Secret), "{text}");
            assert!(Address::stored(text).is_ok(), "{text}");
            assert_eq!(shown_address(text.to_owned()), "https://mcp.example.com/…", "{text}");
        }
        assert_eq!(
            Address::enter("https://user:canary@mcp.example.com/"),
            Err(EnterFault::Destination(DestinationFault::UserInfo))
        );
        let plain = "https://mcp.example.com:8443/mcp?region=eu";
        assert_eq!(Address::enter(plain).unwrap().url.as_str(), plain);
        assert_eq!(shown_address(plain.to_owned()), plain);
        for (entry, shown) in [
            ("mcp.example.com/sk-canary00000000000000", "mcp.example.com/…"),
            (
                "http://127.0.0.1:4000/a/sk-canary00000000000000/mcp",
                "http://127.0.0.1:4000/…",
            ),
            ("[::1]:4000/token=canary", "[::1]:4000/…"),
            ("mcp.example.com/mcp", "mcp.example.com/mcp"),
            ("mcp.example.com", "mcp.example.com"),
        ] {
            assert_eq!(shown_entry(entry.to_owned()), shown);
        }
        assert_eq!(shown_id("sk-canary00000000000000".to_owned()), "…");
        assert_eq!(shown_id("gpt-5.2-2026-01-01".to_owned()), "gpt-5.2-2026-01-01");
    }
}
