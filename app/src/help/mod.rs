//! Help: texts of `docs/`, rendered by the server, readable without signing in and without scripts.

mod pages;
pub mod text;

pub use pages::{HelpIndexPage, HelpPage, HelpText};

/// A text of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HelpTopic {
    /// Credentials.
    Credentials,
    /// MCP servers.
    McpServers,
    /// Model bindings and AI actions.
    ModelBindings,
    /// Accounts, roles, and one's own account.
    Users,
    /// The audit trail.
    Audit,
    /// Generated forms, for their authors.
    Forms,
}

impl HelpTopic {
    /// All of them, in the order of the index.
    pub const ALL: [Self; 6] = [
        Self::Credentials,
        Self::McpServers,
        Self::ModelBindings,
        Self::Users,
        Self::Audit,
        Self::Forms,
    ];

    /// The name of its file, and the last part of its address.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::McpServers => "mcp-servers",
            Self::ModelBindings => "model-bindings",
            Self::Users => "users",
            Self::Audit => "audit",
            Self::Forms => "forms",
        }
    }

    /// Its address.
    #[must_use]
    pub fn href(self) -> String {
        format!("/help/{}", self.slug())
    }

    /// The topic at an address.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        let slug = path.strip_prefix("/help/")?;
        Self::ALL.into_iter().find(|topic| topic.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::HelpTopic;

    #[test]
    fn each_topic_is_found_at_its_address() {
        for topic in HelpTopic::ALL {
            assert_eq!(HelpTopic::at(&topic.href()), Some(topic));
        }
        assert_eq!(HelpTopic::at("/help/x"), None);
        assert_eq!(HelpTopic::at("/help"), None);
    }
}
