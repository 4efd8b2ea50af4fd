//! The words of the audit trail. What a later release records shows as it is.

/// The heading.
#[must_use]
pub fn audit_trail() -> &'static str {
    "Audit trail"
}

/// What the list is.
#[must_use]
pub fn about() -> &'static str {
    "Who did what, and every use of a credential. Events are chained: nobody can change one unnoticed."
}

/// The search box.
#[must_use]
pub fn search() -> &'static str {
    "Search by name"
}

/// The link that downloads what the filters find.
#[must_use]
pub fn export() -> &'static str {
    "Export"
}

/// What the export is.
#[must_use]
pub fn export_help() -> &'static str {
    "Download what these filters find, as JSON lines with the links of the chain"
}

/// The heading of an empty trail.
#[must_use]
pub fn first_use() -> &'static str {
    "Nothing was recorded yet"
}

/// How it begins.
#[must_use]
pub fn how_to_begin() -> &'static str {
    "Whatever is done from now on stands here."
}

/// Column heads, and labels of details.
pub mod column {
    /// When it happened.
    pub const WHEN: &str = "When";
    /// Who did it.
    pub const WHO: &str = "Who";
    /// What was done.
    pub const WHAT: &str = "What";
    /// The record.
    pub const RECORD: &str = "Record";
    /// Where a value went.
    pub const HOST: &str = "Host";
    /// Scheme, host, port and path.
    pub const ADDRESS: &str = "Address";
    /// How it ended.
    pub const OUTCOME: &str = "Outcome";
    /// The place in the trail.
    pub const NUMBER: &str = "Event";
    /// The record that a credential was used through.
    pub const THROUGH: &str = "Through";
    /// The version of the value.
    pub const VERSION: &str = "Version of the value";
    /// Why it was refused.
    pub const REASON: &str = "Reason";
    /// What else was recorded.
    pub const DETAILS: &str = "Details";
    /// The request.
    pub const REQUEST: &str = "Request";
    /// The id of the record.
    pub const RECORD_ID: &str = "ID of the record";
}

/// The filters.
pub mod filter {
    /// The name of the filters.
    pub const FILTERS: &str = "Filters";
    /// What was done.
    pub const ACTION: &str = "Action";
    /// How it ended.
    pub const OUTCOME: &str = "Outcome";
    /// Where a value went.
    pub const HOST: &str = "Host";
    /// From this moment on.
    pub const SINCE: &str = "From";
    /// Before this moment.
    pub const UNTIL: &str = "To";
    /// No choice.
    pub const ANY: &str = "Any";
    /// Applies them, while the page has no life of its own.
    pub const APPLY: &str = "Apply";
    /// Takes all away.
    pub const CLEAR: &str = "Clear filters";
    /// What the fields of moments take before the page lives.
    pub const IN_UTC: &str = "UTC";
}

/// What the trail is narrowed to: one who acts.
#[must_use]
pub fn only_by(name: &str) -> String {
    format!("Only by {name}")
}

/// What the trail is narrowed to: one record.
#[must_use]
pub fn only_about(name: &str) -> String {
    format!("Only about {name}")
}

/// Takes such a filter away.
#[must_use]
pub fn remove(filter: &str) -> String {
    format!("Remove the filter: {filter}")
}

/// Narrows the trail to one who acts.
#[must_use]
pub fn all_by(name: &str) -> String {
    format!("Everything by {name}")
}

/// Narrows the trail to one record.
#[must_use]
pub fn all_about(name: &str) -> String {
    format!("Everything about {name}")
}

/// Narrows the trail to one host.
#[must_use]
pub fn all_at(host: &str) -> String {
    format!("Everything at {host}")
}

/// Copies the id of a request.
#[must_use]
pub fn copy_request() -> &'static str {
    "Copy the ID of the request"
}

