//! What a form reads out of a typed address. The server reads it once more, as a whole; this words things early.

use crate::secret_text::{KEEP_SECRETS_OUT, LOOKS_LIKE_SECRET, is_secret_in_address};

/// The longest address, in characters.
pub const MAX_ADDRESS_CHARS: usize = 2048;

/// Why a text is not an address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// Nothing is typed.
    Missing,
    /// It does not begin with `http://` or `https://`.
    Scheme,
    /// There is no host in it.
    Host,
    /// It holds a user name or a password.
    UserInfo,
    /// It holds a part that is never sent.
    Fragment,
    /// More than [`MAX_ADDRESS_CHARS`] characters.
    TooLong,
    /// Its path or query holds something that looks like a secret.
    Secret,
}

impl AddressFault {
    /// The stable code of the broken rule.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "required",
            Self::Scheme => "bad-scheme",
            Self::Host => "bad-url",
            Self::UserInfo => "user-info",
            Self::Fragment => "fragment",
            Self::TooLong => "too-long",
            Self::Secret => LOOKS_LIKE_SECRET,
        }
    }

    /// A sentence that says what to do.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Missing => "Enter the server's URL.",
            Self::Scheme => "Start the URL with https:// or http://.",
            Self::Host => "Enter the full URL, with a host name after https://.",
            Self::UserInfo => "Remove the user name and password from the URL. Use a credential instead.",
            Self::Fragment => "Remove the part after #.",
            Self::TooLong => "Use up to 2,048 characters.",
            Self::Secret => KEEP_SECRETS_OUT,
        }
    }
}

/// The host that an address leads to, as a credential's list of hosts names it: `host` for https on its own port,
/// else `host:port`.
pub fn host_of(text: &str) -> Option<String> {
    read(text).ok()
}

/// What is wrong with an address.
pub fn fault_of(text: &str) -> Option<AddressFault> {
    let fault = read(text).err();
    fault.or(is_secret_in_address(text).then_some(AddressFault::Secret))
}

/// What is wrong with an address to which paths are appended: the code of the broken rule, and what to do. What makes
/// it no address at all, and a secret in it, is told by [`fault_of`].
pub fn base_fault(text: &str) -> Option<(&'static str, &'static str)> {
    let whole = text.split('#').next().unwrap_or_default();
    (whole.contains('?') && !is_secret_in_address(whole)).then_some((
        "query",
        "Remove the part after the question mark. Put keys in a credential.",
    ))
}

/// Whether what is sent to this address could be read on the way: plain http to another machine.
pub fn is_readable_on_the_way(text: &str) -> bool {
    let plain = text
        .trim()
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    plain
        && host_of(text).is_some_and(|host| {
            let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
            !(name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.") || name == "[::1]")
        })
}

fn read(text: &str) -> Result<String, AddressFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AddressFault::Missing);
    }
    if text.chars().count() > MAX_ADDRESS_CHARS {
        return Err(AddressFault::TooLong);
    }
    let (scheme, rest) = text.split_once("://").ok_or(AddressFault::Scheme)?;
    let own_port = match scheme.to_ascii_lowercase().as_str() {
        "https" => "443",
        "http" => "80",
        _ => return Err(AddressFault::Scheme),
    };
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(AddressFault::UserInfo);
    }
    let (host, port) = split_port(authority).ok_or(AddressFault::Host)?;
    if host.is_empty() || host.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(AddressFault::Host);
    }
    if rest.contains('#') {
        return Err(AddressFault::Fragment);
    }
    let host = host.trim_end_matches('.').to_lowercase();
    Ok(match port.unwrap_or(own_port) {
        "443" if own_port == "443" => host,
        port => format!("{host}:{port}"),
    })
}

/// The host and the port, if one is written. The colons inside brackets belong to the host.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    let after_bracket = authority.rfind(']').map_or(0, |end| end + 1);
    let Some(colon) = authority[after_bracket..].rfind(':').map(|at| at + after_bracket) else {
        return Some((authority, None));
    };
    let (host, port) = (&authority[..colon], &authority[colon + 1..]);
    if port.is_empty() {
        return Some((host, None));
    }
    port.parse::<u16>().ok()?;
    Some((host, Some(port)))
}

#[cfg(test)]
mod tests {
    use super::{AddressFault, base_fault, fault_of, host_of, is_readable_on_the_way};

    #[test]
    fn a_host_is_named_as_the_server_names_it() {
        for (text, host) in [
            ("https://MCP.Example.com./mcp", "mcp.example.com"),
            ("https://mcp.example.com:443", "mcp.example.com"),
            ("https://mcp.example.com:8443/mcp?x=1", "mcp.example.com:8443"),
            ("http://mcp.example.com/", "mcp.example.com:80"),
            (" http://127.0.0.1:4000/mcp ", "127.0.0.1:4000"),
            ("http://[::1]:81/", "[::1]:81"),
            ("https://[::1]/", "[::1]"),
            ("https://a.example\\@b.example/", "a.example"),
        ] {
            assert_eq!(host_of(text).as_deref(), Some(host), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, fault) in [
            ("", AddressFault::Missing),
            ("mcp.example.com", AddressFault::Scheme),
            ("ftp://mcp.example.com", AddressFault::Scheme),
            ("https://", AddressFault::Host),
            ("https://mcp.example.com:port/", AddressFault::Host),
            ("https://user:word@mcp.example.com/", AddressFault::UserInfo),
            ("https://mcp.example.com/#part", AddressFault::Fragment),
            // A marked canary, made up here.
            ("https://mcp.example.com/mcp?api_key=canary", AddressFault::Secret),
        ] {
            assert_eq!(fault_of(text), Some(fault), "{text}");
        }
        let long = format!("https://mcp.example.com/{}", "x".repeat(super::MAX_ADDRESS_CHARS));
        assert_eq!(fault_of(&long), Some(AddressFault::TooLong));
    }

    #[test]
    fn a_path_is_appended_to_an_address_without_a_query_and_without_a_key() {
        for text in ["https://models.example.com/openai/v1/", "http://[::1]:4000"] {
            assert_eq!((base_fault(text), fault_of(text)), (None, None), "{text}");
        }
        for text in ["https://models.example.com/v1?x=1", "https://models.example.com?"] {
            assert_eq!(base_fault(text).map(|(code, _)| code), Some("query"), "{text}");
            assert_eq!(fault_of(text), None, "{text}");
        }
        // Marked canaries, made up here. Each has one fault.
        for text in [
            "https://models.example.com/v1?key=canary",
            " https://models.example.com/sk-canary00000000000000/v1 ",
            "https://models.example.com\\sk-canary00000000000000",
        ] {
            assert_eq!(
                (base_fault(text), fault_of(text)),
                (None, Some(AddressFault::Secret)),
                "{text}"
            );
        }
        assert!(!AddressFault::Secret.detail().contains("canary"));
    }

    #[test]
    fn only_plain_http_to_another_machine_can_be_read_on_the_way() {
        assert!(is_readable_on_the_way("http://mcp.example.com/mcp"));
        assert!(!is_readable_on_the_way("https://mcp.example.com/mcp"));
        assert!(!is_readable_on_the_way("http://localhost:4000/mcp"));
        assert!(!is_readable_on_the_way("http://127.0.0.1:4000/mcp"));
        assert!(!is_readable_on_the_way("http://[::1]:4000/mcp"));
    }
}
