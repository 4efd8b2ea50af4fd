//! Destinations: one spelling for each, and an entry admits no other scheme, host or port, and no path outside its own.

use server::destination::{AllowedHost, Destination};

/// Reads two addresses, one a line: the first makes the entry, the second asks to be admitted.
///
/// # Panics
/// If the spelling of an entry is not stable, or an entry admits another destination.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (entry, asked) = text.split_once('\n').unwrap_or((text, text));
    if let Ok(written) = AllowedHost::parse(entry) {
        check_spelling(&written);
    }
    let Ok((_, destination)) = Destination::parse(entry) else {
        return;
    };
    let whole = AllowedHost::origin_of(&destination);
    check_spelling(&whole);
    let Ok(allowed) = AllowedHost::of(&destination) else {
        return;
    };
    assert!(allowed.admits(&destination), "an entry admits its own destination");
    assert!(whole.admits(&destination), "an origin admits every path of it");
    check_spelling(&allowed);
    if let Ok((_, other)) = Destination::parse(asked)
        && allowed.admits(&other)
    {
        assert_eq!(
            destination.origin(),
            other.origin(),
            "an entry admits its own scheme, host and port"
        );
        assert!(
            is_below(&destination, &other),
            "an entry admits its own path and what is below it"
        );
    }
}

fn check_spelling(entry: &AllowedHost) {
    let again = AllowedHost::parse(entry.as_str());
    assert!(
        again.as_ref() == Ok(entry),
        "the spelling of an entry reads as that entry"
    );
}

fn is_below(entry: &Destination, asked: &Destination) -> bool {
    let (Ok(prefix), Ok(path)) = (entry.path(), asked.path()) else {
        return false;
    };
    let prefix: Vec<&str> = prefix.trim_end_matches('/').split('/').collect();
    let segments: Vec<&str> = path.split('/').collect();
    let leaves = segments.iter().any(|segment| *segment == "." || *segment == "..");
    segments.starts_with(&prefix) && !leaves
}
