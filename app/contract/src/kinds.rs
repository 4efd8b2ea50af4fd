//! The kinds of records: one row for each, from which both sides take names, permissions and links. Names of tables in
//! SQL texts are in `server/src/kinds.rs`, messages in `app/src/kinds.rs`.

use serde::{Deserialize, Serialize};

/// A kind of record in a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Credentials.
    Credentials,
    /// MCP servers.
    McpServers,
    /// Adding, changing and deleting MCP servers that are local programs. Reading and using them falls under
    /// `mcp_servers`.
    StdioServers,
    /// Model bindings.
    ModelBindings,
    /// Users.
    Users,
    /// The audit trail.
    AuditEvents,
    /// A resource of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// A kind of record that can refer to a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferrerKind {
    /// An MCP server.
    McpServer,
    /// A model binding.
    ModelBinding,
    /// A kind of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// A kind of record.
#[derive(Debug)]
pub struct RecordKind {
    /// The name in the API, in the database and in audit events, whose actions begin with it.
    pub name: &'static str,
    /// The table.
    pub table: &'static str,
    /// The resource of its permissions.
    pub resource: Resource,
    /// The path of its page, and below [`crate::api::PREFIX`] of its API.
    pub path: &'static str,
    /// The address of a record without the id, with which it ends.
    pub link: &'static str,
    /// The words for one record.
    pub singular: &'static str,
    /// The words for several records.
    pub plural: &'static str,
    /// The kind of its references, if it refers to credentials.
    pub referrer: Option<ReferrerKind>,
    /// `true` if each record has an owner.
    pub is_owned: bool,
}

/// Every kind. Those with an owner are in the order in which transactions lock them, after the rows of users.
pub static KINDS: [RecordKind; 4] = [
    RecordKind {
        name: "credential",
        table: "credentials",
        resource: Resource::Credentials,
        path: "/credentials",
        link: "/credentials/",
        singular: "credential",
        plural: "credentials",
        referrer: None,
        is_owned: true,
    },
    RecordKind {
        name: "mcp_server",
        table: "mcp_servers",
        resource: Resource::McpServers,
        path: "/mcp-servers",
        link: "/mcp-servers?edit=",
        singular: "MCP server",
        plural: "MCP servers",
        referrer: Some(ReferrerKind::McpServer),
        is_owned: true,
    },
    RecordKind {
        name: "model_binding",
        table: "model_bindings",
        resource: Resource::ModelBindings,
        path: "/model-bindings",
        link: "/model-bindings?edit=",
        singular: "model binding",
        plural: "model bindings",
        referrer: Some(ReferrerKind::ModelBinding),
        is_owned: true,
    },
    RecordKind {
        name: "user",
        table: "users",
        resource: Resource::Users,
        path: "/users",
        link: "/users?search=",
        singular: "user",
        plural: "users",
        referrer: None,
        is_owned: false,
    },
];

impl RecordKind {
    /// The kind of this name; `None` if a later release added it.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The address of a record.
    pub fn href(&self, id: &str) -> String {
        [self.link, id].concat()
    }
}

impl ReferrerKind {
    /// The row of the table; `None` for a kind of a later release.
    pub fn record(self) -> Option<&'static RecordKind> {
        KINDS.iter().find(|kind| kind.referrer == Some(self))
    }

    /// The name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        self.record().map_or("unknown", |kind| kind.name)
    }

    /// Reads the name that the database keeps.
    pub fn from_name(name: &str) -> Self {
        let referrer = RecordKind::named(name).and_then(|kind| kind.referrer);
        referrer.unwrap_or(Self::Unknown)
    }

    /// The resource of permissions to see and use records of this kind.
    pub fn resource(self) -> Resource {
        self.record().map_or(Resource::Unknown, |kind| kind.resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_wire() {
        for kind in &KINDS {
            let resource = serde_json::to_value(kind.resource).unwrap();
            assert_eq!(resource, kind.table, "{} is a resource", kind.name);
            assert_eq!(kind.path, format!("/{}", kind.table.replace('_', "-")));
            assert!(kind.link.starts_with(kind.path));
            if let Some(referrer) = kind.referrer {
                assert_eq!(serde_json::to_value(referrer).unwrap(), kind.name);
                assert_eq!(ReferrerKind::from_name(kind.name), referrer);
                assert_eq!(referrer.as_str(), kind.name);
            }
        }
        assert_eq!(ReferrerKind::from_name("credential"), ReferrerKind::Unknown);
        assert_eq!(ReferrerKind::Unknown.resource(), Resource::Unknown);
    }
}
