//! The words of credentials.

use contract::credentials::{ReferrerKind, UseOutcome};

/// The heading of the list.
#[must_use]
pub fn credentials() -> &'static str {
    "Credentials"
}

/// What the list is.
#[must_use]
pub fn about() -> &'static str {
    "Named secrets that model bindings and MCP servers refer to. Values are never shown again."
}

/// The search box.
#[must_use]
pub fn search() -> &'static str {
    "Search by name"
}

/// The button that adds one, and the heading of its dialog.
#[must_use]
pub fn add() -> &'static str {
    "Add credential"
}

/// The heading of an empty list.
#[must_use]
pub fn first_use() -> String {
    "No credentials yet".to_owned()
}

/// How to begin.
#[must_use]
pub fn how_to_begin(may_create: bool) -> String {
    if may_create {
        "Add a secret under a name. Model bindings and MCP servers choose it by that name; nobody sees it again."
            .to_owned()
    } else {
        "Nobody has added one. Your role can look, not add; an administrator can change that.".to_owned()
    }
}

/// Column heads and labels of facts.
pub mod column {
    /// The name.
    pub const NAME: &str = "Name";
    /// The id.
    pub const ID: &str = "ID";
    /// Who created it.
    pub const OWNER: &str = "Owner";
    /// The value, which is never shown.
    pub const VALUE: &str = "Value";
    /// How many references there are.
    pub const USED_BY: &str = "Used by";
    /// When it was created.
    pub const CREATED: &str = "Created";
    /// When it was changed.
    pub const UPDATED: &str = "Updated";
    /// What can be done with it.
    pub const OPERATIONS: &str = "Operations";
}

/// What stands for every value.
#[must_use]
pub fn mask() -> &'static str {
    "********"
}

/// What a screen reader says for the asterisks.
#[must_use]
pub fn hidden_value() -> &'static str {
    "hidden"
}

/// How many references there are.
#[must_use]
pub fn used_by(count: i64) -> String {
    match count {
        0 => "not used".to_owned(),
        1 => "1 reference".to_owned(),
        count => format!("{count} references"),
    }
}

/// Copies an id.
#[must_use]
pub fn copy_id(name: &str) -> String {
    format!("Copy the ID of {name}")
}

/// Opens the dialog that changes one.
#[must_use]
pub fn edit(name: &str) -> String {
    format!("Edit {name}")
}

/// Opens the dialog that deletes one.
#[must_use]
pub fn delete(name: &str) -> String {
    format!("Delete {name}")
}

/// Opens the dialog that changes one, on its own page.
#[must_use]
pub fn edit_short() -> &'static str {
    "Edit"
}

/// Opens the dialog that deletes one, on its own page.
#[must_use]
pub fn delete_short() -> &'static str {
    "Delete"
}

/// The menu of a row.
#[must_use]
pub fn more(name: &str) -> String {
    format!("More for {name}")
}

/// Menu: changes the name alone.
#[must_use]
pub fn rename() -> &'static str {
    "Rename"
}

/// Menu: copies the id.
#[must_use]
pub fn copy_id_short() -> &'static str {
    "Copy ID"
}

/// Menu, and a heading: what refers to it.
#[must_use]
pub fn where_used() -> &'static str {
    "Where used"
}

/// The heading of the dialog that renames.
#[must_use]
pub fn rename_title(name: &str) -> String {
    format!("Rename {name}")
}

/// The label of the name.
#[must_use]
pub fn name() -> &'static str {
    "Name"
}

/// What makes a good name.
#[must_use]
pub fn name_help() -> &'static str {
    "Say what it is for, e.g. OPENAI_PROD_API_KEY. Everyone who may list credentials sees names."
}

/// A name that another one has.
#[must_use]
pub fn name_taken() -> &'static str {
    "A credential with this name exists. Choose another name."
}

/// The label of the value.
#[must_use]
pub fn value() -> &'static str {
    "Value"
}

/// Under the value of a new credential.
#[must_use]
pub fn value_help_add() -> &'static str {
    "Paste the secret. After saving it cannot be shown again, only replaced."
}

/// Under the value of an existing credential.
#[must_use]
pub fn value_help_edit() -> &'static str {
    "The stored value cannot be shown. Paste the current or a new one; what uses it keeps working."
}

/// No value.
#[must_use]
pub fn value_missing() -> &'static str {
    "Enter the value."
}

/// A value over the limit.
#[must_use]
pub fn value_too_long() -> &'static str {
    "Use at most 64 KiB."
}

