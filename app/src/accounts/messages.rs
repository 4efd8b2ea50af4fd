//! Messages of signing in, setting up and the account page.

use contract::accounts::Role;

include!(concat!(env!("OUT_DIR"), "/messages/accounts.rs"));

/// The name of a role.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Administrator => role_administrator(),
        Role::Manager => role_manager(),
        Role::Viewer => role_viewer(),
    }
}

pub fn session_ended(all: bool) -> &'static str {
    if all {
        other_sessions_ended()
    } else {
        one_session_ended()
    }
}
