//! The address of a dialog: one pair of the query string, `?dialog=add` or `?edit=ID`.

use leptos_router::params::ParamsMap;

use crate::ui::query_string::query_string;

/// Which dialog the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogAddress {
    /// The name of the pair: `dialog`, `edit`, `delete`.
    pub key: String,
    /// Its content: `add`, or an id.
    pub value: String,
}

impl DialogAddress {
    /// The dialog of a key and a content.
    pub fn new(key: &str, value: impl ToString) -> Self {
        Self {
            key: key.to_owned(),
            value: value.to_string(),
        }
    }

    /// `?dialog=add`.
    pub fn add() -> Self {
        Self::new("dialog", "add")
    }

    /// The first of the keys that is in a query.
    pub fn find(query: &ParamsMap, keys: &[&str]) -> Option<Self> {
        keys.iter().find_map(|key| {
            let value = query.get_str(key).filter(|value| !value.is_empty())?;
            Some(Self::new(key, value))
        })
    }

    /// Whether a query asks for any dialog.
    pub fn is_in(query: &ParamsMap) -> bool {
        Self::find(query, KEYS).is_some()
    }

    /// The dialogs that send a credential as soon as they open: the server opens none of them for a link on another site.
    pub const USING: [&'static str; 2] = ["tools", "test"];

    /// Whether this is the dialog of a key.
    pub fn is(&self, key: &str) -> bool {
        self.key == key
    }
}

/// The pairs that belong to dialogs, on any page: they replace each other.
const KEYS: &[&str] = &[
    "dialog", "edit", "rename", "delete", "hosts", "tools", "test", "link", "switch",
];

/// A query that keeps what the page has (search, sort, page) and opens another dialog, or none.
pub fn href_with_dialog(path: &str, query: &ParamsMap, dialog: Option<&DialogAddress>) -> String {
    let mut kept = query.clone();
    for key in KEYS {
        kept.remove(key);
    }
    if let Some(dialog) = dialog {
        kept.insert(dialog.key.clone(), dialog.value.clone());
    }
    format!("{path}{}", query_string(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> ParamsMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_address_is_found_by_its_key() {
        let found = DialogAddress::find(&query(&[("search", "a"), ("edit", "7")]), &["dialog", "edit"]);
        assert_eq!(found, Some(DialogAddress::new("edit", 7)));
        assert_eq!(DialogAddress::find(&query(&[("edit", "")]), &["edit"]), None);
    }

    #[test]
    fn the_dialogs_that_use_credentials_are_dialogs() {
        assert!(DialogAddress::USING.iter().all(|key| KEYS.contains(key)));
    }

    #[test]
    fn a_dialog_keeps_the_list_and_replaces_another_dialog() {
        let here = query(&[("search", "a"), ("edit", "7")]);
        assert_eq!(
            href_with_dialog("/credentials", &here, Some(&DialogAddress::add())),
            "/credentials?search=a&dialog=add"
        );
        assert_eq!(href_with_dialog("/credentials", &here, None), "/credentials?search=a");
        assert_eq!(
            href_with_dialog("/credentials", &query(&[("edit", "7")]), None),
            "/credentials"
        );
    }
}
