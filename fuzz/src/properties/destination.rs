//! Destinations: one spelling for each, and an entry admits no other host or port.

use server::destination::{AllowedHost, Destination};
use url::Url;

/// Reads two addresses, one a line: the first makes the entry, the second asks to be admitted.
///
/// # Panics
/// Where the spelling of an entry is not stable, or an entry admits another destination.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (entry, asked) = text.split_once('\n').unwrap_or((text, text));
    let Ok((url, destination)) = Destination::parse(entry) else {
        return;
    };
    let allowed = AllowedHost::of(&destination);
    assert!(allowed.admits(&destination), "an entry admits its own destination");
    let again = AllowedHost::parse(allowed.as_str());
    assert!(
        again.as_ref() == Ok(&allowed),
        "the spelling of an entry reads as that entry"
    );
    if let Ok((other_url, other)) = Destination::parse(asked)
        && allowed.admits(&other)
    {
        assert_eq!(
            endpoint(&url),
            endpoint(&other_url),
            "an entry admits its own host and port"
        );
    }
}

fn endpoint(url: &Url) -> (Option<String>, Option<u16>) {
    let destination = Destination::from_url(url).ok();
    (destination.map(|it| it.host().to_owned()), url.port_or_known_default())
}
