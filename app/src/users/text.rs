//! Messages of users.

use contract::accounts::Role;
use contract::users::UserState;

include!(concat!(env!("OUT_DIR"), "/messages/users.rs"));

#[must_use]
pub fn state(state: UserState, link_is_valid: bool) -> &'static str {
    match state {
        UserState::Active => state_active(),
        UserState::Invited if link_is_valid => state_invited(),
        UserState::Invited => state_link_ended(),
        UserState::Disabled => state_disabled(),
        UserState::Unknown => state_unknown(),
    }
}

#[must_use]
pub fn role_means(role: Role) -> &'static str {
    match role {
        Role::Administrator => administrator_means(),
        Role::Manager => manager_means(),
        Role::Viewer => viewer_means(),
    }
}

#[must_use]
pub fn new_link_means(state: UserState) -> &'static str {
    if state == UserState::Invited {
        new_link_of_invited_means()
    } else {
        new_link_of_active_means()
    }
}

#[must_use]
pub fn switch_title(name: &str, off: bool) -> String {
    if off { disable_title(name) } else { enable_title(name) }
}

#[must_use]
pub fn switch_means(off: bool) -> &'static str {
    if off { disable_means() } else { enable_means() }
}

#[must_use]
pub fn switched(name: &str, off: bool) -> String {
    if off { disabled(name) } else { enabled(name) }
}

#[must_use]
pub fn owns(name: &str, credentials: i64, servers: i64, bindings: i64) -> String {
    let records = [
        (credentials > 0).then(|| owned_credentials(credentials)),
        (servers > 0).then(|| owned_mcp_servers(servers)),
        (bindings > 0).then(|| owned_model_bindings(bindings)),
    ];
    let records: Vec<String> = records.into_iter().flatten().collect();
    let records = match &records[..] {
        [first, second, third] => three_of_a_list(first, second, third),
        [first, second] => two_of_a_list(first, second),
        records => records.concat(),
    };
    owns_all(name, &records)
}

#[must_use]
pub fn destroy_means(credentials: i64, servers: bool, bindings: bool) -> String {
    let destroyed = values_destroyed(credentials);
    match (servers, bindings) {
        (true, true) => format!("{destroyed} {}", both_transferred()),
        (true, false) => format!("{destroyed} {}", mcp_servers_transferred()),
        (false, true) => format!("{destroyed} {}", model_bindings_transferred()),
        (false, false) => destroyed.to_owned(),
    }
}

#[must_use]
pub fn user_option(name: &str, email: &str, is_you: bool) -> String {
    if is_you {
        user_option_you(name)
    } else {
        user_option_other(email, name)
    }
}

#[cfg(test)]
mod tests {
    use super::{destroy_means, owns};

    #[test]
    fn what_is_owned_is_counted_in_words() {
        assert!(owns("Max", 1, 0, 0).starts_with("Max owns 1 credential. "));
        assert!(owns("Max", 3, 1, 0).starts_with("Max owns 3 credentials and 1 MCP server. "));
        assert!(owns("Max", 0, 0, 2).starts_with("Max owns 2 model bindings. "));
        assert!(owns("Max", 1, 2, 1).starts_with("Max owns 1 credential, 2 MCP servers and 1 model binding. "));
    }

    #[test]
    fn what_becomes_of_the_rest_is_said_of_what_there_is() {
        assert!(destroy_means(1, false, true).ends_with(" Model bindings are transferred to you."));
        assert!(destroy_means(1, false, false).ends_with("stops working."));
    }
}
