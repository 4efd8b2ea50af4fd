//! The words around the texts of the help.

use super::HelpTopic;

/// The heading of the index, and the link to it.
#[must_use]
pub fn help() -> &'static str {
    "Help"
}

/// What the index is.
#[must_use]
pub fn about() -> &'static str {
    "How Strongroom works, and what to expect of it."
}

/// The heading of a text.
#[must_use]
pub fn title(topic: HelpTopic) -> &'static str {
    match topic {
        HelpTopic::Credentials => "Credentials",
        HelpTopic::McpServers => "MCP servers",
        HelpTopic::ModelBindings => "Model bindings",
        HelpTopic::Users => "People",
        HelpTopic::Audit => "Audit trail",
        HelpTopic::Forms => "Generated forms",
    }
}

/// The heading of a text on its own page.
#[must_use]
pub fn page_title(topic: HelpTopic) -> String {
    format!("Help: {}", title(topic))
}

/// What a text is about.
#[must_use]
pub fn summary(topic: HelpTopic) -> &'static str {
    match topic {
        HelpTopic::Credentials => {
            "Store a secret once, choose it by name, replace it without touching what uses it, and delete it knowing what will stop."
        }
        HelpTopic::McpServers => "Add a server, give it a credential, test it, and see the tools that it offers.",
        HelpTopic::ModelBindings => {
            "Bind a model of a provider to a credential, test it, try it, and run the AI actions with it."
        }
        HelpTopic::Users => "What each role may do, how people get in and leave, and what is your own.",
        HelpTopic::Forms => "For authors: a form with a credential field, made from a Rust type.",
        HelpTopic::Audit => "What is on record, how to find it, and how to prove that nobody changed it.",
    }
}

/// The link from a page to its text.
#[must_use]
pub fn link(topic: HelpTopic) -> &'static str {
    match topic {
        HelpTopic::Credentials => "About credentials",
        HelpTopic::McpServers => "About MCP servers",
        HelpTopic::ModelBindings => "About model bindings",
        HelpTopic::Users => "About people and roles",
        HelpTopic::Audit => "About the audit trail",
        HelpTopic::Forms => "About generated forms",
    }
}

/// The way back to the index.
#[must_use]
pub fn all_topics() -> &'static str {
    "\u{2190} All of the help"
}

/// While the page is loaded anew.
#[must_use]
pub fn loading() -> &'static str {
    "Loading\u{2026}"
}
