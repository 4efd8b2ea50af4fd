//! Which part of a name was searched for.

/// A name in three parts, the middle one being what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub before: String,
    pub found: String,
    pub after: String,
}

/// Splits a name at the first place where the search stands in it, in capitals or not. Where the server found it by
/// another spelling (or by id), nothing is marked.
pub(super) fn split(name: &str, search: &str) -> Parts {
    let wanted: Vec<char> = search.trim().chars().flat_map(char::to_lowercase).collect();
    let found = name
        .char_indices()
        .filter(|_| !wanted.is_empty())
        .find_map(|(start, _)| Some(start..start + found_length(&name[start..], &wanted)?));
    let range = found.unwrap_or(name.len()..name.len());
    Parts {
        before: name[..range.start].to_owned(),
        found: name[range.clone()].to_owned(),
        after: name[range.end..].to_owned(),
    }
}

/// How many bytes of a text spell what is wanted; nothing where it begins otherwise.
fn found_length(text: &str, wanted: &[char]) -> Option<usize> {
    let mut rest = wanted.iter();
    let mut length = 0;
    for letter in text.chars() {
        if rest.len() == 0 {
            break;
        }
        for part in letter.to_lowercase() {
            if rest.next() != Some(&part) {
                return None;
            }
        }
        length += letter.len_utf8();
    }
    (rest.len() == 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::split;

    fn marked(name: &str, search: &str) -> String {
        let parts = split(name, search);
        format!("{}[{}]{}", parts.before, parts.found, parts.after)
    }

    #[test]
    fn the_first_match_is_marked_in_capitals_or_not() {
        assert_eq!(marked("MCP_CRM_TOKEN", "crm"), "MCP_[CRM]_TOKEN");
        assert_eq!(marked("MCP_MCP", " mcp "), "[MCP]_MCP");
        assert_eq!(marked("Élan_KEY", "éL"), "[Él]an_KEY");
        assert_eq!(marked("aab", "ab"), "a[ab]");
    }

    #[test]
    fn nothing_is_marked_without_a_match() {
        assert_eq!(marked("CRM", ""), "CRM[]");
        assert_eq!(marked("CRM", "CRMX"), "CRM[]");
        assert_eq!(marked("İ", "i"), "İ[]");
    }
}
