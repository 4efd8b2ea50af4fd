//! Addresses, spelled alike by the server and the browser: what the one renders is what the other expects.

use leptos_router::params::ParamsMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but what is never escaped in an address (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The query of an address with its `?`; nothing where there are no pairs.
pub fn query_string(pairs: ParamsMap) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.extend(utf8_percent_encode(&name, ESCAPED));
        text.push('=');
        text.extend(utf8_percent_encode(&value, ESCAPED));
    }
    text
}

#[cfg(test)]
mod tests {
    use leptos_router::params::ParamsMap;

    use super::query_string;

    #[test]
    fn only_what_must_be_is_escaped() {
        let pairs: ParamsMap = [("search", "a b&é".to_owned()), ("sort", "-created_at".to_owned())]
            .into_iter()
            .collect();
        assert_eq!(query_string(pairs), "?search=a%20b%26%C3%A9&sort=-created_at");
        assert_eq!(query_string(ParamsMap::new()), "");
    }
}
