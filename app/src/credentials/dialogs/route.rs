//! Which dialog an address asks for.

use contract::credentials::CredentialId;

use crate::ui::DialogAddress;

/// What is done with an existing credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Name and value.
    Edit,
    Rename,
    Hosts,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogRoute {
    Add,
    /// One about an existing credential.
    Of(Kind, CredentialId),
}

impl DialogRoute {
    /// Reads an address; one that names nothing opens nothing.
    pub fn read(address: &DialogAddress) -> Option<Self> {
        let kind = match address.key.as_str() {
            "dialog" => return (address.value == "add").then_some(Self::Add),
            "edit" => Kind::Edit,
            "rename" => Kind::Rename,
            "hosts" => Kind::Hosts,
            "delete" => Kind::Delete,
            _ => return None,
        };
        Some(Self::Of(kind, address.value.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{DialogRoute, Kind};
    use crate::ui::DialogAddress;

    #[test]
    fn an_address_without_an_id_opens_nothing() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let read = |key, value: &str| DialogRoute::read(&DialogAddress::new(key, value));
        assert_eq!(read("dialog", "add"), Some(DialogRoute::Add));
        assert_eq!(read("dialog", "else"), None);
        assert_eq!(read("edit", "7"), None);
        assert_eq!(read("search", id), None);
        assert_eq!(
            read("delete", id),
            id.parse().ok().map(|id| DialogRoute::Of(Kind::Delete, id))
        );
    }
}
