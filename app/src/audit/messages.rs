//! Messages of the audit trail. A code of a later release shows as it is.

use contract::credentials::ReferrerKind;

use crate::kinds;
use crate::locale::Label;

include!(concat!(env!("OUT_DIR"), "/messages/audit.rs"));

/// The actions of this release with their labels, in the order of the filter.
pub const ACTIONS: &[(&str, Label)] = &[
    ("credential.use", action_credential_use),
    ("credential.echoed", action_credential_echoed),
    ("credential.create", action_credential_create),
    ("credential.update", action_credential_update),
    ("credential.allow_host", action_credential_allow_host),
    ("credential.convert_host", action_credential_convert_host),
    ("credential.transfer", action_credential_transfer),
    ("credential.delete", action_credential_delete),
    ("mcp_server.create", action_mcp_server_create),
    ("mcp_server.update", action_mcp_server_update),
    ("mcp_server.transfer", action_mcp_server_transfer),
    ("mcp_server.delete", action_mcp_server_delete),
    ("model_binding.create", action_model_binding_create),
    ("model_binding.update", action_model_binding_update),
    ("model_binding.transfer", action_model_binding_transfer),
    ("model_binding.delete", action_model_binding_delete),
    ("session.create", action_session_create),
    ("session.delete", action_session_delete),
    ("user.create", action_user_create),
    ("user.update", action_user_update),
    ("user.create_link", action_user_create_link),
    ("user.choose_password", action_user_choose_password),
    ("user.delete", action_user_delete),
    ("key.add", action_key_add),
    ("key.activate", action_key_activate),
    ("key.rewrap_begin", action_key_rewrap_begin),
    ("key.rewrap", action_key_rewrap),
    ("database.backup", action_database_backup),
    ("database.restore", action_database_restore),
    ("audit.export", action_audit_export),
    ("audit.accept_head", action_audit_accept_head),
];

pub fn action(action: &str) -> String {
    label(ACTIONS, action)
}

/// The outcomes of this release with their labels.
pub const OUTCOMES: &[(&str, Label)] = &[
    ("ok", outcome_ok),
    ("allowed", outcome_allowed),
    ("refused", outcome_refused),
];

pub fn outcome(outcome: &str) -> String {
    label(OUTCOMES, outcome)
}

fn label(labels: &[(&str, Label)], code: &str) -> String {
    let known = labels.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, label)| label()).to_owned()
}

pub fn actor(kind: &str, name: &str) -> String {
    match kind {
        "cli" => actor_cli().to_owned(),
        "anonymous" => actor_anonymous().to_owned(),
        _ => name.to_owned(),
    }
}

/// The name of a record, or a description if it has none.
pub fn record(kind: &str, name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    match kind {
        "unknown_account" => record_unknown_account(name.get(..8).unwrap_or(name)),
        "network" => record_network(name),
        "audit_trail" => audit_trail().to_owned(),
        _ if name.is_empty() => kinds::unsaved(ReferrerKind::from_name(kind)).to_owned(),
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
            .map(|(action, label)| format!("| {} | `{action}` |\n", label()))
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
        assert_eq!(record("network", Some("203.0.113.7")), "IP address 203.0.113.7");
        assert_eq!(record("mcp_server", None), "Unsaved MCP server");
    }
}
