//! What stands in the form, and what is sent of it.

use super::address::{AddressFault, fault_of};
use crate::api::Patch;
use crate::credentials::CredentialId;
use crate::mcp_servers::{CreateMcpServer, McpServer, TestMcpServer, Transport, UpdateMcpServer};
use crate::names::{NameFault, parse_name};

/// The content of the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub name: String,
    pub url: String,
    pub credential_id: Option<CredentialId>,
}

/// What a test depends on: when it changes, the test says nothing about the form any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tested {
    pub url: String,
    pub credential_id: Option<CredentialId>,
}

impl Draft {
    /// A saved server.
    pub(super) fn of(server: &McpServer) -> Self {
        Self {
            name: server.name.clone(),
            url: server.url.clone(),
            credential_id: server.credential_id,
        }
    }

    /// What is wrong with the name.
    pub(super) fn name_fault(&self) -> Option<NameFault> {
        parse_name(&self.name).err()
    }

    /// What is wrong with the address.
    pub(super) fn url_fault(&self) -> Option<AddressFault> {
        fault_of(&self.url)
    }

    /// What a test of it depends on.
    pub(super) fn tested(&self) -> Tested {
        Tested {
            url: self.url.trim().to_owned(),
            credential_id: self.credential_id,
        }
    }

    /// The body that stores it.
    pub(super) fn create(&self, allow_host: bool) -> CreateMcpServer {
        CreateMcpServer {
            name: self.name.trim().to_owned(),
            enabled: true,
            transport: Transport::Http,
            url: self.url.trim().to_owned(),
            credential_id: self.credential_id,
            allow_host,
        }
    }

    /// The body that changes a saved server into it: only what differs, so that a field which cannot be
    /// saved any more, such as a deleted credential, does not stand in the way of the others.
    pub(super) fn update(&self, before: &McpServer, allow_host: bool) -> UpdateMcpServer {
        let before = Self::of(before);
        UpdateMcpServer {
            name: changed(self.name.trim() != before.name, || self.name.trim().to_owned()),
            enabled: Patch::Absent,
            transport: Patch::Absent,
            url: changed(self.url.trim() != before.url, || self.url.trim().to_owned()),
            credential_id: self.credential_change(&before),
            allow_host,
        }
    }

    /// Somebody else saved the server meanwhile: what was changed here stays, everything else is as they left it.
    pub(super) fn on_top_of(&self, before: &McpServer, theirs: &McpServer) -> Self {
        let (before, theirs) = (Self::of(before), Self::of(theirs));
        let mine = |changed: bool, mine: &str, theirs: String| if changed { mine.to_owned() } else { theirs };
        Self {
            name: mine(self.name.trim() != before.name, &self.name, theirs.name),
            url: mine(self.url.trim() != before.url, &self.url, theirs.url),
            credential_id: if self.credential_id == before.credential_id {
                theirs.credential_id
            } else {
                self.credential_id
            },
        }
    }

    /// The body that tests it.
    pub(super) fn test(&self, before: Option<&McpServer>, allow_host: bool) -> TestMcpServer {
        match before {
            None => TestMcpServer {
                url: Patch::Set(self.url.trim().to_owned()),
                credential_id: self.credential_id.map_or(Patch::Null, Patch::Set),
                allow_host,
                ..TestMcpServer::default()
            },
            Some(server) => {
                let before = Self::of(server);
                TestMcpServer {
                    id: Some(server.id),
                    url: changed(self.url.trim() != before.url, || self.url.trim().to_owned()),
                    credential_id: self.credential_change(&before),
                    allow_host,
                    ..TestMcpServer::default()
                }
            }
        }
    }

    fn credential_change(&self, before: &Self) -> Patch<CredentialId> {
        match (self.credential_id, before.credential_id) {
            (now, before) if now == before => Patch::Absent,
            (None, _) => Patch::Null,
            (Some(id), _) => Patch::Set(id),
        }
    }
}

fn changed<T>(differs: bool, content: impl FnOnce() -> T) -> Patch<T> {
    if differs { Patch::Set(content()) } else { Patch::Absent }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use uuid::Uuid;

    use super::Draft;
    use crate::accounts::{Owner, UserId};
    use crate::api::Patch;
    use crate::credentials::CredentialId;
    use crate::mcp_servers::{McpServer, McpServerId, Transport};

    fn saved() -> McpServer {
        let day = Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, 0).single().expect("a date");
        McpServer {
            id: McpServerId(Uuid::from_u128(7)),
            name: "CRM".to_owned(),
            enabled: true,
            transport: Transport::Http,
            url: "https://mcp.example.com/mcp".to_owned(),
            credential_id: Some(CredentialId(Uuid::from_u128(8))),
            credential: None,
            owner: Owner {
                id: UserId(Uuid::from_u128(1)),
                name: "admin".to_owned(),
            },
            revision: 3,
            created_at: day,
            updated_at: day,
        }
    }

    #[test]
    fn only_what_differs_is_sent() {
        let draft = Draft {
            name: " CRM 2 ".to_owned(),
            ..Draft::of(&saved())
        };
        let update = draft.update(&saved(), false);
        assert_eq!(update.name, Patch::Set("CRM 2".to_owned()));
        assert!(update.url.is_absent() && update.enabled.is_absent() && update.credential_id.is_absent());
    }

    #[test]
    fn what_others_changed_is_taken_over_and_what_was_typed_stays() {
        let theirs = McpServer {
            name: "Sales".to_owned(),
            url: "https://sales.example.com/mcp".to_owned(),
            ..saved()
        };
        let draft = Draft {
            url: "https://mine.example.com/mcp".to_owned(),
            ..Draft::of(&saved())
        };
        let merged = draft.on_top_of(&saved(), &theirs);
        assert_eq!(
            (merged.name.as_str(), merged.url.as_str()),
            ("Sales", "https://mine.example.com/mcp")
        );
    }

    #[test]
    fn an_emptied_credential_is_cleared_and_a_new_one_is_set() {
        let mut draft = Draft {
            credential_id: None,
            ..Draft::of(&saved())
        };
        assert_eq!(draft.update(&saved(), false).credential_id, Patch::Null);
        let other = CredentialId(Uuid::from_u128(9));
        draft.credential_id = Some(other);
        assert_eq!(draft.update(&saved(), true).credential_id, Patch::Set(other));
    }

    #[test]
    fn a_test_of_something_new_needs_no_name() {
        let draft = Draft {
            url: " https://mcp.example.com/mcp ".to_owned(),
            ..Draft::default()
        };
        let body = draft.test(None, false);
        assert_eq!(body.url, Patch::Set("https://mcp.example.com/mcp".to_owned()));
        assert!(body.name.is_absent() && body.id.is_none());
        assert_eq!(body.credential_id, Patch::Null);
    }

    #[test]
    fn a_test_of_a_saved_server_names_it_and_sends_the_changes() {
        let server = saved();
        let body = Draft::of(&server).test(Some(&server), false);
        assert_eq!(body.id, Some(server.id));
        assert!(body.url.is_absent() && body.credential_id.is_absent());
    }

    #[test]
    fn a_test_does_not_depend_on_the_name() {
        let draft = Draft::of(&saved());
        let renamed = Draft {
            name: "other".to_owned(),
            ..draft.clone()
        };
        assert_eq!(draft.tested(), renamed.tested());
    }
}