/// Actions that this release knows, with their words, in the order of the filter.
pub const ACTIONS: &[(&str, &str)] = &[
    ("credential.use", "Used a credential"),
    ("credential.echoed", "A value came back"),
    ("credential.create", "Created a credential"),
    ("credential.update", "Changed a credential"),
    ("credential.allow_host", "Allowed a destination"),
    ("credential.convert_host", "Converted an allowed destination"),
    ("credential.transfer", "Gave a credential to another owner"),
    ("credential.delete", "Deleted a credential"),
    ("mcp_server.create", "Created an MCP server"),
    ("mcp_server.update", "Changed an MCP server"),
    ("mcp_server.transfer", "Gave an MCP server to another owner"),
    ("mcp_server.delete", "Deleted an MCP server"),
    ("model_binding.create", "Created a model binding"),
    ("model_binding.update", "Changed a model binding"),
    ("model_binding.transfer", "Gave a model binding to another owner"),
    ("model_binding.delete", "Deleted a model binding"),
    ("session.create", "Signed in"),
    ("session.delete", "Ended a session"),
    ("user.create", "Added a user"),
    ("user.update", "Changed a user"),
    ("user.create_link", "Made a link for a user"),
    ("user.choose_password", "Chose a password"),
    ("user.delete", "Deleted a user"),
    ("key.add", "Added a key"),
    ("key.activate", "Activated a key"),
    ("key.rewrap_begin", "Began to rewrap values"),
    ("key.rewrap", "Rewrapped values"),
    ("database.backup", "Made a backup"),
    ("database.restore", "Restored a backup"),
    ("audit.export", "Exported the audit trail"),
    ("audit.accept_head", "Accepted an earlier audit trail"),
];

/// An action.
#[must_use]
pub fn action(action: &str) -> String {
    let known = ACTIONS.iter().find(|(known, _)| *known == action);
    known.map_or(action, |(_, words)| words).to_owned()
}

/// Outcomes that this release knows, with their words.
pub const OUTCOMES: &[(&str, &str)] = &[("ok", "Done"), ("allowed", "Allowed"), ("refused", "Refused")];

/// An outcome.
#[must_use]
pub fn outcome(outcome: &str) -> String {
    let known = OUTCOMES.iter().find(|(known, _)| *known == outcome);
    known.map_or(outcome, |(_, words)| words).to_owned()
}

/// One who acts and is no user.
#[must_use]
pub fn actor(kind: &str, name: &str) -> String {
    match kind {
        "cli" => "Command line".to_owned(),
        "anonymous" => "Not signed in".to_owned(),
        _ => name.to_owned(),
    }
}

/// A record, where its name alone does not say what it is.
#[must_use]
pub fn record(kind: &str, name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    match kind {
        "unknown_account" => format!("Unknown account {}", name.get(..8).unwrap_or(name)),
        "network" => format!("Address {name}"),
        "audit_trail" => "Audit trail".to_owned(),
        "mcp_server" if name.is_empty() => "An unsaved MCP server".to_owned(),
        "model_binding" if name.is_empty() => "An unsaved model binding".to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_docs_list_the_actions_that_there_are() {
        let rows: Vec<String> = ACTIONS
            .iter()
            .map(|(action, words)| format!("| {words} | `{action}` |\n"))
            .collect();
        let table = format!("| Action | In the API |\n|---|---|\n{}", rows.concat());
        let docs = include_str!("../../../docs/audit.md");
        let (_, rest) = docs.split_once("### Actions\n\n").unwrap();
        assert!(
            rest.contains(&format!("\n\n{table}\n")),
            "docs/audit.md is out of date. It should hold:\n{table}"
        );
    }

    #[test]
    fn what_a_later_release_records_shows_as_it_is() {
        assert_eq!(action("credential.use"), "Used a credential");
        assert_eq!(action("workflow.run"), "workflow.run");
        assert_eq!(outcome("postponed"), "postponed");
        assert_eq!(record("workflow", Some("Nightly")), "Nightly");
        assert_eq!(actor("token", "CI"), "CI");
    }

    #[test]
    fn records_without_a_page_say_what_they_are() {
        assert_eq!(
            record("unknown_account", Some("0123456789abcdef")),
            "Unknown account 01234567"
        );
        assert_eq!(record("network", Some("203.0.113.7")), "Address 203.0.113.7");
        assert_eq!(record("mcp_server", None), "An unsaved MCP server");
    }
}
