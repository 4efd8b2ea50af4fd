//! Long names in small places.

/// At most so many characters: the middle of a longer text becomes an ellipsis, since names differ at
/// both ends.
pub fn shorten_middle(text: &str, at_most: usize) -> String {
    let count = text.chars().count();
    if count <= at_most {
        return text.to_owned();
    }
    let kept = at_most.saturating_sub(1);
    let tail = kept / 3;
    let head = kept - tail;
    text.chars()
        .take(head)
        .chain(['\u{2026}'])
        .chain(text.chars().skip(count - tail))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::shorten_middle;

    #[test]
    fn both_ends_of_a_long_name_stay() {
        assert_eq!(shorten_middle("short", 8), "short");
        assert_eq!(shorten_middle("ABCDEFGHIJKLMNOP", 10), "ABCDEF\u{2026}NOP");
        assert_eq!(shorten_middle(&"é".repeat(200), 64).chars().count(), 64);
    }
}
