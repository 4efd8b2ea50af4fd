//! The route that lists what a field offers.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A path below the API's prefix, with the values of other fields in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(String),
}

impl Route {
    /// Reads `/mcp-servers/{server_id}/tools`.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if !text.starts_with('/') || text.starts_with("//") {
            return Err("`route` must be a path below /api/v1 that begins with a single slash.");
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("`route` has an unclosed brace.")?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Field(name.to_owned()));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The names of the fields in it.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Field(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The path, once all its fields have a value.
    pub fn path(&self, value_of: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut path = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => path.push_str(text),
                Part::Field(name) => {
                    let value = value_of(name).filter(|value| !value.is_empty())?;
                    path.extend(utf8_percent_encode(&value, NON_ALPHANUMERIC));
                }
            }
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn a_path_waits_for_its_fields_and_quotes_them() {
        let route = Route::parse("/mcp-servers/{server_id}/tools").unwrap();
        assert_eq!(route.fields().collect::<Vec<_>>(), ["server_id"]);
        assert_eq!(route.path(|_| None), None);
        assert_eq!(route.path(|_| Some(String::new())), None);
        let path = route.path(|_| Some("a/../b".to_owned()));
        assert_eq!(path.as_deref(), Some("/mcp-servers/a%2F%2E%2E%2Fb/tools"));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["mcp-servers", "//other.example", "/a/{b", ""] {
            assert!(Route::parse(text).is_err(), "{text}");
        }
    }
}