/// The switch that leaves the value alone.
#[must_use]
pub fn only_rename() -> &'static str {
    "Only rename, keep the value"
}

/// Said after adding.
#[must_use]
pub fn added(name: &str) -> String {
    format!("{name} was added.")
}

/// Said after renaming.
#[must_use]
pub fn renamed(before: &str, now: &str) -> String {
    if before == now {
        format!("{now} is unchanged.")
    } else {
        format!("{before} is now {now}. What refers to it keeps working.")
    }
}

/// Said after a new value.
#[must_use]
pub fn rotated(name: &str, used_by: i64) -> String {
    match used_by {
        0 => format!("{name} has a new value."),
        1 => format!("{name} has a new value. One reference uses it from now on."),
        count => format!("{name} has a new value. {count} references use it from now on."),
    }
}

/// Said after deleting.
#[must_use]
pub fn deleted(name: &str) -> String {
    format!("{name} was deleted.")
}

/// After a conflict: takes over the newer state of the record.
#[must_use]
pub fn load_current() -> &'static str {
    "Load the current version"
}

/// After taking it over.
#[must_use]
pub fn loaded_current(name: &str) -> String {
    format!("Loaded: it is called {name} now. What you typed is kept; Save replaces what is there.")
}

/// While a record is fetched.
#[must_use]
pub fn loading() -> &'static str {
    "Loading\u{2026}"
}

/// A record that is not there.
#[must_use]
pub fn gone() -> &'static str {
    "This credential does not exist"
}

/// The title where somebody may not do what the address asks for.
#[must_use]
pub fn not_allowed() -> &'static str {
    "You may not change this credential"
}

/// What to do then.
#[must_use]
pub fn gone_help() -> &'static str {
    "It was deleted, or you may not see it."
}

/// The heading of the question before deleting.
#[must_use]
pub fn delete_title(name: &str) -> String {
    format!("Delete {name}?")
}

/// What deleting does.
#[must_use]
pub fn destroyed() -> &'static str {
    "The value is destroyed at once and cannot be restored."
}

/// What deleting does to what uses it.
#[must_use]
pub fn in_use(total: i64) -> String {
    match total {
        1 => "One thing uses this credential. It will fail until it is given another one.".to_owned(),
        total => format!("{total} things use this credential. They will fail until they are given another one."),
    }
}

/// Nothing refers to it.
#[must_use]
pub fn not_in_use() -> &'static str {
    "Nothing stored here uses it. Programs that hold its ID are not listed."
}

/// Somebody attached it in the meantime.
#[must_use]
pub fn references_changed() -> &'static str {
    "What uses it has changed meanwhile. This is the list as it is now."
}

/// References beyond the first ones.
#[must_use]
pub fn and_more(count: i64) -> String {
    match count {
        1 => "and one more".to_owned(),
        count => format!("and {count} more"),
    }
}

/// References that this person may not see.
#[must_use]
pub fn and_hidden(count: i64) -> String {
    match count {
        1 => "and one that you may not see".to_owned(),
        count => format!("and {count} that you may not see"),
    }
}

/// What happens to a reference.
#[must_use]
pub fn fate(kind: ReferrerKind) -> &'static str {
    match kind {
        ReferrerKind::McpServer => {
            "Keeps its reference; its connections fail, and its row says \u{201C}credential deleted\u{201D}."
        }
        ReferrerKind::ModelBinding => {
            "Keeps its reference; its actions fail, and its row says \u{201C}credential deleted\u{201D}."
        }
        ReferrerKind::Unknown => "Keeps its reference and fails when it uses it.",
    }
}

/// A kind of referrer.
#[must_use]
pub fn referrer(kind: ReferrerKind) -> &'static str {
    match kind {
        ReferrerKind::McpServer => "MCP server",
        ReferrerKind::ModelBinding => "Model binding",
        ReferrerKind::Unknown => "Other",
    }
}

/// Never used by this reference.
#[must_use]
pub fn never_used() -> &'static str {
    "never used"
}

/// Before a moment.
#[must_use]
pub fn last_used() -> &'static str {
    "used"
}

/// The label of the field in which the name is typed before deleting.
#[must_use]
pub fn type_name() -> &'static str {
    "Type the name to delete it anyway"
}

/// The name was not typed.
#[must_use]
pub fn name_not_typed(name: &str) -> String {
    format!("Type {name} to confirm.")
}

/// The button that deletes.
#[must_use]
pub fn delete_button(in_use: bool) -> &'static str {
    if in_use { "Delete anyway" } else { "Delete" }
}

/// The label of the list of destinations.
#[must_use]
pub fn allowed_hosts() -> &'static str {
    "Allowed destinations"
}

