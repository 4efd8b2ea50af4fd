//! Messages around the texts of the help.

use super::HelpTopic;

include!(concat!(env!("OUT_DIR"), "/messages/help.rs"));

/// The heading of a text.
#[must_use]
pub fn title(topic: HelpTopic) -> &'static str {
    match topic {
        HelpTopic::Credentials => title_credentials(),
        HelpTopic::McpServers => title_mcp_servers(),
        HelpTopic::ModelBindings => title_model_bindings(),
        HelpTopic::Users => title_users(),
        HelpTopic::Audit => title_audit(),
        HelpTopic::Forms => title_forms(),
    }
}

/// The heading of a text on its own page.
#[must_use]
pub fn page_title(topic: HelpTopic) -> String {
    title_of_topic(title(topic))
}

/// The summary of a text in the index.
#[must_use]
pub fn summary(topic: HelpTopic) -> &'static str {
    match topic {
        HelpTopic::Credentials => summary_credentials(),
        HelpTopic::McpServers => summary_mcp_servers(),
        HelpTopic::ModelBindings => summary_model_bindings(),
        HelpTopic::Users => summary_users(),
        HelpTopic::Audit => summary_audit(),
        HelpTopic::Forms => summary_forms(),
    }
}

/// The link from a page to its text.
#[must_use]
pub fn link(topic: HelpTopic) -> &'static str {
    match topic {
        HelpTopic::Credentials => link_credentials(),
        HelpTopic::McpServers => link_mcp_servers(),
        HelpTopic::ModelBindings => link_model_bindings(),
        HelpTopic::Users => link_users(),
        HelpTopic::Audit => link_audit(),
        HelpTopic::Forms => link_forms(),
    }
}
