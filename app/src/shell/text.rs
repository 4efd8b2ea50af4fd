//! The words of the frame around every page.

use contract::accounts::Role;

/// The name of the product.
#[must_use]
pub fn product() -> &'static str {
    "Strongroom"
}

/// The title of the browser's tab.
#[must_use]
pub fn document_title(page: &str) -> String {
    if page.is_empty() {
        product().to_owned()
    } else {
        format!("{page} \u{B7} {}", product())
    }
}

/// The link that jumps over the navigation.
#[must_use]
pub fn skip() -> &'static str {
    "Skip to content"
}

/// The name of the navigation.
#[must_use]
pub fn main_navigation() -> &'static str {
    "Main"
}

/// The button that opens the navigation on a narrow screen.
#[must_use]
pub fn menu() -> &'static str {
    "Menu"
}

/// The heading over credentials and MCP servers.
#[must_use]
pub fn integrations() -> &'static str {
    "Integrations"
}

/// The link to the credentials.
#[must_use]
pub fn credentials() -> &'static str {
    "Credentials"
}

/// The link to the MCP servers.
#[must_use]
pub fn mcp_servers() -> &'static str {
    "MCP servers"
}

/// Heading of the links about models.
#[must_use]
pub fn ai() -> &'static str {
    "AI"
}

/// Link to the model bindings.
#[must_use]
pub fn model_bindings() -> &'static str {
    "Model bindings"
}

/// The heading over what administrators do.
#[must_use]
pub fn administration() -> &'static str {
    "Administration"
}

/// The link to the audit trail.
#[must_use]
pub fn audit_trail() -> &'static str {
    "Audit trail"
}

/// The link to the help.
#[must_use]
pub fn help() -> &'static str {
    "Help"
}

/// The link from the shortcuts to the help.
#[must_use]
pub fn all_help() -> &'static str {
    "More in the help"
}

/// The link for those who are not signed in.
#[must_use]
pub fn sign_in() -> &'static str {
    "Sign in"
}

/// The link to the users.
#[must_use]
pub fn users() -> &'static str {
    "Users"
}

/// The button that opens what belongs to one's own account.
#[must_use]
pub fn account_menu(name: &str) -> String {
    format!("Account menu, {name}")
}

/// The link to the page of one's own account.
#[must_use]
pub fn own_account() -> &'static str {
    "Your account"
}

/// The name of the area that says who is signed in.
#[must_use]
pub fn account() -> &'static str {
    "Account"
}

/// A role.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Administrator",
        Role::Manager => "Manager",
        Role::Viewer => "Viewer",
    }
}

/// Ends the session.
#[must_use]
pub fn sign_out() -> &'static str {
    "Sign out"
}

/// The name of the theme switch.
#[must_use]
pub fn theme() -> &'static str {
    "Theme"
}

/// The theme of the system.
#[must_use]
pub fn theme_system() -> &'static str {
    "As the system"
}

/// The light theme.
#[must_use]
pub fn theme_light() -> &'static str {
    "Light"
}

/// The dark theme.
#[must_use]
pub fn theme_dark() -> &'static str {
    "Dark"
}

/// The heading of the list of shortcuts, and the button that opens it.
#[must_use]
pub fn shortcuts() -> &'static str {
    "Keyboard shortcuts"
}

/// The shortcuts: key and what it does.
#[must_use]
pub fn shortcut_list() -> [(&'static str, &'static str); 4] {
    [
        ("/", "Search the list"),
        ("n", "Add to the list"),
        ("?", "Show these shortcuts"),
        ("Esc", "Close a dialog"),
    ]
}

/// The switch that turns them off.
#[must_use]
pub fn use_shortcuts() -> &'static str {
    "Use single-key shortcuts"
}

/// What the switch does not change.
#[must_use]
pub fn use_shortcuts_help() -> &'static str {
    "They never act while you type in a field or while a dialog is open. Kept in this browser."
}

/// A page that does not exist.
#[must_use]
pub fn not_found() -> &'static str {
    "Page not found"
}

/// What to do then.
#[must_use]
pub fn not_found_help() -> &'static str {
    "There is nothing at this address. It may have been deleted, or the link is wrong."
}

/// The way on from there.
#[must_use]
pub fn to_credentials() -> &'static str {
    "Go to Credentials"
}

/// The module did not start.
#[must_use]
pub fn not_started() -> &'static str {
    "This page can be read, but its controls do not work: the program behind it did not start or has stopped."
}

/// A newer build runs on the server.
#[must_use]
pub fn new_build() -> &'static str {
    "A newer version of Strongroom is running. Finish what you are typing, then reload."
}

/// Loads the page again.
#[must_use]
pub fn reload() -> &'static str {
    "Reload"
}