/// How destinations are written.
#[must_use]
pub fn allowed_hosts_help() -> &'static str {
    "One per line, e.g. api.example.com/v1 (HTTPS). Write http://… for plain HTTP. Without a path, the whole host is allowed. If empty, the value can't be sent anywhere."
}

/// Under an emptied list of destinations.
#[must_use]
pub fn emptied() -> &'static str {
    "Records that use this credential stop working when you save an empty list."
}

/// Beside a destination without a path.
#[must_use]
pub fn any_path() -> &'static str {
    "any path"
}

/// Beside a destination of plain HTTP.
#[must_use]
pub fn plain_http() -> &'static str {
    "plain HTTP, not encrypted"
}

/// Beside a destination that an older release has stored.
#[must_use]
pub fn from_before() -> &'static str {
    "(from before)"
}

/// Below destinations that an older release has stored.
#[must_use]
pub fn from_before_help() -> &'static str {
    "Destinations marked “from before” come from an earlier version and allow any path. Add a path to narrow them, or save the list to confirm it."
}

/// No destination.
#[must_use]
pub fn nowhere() -> &'static str {
    "None yet. The first MCP server or model you link will be added."
}

/// The button that opens the dialog of the destinations.
#[must_use]
pub fn change_hosts() -> &'static str {
    "Change"
}

/// The heading of that dialog.
#[must_use]
pub fn hosts_title(name: &str) -> String {
    format!("Allowed destinations of {name}")
}

/// Announced after a change of the destinations.
#[must_use]
pub fn hosts_saved(name: &str) -> String {
    format!("Saved the allowed destinations of {name}.")
}

/// The label of the number of values.
#[must_use]
pub fn version() -> &'static str {
    "Version"
}

/// The number of values.
#[must_use]
pub fn version_words(version: i64) -> String {
    if version == 1 {
        "1, never replaced".to_owned()
    } else {
        version.to_string()
    }
}

/// The heading of the facts.
#[must_use]
pub fn facts() -> &'static str {
    "Facts"
}

/// The heading of the last uses and echoes.
#[must_use]
pub fn recent_activity() -> &'static str {
    "Recent activity"
}

/// Below an echo.
#[must_use]
pub fn echoed_help() -> &'static str {
    "The value came back in an answer, which showed an earlier request. It was hidden. If you don't trust this host, replace the value."
}

/// No uses.
#[must_use]
pub fn no_uses() -> &'static str {
    "Never used."
}

/// No references.
#[must_use]
pub fn no_references() -> &'static str {
    "Nothing stored here refers to it."
}

/// Columns of the references and uses.
pub mod detail_column {
    /// What kind of record.
    pub const KIND: &str = "Kind";
    /// Its name.
    pub const NAME: &str = "Name";
    /// When it was attached.
    pub const ATTACHED: &str = "Attached";
    /// When it was used last.
    pub const LAST_USED: &str = "Last used";
    /// When.
    pub const WHEN: &str = "When";
    /// Who.
    pub const WHO: &str = "Who";
    /// Through what.
    pub const THROUGH: &str = "Through";
    /// To which host.
    pub const HOST: &str = "Host";
    /// Which value.
    pub const VERSION: &str = "Version";
    /// How it ended.
    pub const OUTCOME: &str = "Outcome";
}

/// How a use ended.
#[must_use]
pub fn outcome(outcome: UseOutcome) -> &'static str {
    match outcome {
        UseOutcome::Allowed => "allowed",
        UseOutcome::Refused => "refused",
        UseOutcome::Echoed => "came back",
        UseOutcome::Unknown => "unknown",
    }
}

/// A use that went through no stored record.
#[must_use]
pub fn unsaved(kind: ReferrerKind) -> String {
    format!("{} (not saved)", referrer(kind))
}

/// The link back to the list.
#[must_use]
pub fn back_to_list() -> &'static str {
    "All credentials"
}

/// The section could not be fetched.
#[must_use]
pub fn could_not_be_loaded() -> &'static str {
    "Could not be loaded."
}

/// Tries again.
#[must_use]
pub fn retry() -> &'static str {
    "Retry"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_worded_in_the_singular_and_the_plural() {
        assert_eq!(used_by(0), "not used");
        assert_eq!(used_by(1), "1 reference");
        assert_eq!(used_by(3), "3 references");
        assert!(rotated("A", 1).contains("One reference uses"));
        assert!(rotated("A", 2).contains("2 references use"));
        assert!(in_use(1).starts_with("One thing uses"));
    }
}
