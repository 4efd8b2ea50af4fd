//! Destinations in the audit trail: scheme, host, port and path; segments that look like secrets are masked.

use std::fmt::Write as _;

use percent_encoding::percent_decode_str;

use super::Destination;

/// The longest address of the trail, in bytes.
pub const MAX_AUDITED_BYTES: usize = 256;
/// Replaces a segment that looks like a secret, and the end of a long address.
const HIDDEN: &str = "…";
/// A run of letters and digits of this length is long enough for a key.
const KEY_CHARS: usize = 20;

impl Destination {
    /// The address for the trail: no query, segments that look like secrets as `…`, at most [`MAX_AUDITED_BYTES`].
    pub fn audited(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        let mut text = format!("{scheme}://{}", self.host);
        if self.port != if self.https { 443 } else { 80 } {
            let _ = write!(text, ":{}", self.port);
        }
        // No part of a path that breaks the rules has a meaning that servers agree on.
        let path = self.path().unwrap_or("/…");
        for (index, segment) in path.split('/').enumerate() {
            if index > 0 {
                text.push('/');
            }
            text.push_str(if is_secret(segment) { HIDDEN } else { segment });
        }
        shorten(text)
    }
}

/// `true` if a path segment looks like a secret: by the rule for stored addresses, or by a long word of digits and letters
/// in it. That rule permits hexadecimal ids, such as those of accounts and commits; the trail hides them.
fn is_secret(segment: &str) -> bool {
    let text = percent_decode_str(segment).decode_utf8_lossy();
    contract::secret_text::is_secret_in_address(&format!("/{segment}"))
        || text.split(['-', '_', '.', ':', '~', '=', ' ']).any(is_random)
}

/// `true` if a word is long and mixes letters and digits, as no word of a language does.
fn is_random(word: &str) -> bool {
    let changes = word
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    word.len() >= KEY_CHARS && changes >= 3
}

fn shorten(mut text: String) -> String {
    if text.len() > MAX_AUDITED_BYTES {
        text.truncate(text.floor_char_boundary(MAX_AUDITED_BYTES - HIDDEN.len()));
        text.push_str(HIDDEN);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::MAX_AUDITED_BYTES;
    use crate::destination::Destination;

    fn audited(url: &str) -> String {
        Destination::parse(url).unwrap().1.audited()
    }

    #[test]
    fn the_address_has_scheme_host_port_and_path_and_no_query() {
        for (url, shown) in [
            (
                "https://Gateway.example/tenant-a/mcp?key=canary",
                "https://gateway.example/tenant-a/mcp",
            ),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/"),
            ("https://a.example:8443/v1/", "https://a.example:8443/v1/"),
            ("https://a.example/x/../y", "https://a.example/…"),
        ] {
            assert_eq!(audited(url), shown);
        }
    }

    #[test]
    fn segments_that_look_like_secrets_are_hidden() {
        // Marked canaries, made up here.
        for segment in [
            "sk-canary00000000000000",
            "eyJhbGciOiJIUzI1NiJ9.Y2FuYXJ5.c2lnbmF0dXJl",
            "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c",
            "s_9f8a7c6b5d4e3f2a1b0c9d8e",
            "%73k-canary00000000000000",
            "mcp;key=canary",
            "Zm9v_3kQ9xL-2mB7yT4wR8nV1cX6zP0s_H5jG",
        ] {
            assert_eq!(
                audited(&format!("https://a.example/x/{segment}/mcp")),
                "https://a.example/x/…/mcp",
                "{segment}"
            );
        }
        for segment in [
            "gemini-2.5-flash-preview-09-2025:generateContent",
            "internationalization2025",
            "0198c0de-0000-7000-8000-000000000001",
            "tenant-mallory",
        ] {
            let url = format!("https://a.example/{segment}");
            assert_eq!(audited(&url), url);
        }
    }

    #[test]
    fn long_addresses_are_cut() {
        let shown = audited(&format!("https://a.example/{}", "x/é/".repeat(300)));
        assert!(shown.len() <= MAX_AUDITED_BYTES && shown.ends_with('…'), "{shown}");
    }
}
