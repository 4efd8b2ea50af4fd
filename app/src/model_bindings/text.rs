//! The words of the pages about model bindings.

/// Heading of the list.
#[must_use]
pub fn model_bindings() -> &'static str {
    "Model bindings"
}

/// A binding whose name is not known yet.
#[must_use]
pub fn a_binding() -> &'static str {
    "model binding"
}

/// What the list is.
#[must_use]
pub fn about() -> &'static str {
    "Which model of which provider is used, each opened with a credential that stays here."
}

/// Label of the search.
#[must_use]
pub fn search() -> &'static str {
    "Search by name"
}

/// Opens the form for a new binding.
#[must_use]
pub fn add() -> &'static str {
    "Add model binding"
}

/// Title of the form for a saved binding.
#[must_use]
pub fn edit(name: &str) -> String {
    format!("Edit {name}")
}

/// Tests a saved binding.
#[must_use]
pub fn test(name: &str) -> String {
    format!("Test {name}")
}

/// Leads to the page on which a binding is tried.
#[must_use]
pub fn try_out(name: &str) -> String {
    format!("Try {name}")
}

/// Deletes a saved binding.
#[must_use]
pub fn delete(name: &str) -> String {
    format!("Delete {name}")
}

/// Heading of a list in which nothing exists.
#[must_use]
pub fn first_use() -> &'static str {
    "No model bindings yet"
}

/// How to begin.
#[must_use]
pub fn how_to_begin() -> &'static str {
    "Add one with a provider, a model and the credential that holds the key, and test it before you save."
}

/// Column heads.
pub mod column {
    /// The name.
    pub const NAME: &str = "Name";
    /// The provider.
    pub const PROVIDER: &str = "Provider";
    /// The model.
    pub const MODEL: &str = "Model";
    /// The credential.
    pub const CREDENTIAL: &str = "Credential";
    /// Where requests go.
    pub const HOST: &str = "Host";
    /// When it was used last.
    pub const LAST_USED: &str = "Last used";
    /// When it was created.
    pub const CREATED: &str = "Created";
    /// When it was changed.
    pub const UPDATED: &str = "Updated";
    /// What can be done.
    pub const OPERATIONS: &str = "Operations";
}

/// Before the moment of the last use, below a name.
#[must_use]
pub fn used_short() -> &'static str {
    "used"
}

/// A binding whose credential was not used yet.
#[must_use]
pub fn never_used() -> &'static str {
    "never"
}

/// Label of the name.
#[must_use]
pub fn name() -> &'static str {
    "Name"
}

/// Help of the name.
#[must_use]
pub fn name_help() -> &'static str {
    "What people call it, e.g. Main model."
}

/// Starts a test.
#[must_use]
pub fn test_model() -> &'static str {
    "Test model"
}

/// The model answered.
#[must_use]
pub fn works() -> &'static str {
    "It works: the model answered."
}

/// Labels of what a test found.
pub mod fact {
    /// The model, as the provider reports it.
    pub const MODEL: &str = "Model";
    /// How long it took.
    pub const LATENCY: &str = "Answered in";
    /// When.
    pub const CHECKED: &str = "Checked";
}

/// Tries again.
#[must_use]
pub fn retry() -> &'static str {
    "Retry"
}

/// The role does not allow changing this binding.
#[must_use]
pub fn not_yours() -> &'static str {
    "Your role does not let you change this model binding. Ask its owner or an administrator."
}

/// A record is being fetched.
#[must_use]
pub fn loading() -> &'static str {
    "Loading…"
}

/// Said after adding.
#[must_use]
pub fn added(name: &str) -> String {
    format!("{name} added.")
}

/// Said after saving.
#[must_use]
pub fn saved(name: &str) -> String {
    format!("{name} saved.")
}

/// What deleting means.
#[must_use]
pub fn delete_means(credential: Option<&str>) -> String {
    match credential {
        Some(credential) => format!(
            "Its settings are removed and cannot be restored, and what runs with it stops. The credential {credential} stays."
        ),
        None => "Its settings are removed and cannot be restored, and what runs with it stops.".to_owned(),
    }
}
