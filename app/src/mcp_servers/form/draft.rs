//! What stands in the form, and what is sent of it.

use contract::address::{AddressFault, fault_of};
use contract::api::Patch;
use contract::credentials::CredentialId;
use contract::mcp_servers::{McpServer, McpServerInput, Transport};
use contract::names::{NameFault, parse_name};

/// The content of the form. What belongs to the other transport may stand in it, too, and is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub name: String,
    pub transport: Transport,
    pub url: String,
    pub credential_id: Option<CredentialId>,
    pub command: String,
    /// One argument a line.
    pub args: String,
    pub cwd: String,
    pub env_names: Vec<String>,
}

/// Consent to the destination of the form.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allow {
    /// Adds it to the credential's allowed destinations.
    pub host: bool,
    /// The added destination is the whole host.
    pub whole_host: bool,
}

/// What a test depends on: when it changes, the test says nothing about the form any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tested(Box<Draft>);

impl Draft {
    pub(super) fn of(server: &McpServer) -> Self {
        Self {
            name: server.name.clone(),
            transport: server.transport,
            url: server.url.clone().unwrap_or_default(),
            credential_id: server.credential_id,
            command: server.command.clone().unwrap_or_default(),
            args: server.args.join("\n"),
            cwd: server.cwd.clone().unwrap_or_default(),
            env_names: server.env_names.clone(),
        }
    }

    /// Whether it is about a program.
    pub(super) fn is_program(&self) -> bool {
        self.transport == Transport::Stdio
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
        Tested(Box::new(Self {
            name: String::new(),
            ..self.normal()
        }))
    }

    /// As the server would keep it: trimmed, and without what belongs to the other transport.
    pub(super) fn normal(&self) -> Self {
        let common = Self {
            name: self.name.trim().to_owned(),
            transport: self.transport,
            ..Self::default()
        };
        if self.is_program() {
            Self {
                command: self.command.clone(),
                args: self.arguments().join("\n"),
                cwd: self.cwd.trim().to_owned(),
                env_names: self.env_names.clone(),
                ..common
            }
        } else {
            Self {
                url: self.url.trim().to_owned(),
                credential_id: self.credential_id,
                ..common
            }
        }
    }

