//! Messages of the frame around every page.

use contract::accounts::Role;

include!(concat!(env!("OUT_DIR"), "/messages/shell.rs"));

/// The title of the browser's tab.
#[must_use]
pub fn document_title(page: &str) -> String {
    if page.is_empty() {
        product().to_owned()
    } else {
        title_of_page(page)
    }
}

/// The name of a role.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => role_administrator(),
        Role::Manager => role_manager(),
        Role::Viewer => role_viewer(),
    }
}

/// The keys of the shortcuts and their effects.
#[must_use]
pub fn shortcut_list() -> [(&'static str, &'static str); 4] {
    [
        ("/", shortcut_search()),
        ("n", shortcut_add()),
        ("?", shortcut_help()),
        ("Esc", shortcut_close()),
    ]
}