    fn arguments(&self) -> Vec<String> {
        let lines = self.args.lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// The body that stores it.
    pub(super) fn create(&self, allow: Allow) -> McpServerInput {
        self.changes(&Self::default(), allow)
    }

    /// The body that changes a saved server into it: only what differs, so that a field which cannot be
    /// saved any more, such as a deleted credential, does not stand in the way of the others.
    pub(super) fn update(&self, before: &McpServer, allow: Allow) -> McpServerInput {
        self.changes(&Self::of(before), allow)
    }

    /// The body that tests it.
    pub(super) fn test(&self, before: Option<&McpServer>, allow: Allow) -> McpServerInput {
        let begun = before.map(Self::of).unwrap_or_default();
        McpServerInput {
            id: before.map(|before| before.id),
            name: Patch::Absent,
            ..self.changes(&begun, allow)
        }
    }

    fn changes(&self, before: &Self, allow: Allow) -> McpServerInput {
        let (now, old) = (self.normal(), before.normal());
        let text = |now: &str, old: &str| match now {
            now if now == old => Patch::Absent,
            "" => Patch::Null,
            now => Patch::Set(now.to_owned()),
        };
        let own = |belongs: bool, patch: Patch<String>| if belongs { patch } else { Patch::Absent };
        let program = now.is_program();
        McpServerInput {
            name: text(&now.name, &old.name),
            transport: changed(now.transport != old.transport, || now.transport),
            url: own(!program, text(&now.url, &old.url)),
            credential_id: match (now.credential_id, old.credential_id) {
                (now, old) if program || now == old => Patch::Absent,
                (None, _) => Patch::Null,
                (Some(id), _) => Patch::Set(id),
            },
            allow_host: allow.host && !program,
            whole_host: allow.whole_host && !program,
            command: own(program, text(&now.command, &old.command)),
            args: changed(program && now.args != old.args, || now.arguments()),
            cwd: own(program, text(&now.cwd, &old.cwd)),
            env_names: changed(program && now.env_names != old.env_names, || now.env_names.clone()),
            ..McpServerInput::default()
        }
    }

    /// Somebody else saved the server meanwhile: what was changed here stays, everything else is as they left it.
    pub(super) fn on_top_of(&self, before: &McpServer, theirs: &McpServer) -> Self {
        fn pick<T: Clone + PartialEq>(mine: &T, before: &T, theirs: T) -> T {
            if mine == before { theirs } else { mine.clone() }
        }
        let (before, theirs) = (Self::of(before), Self::of(theirs));
        Self {
            name: pick(&self.name, &before.name, theirs.name),
            transport: pick(&self.transport, &before.transport, theirs.transport),
            url: pick(&self.url, &before.url, theirs.url),
            credential_id: pick(&self.credential_id, &before.credential_id, theirs.credential_id),
            command: pick(&self.command, &before.command, theirs.command),
            args: pick(&self.args, &before.args, theirs.args),
            cwd: pick(&self.cwd, &before.cwd, theirs.cwd),
            env_names: pick(&self.env_names, &before.env_names, theirs.env_names),
        }
    }
}

fn changed<T>(differs: bool, content: impl FnOnce() -> T) -> Patch<T> {
    if differs { Patch::Set(content()) } else { Patch::Absent }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use contract::accounts::{Owner, UserId};
    use contract::api::Patch;
    use contract::credentials::CredentialId;
    use contract::mcp_servers::{McpServer, McpServerId, Transport};
    use uuid::Uuid;

    use super::{Allow, Draft};

    fn saved() -> McpServer {
        let day = Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, 0).single().expect("a date");
        McpServer {
            id: McpServerId(Uuid::from_u128(7)),
            name: "CRM".to_owned(),
            enabled: true,
            transport: Transport::Http,
            url: Some("https://mcp.example.com/mcp".to_owned()),
            command: None,
            args: Vec::new(),
            cwd: None,
            env_names: Vec::new(),
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
        let update = draft.update(&saved(), Allow::default());
        assert_eq!(update.name, Patch::Set("CRM 2".to_owned()));
        assert!(update.url.is_absent() && update.enabled.is_absent() && update.credential_id.is_absent());
    }

    #[test]
    fn what_others_changed_is_taken_over_and_what_was_typed_stays() {
        let theirs = McpServer {
            name: "Sales".to_owned(),
            url: Some("https://sales.example.com/mcp".to_owned()),
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
        assert_eq!(draft.update(&saved(), Allow::default()).credential_id, Patch::Null);
        let other = CredentialId(Uuid::from_u128(9));
        draft.credential_id = Some(other);
        assert_eq!(
            draft.update(&saved(), Allow::default()).credential_id,
            Patch::Set(other)
        );
    }

    #[test]
    fn a_test_of_something_new_needs_no_name() {
        let draft = Draft {
            url: " https://mcp.example.com/mcp ".to_owned(),
            ..Draft::default()
        };
        let body = draft.test(None, Allow::default());
        assert_eq!(body.url, Patch::Set("https://mcp.example.com/mcp".to_owned()));
        assert!(body.name.is_absent() && body.id.is_none());
        assert!(body.credential_id.is_absent() && body.transport.is_absent());
    }

    #[test]
    fn a_test_of_a_saved_server_names_it_and_sends_the_changes() {
        let server = saved();
        let body = Draft::of(&server).test(Some(&server), Allow::default());
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

    fn program() -> Draft {
        Draft {
            transport: Transport::Stdio,
            command: "files".to_owned(),
            args: " --root=/srv \n\n--quiet\n".to_owned(),
            env_names: vec!["FILES_TOKEN".to_owned()],
            ..Draft::of(&saved())
        }
    }

    #[test]
    fn a_program_is_sent_without_what_belongs_to_an_address() {
        let update = program().update(
            &saved(),
            Allow {
                host: true,
                whole_host: true,
            },
        );
        assert_eq!(update.transport, Patch::Set(Transport::Stdio));
        assert_eq!(
            update.args,
            Patch::Set(vec!["--root=/srv".to_owned(), "--quiet".to_owned()])
        );
        assert!(update.url.is_absent() && update.credential_id.is_absent() && !update.allow_host && !update.whole_host);
        assert!(update.cwd.is_absent() && update.name.is_absent());
        let created = program().create(Allow::default());
        assert_eq!(created.command, Patch::Set("files".to_owned()));
        assert_eq!(created.name, Patch::Set("CRM".to_owned()));
    }

    #[test]
    fn what_is_emptied_is_cleared() {
        let server = McpServer {
            transport: Transport::Stdio,
            url: None,
            credential_id: None,
            command: Some("files".to_owned()),
            args: vec!["--quiet".to_owned()],
            cwd: Some("/srv".to_owned()),
            env_names: vec!["FILES_TOKEN".to_owned()],
            ..saved()
        };
        let emptied = Draft {
            args: String::new(),
            cwd: " ".to_owned(),
            env_names: Vec::new(),
            ..Draft::of(&server)
        };
        let update = emptied.update(&server, Allow::default());
        assert_eq!((update.args, update.cwd), (Patch::Set(Vec::new()), Patch::Null));
        assert_eq!(update.env_names, Patch::Set(Vec::new()));
        assert!(update.command.is_absent() && update.transport.is_absent());
    }

    #[test]
    fn what_belongs_to_the_other_transport_makes_no_test_outdated() {
        let other = Draft {
            url: "https://other.example.com".to_owned(),
            ..program()
        };
        assert_eq!(program().tested(), other.tested());
        let other = Draft {
            args: String::new(),
            ..program()
        };
        assert_ne!(program().tested(), other.tested());
    }
}
