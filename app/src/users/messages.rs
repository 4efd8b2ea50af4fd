//! Messages of users.

use contract::accounts::Role;
use contract::credentials::ReferrerKind;
use contract::users::{Owned, UserState};

use crate::kinds;

include!(concat!(env!("OUT_DIR"), "/messages/users.rs"));

pub fn state(state: UserState, link_is_valid: bool) -> &'static str {
    match state {
        UserState::Active => state_active(),
        UserState::Invited if link_is_valid => state_invited(),
        UserState::Invited => state_link_ended(),
        UserState::Disabled => state_disabled(),
        UserState::Unknown => state_unknown(),
    }
}

pub fn role_means(role: Role) -> &'static str {
    match role {
        Role::Administrator => administrator_means(),
        Role::Manager => manager_means(),
        Role::Viewer => viewer_means(),
    }
}

pub fn new_link_means(state: UserState) -> &'static str {
    if state == UserState::Invited {
        new_link_of_invited_means()
    } else {
        new_link_of_active_means()
    }
}

pub fn switch_title(name: &str, off: bool) -> String {
    if off { disable_title(name) } else { enable_title(name) }
}

pub fn switch_means(off: bool) -> &'static str {
    if off { disable_means() } else { enable_means() }
}

pub fn switched(name: &str, off: bool) -> String {
    if off { disabled(name) } else { enabled(name) }
}

pub fn owns(name: &str, owned: &Owned) -> String {
    let credentials = (owned.credentials_total > 0).then(|| owned_credentials(owned.credentials_total));
    let others = owned.others().into_iter().filter(|(_, _, total)| *total > 0);
    let others = others.map(|(kind, _, total)| kinds::count(kind, total));
    owns_all(name, &list_of(credentials.into_iter().chain(others).collect()))
}

/// The parts of a list as words.
fn list_of(mut parts: Vec<String>) -> String {
    let mut words = parts.pop().unwrap_or_default();
    if let Some(part) = parts.pop() {
        words = two_of_a_list(&part, &words);
    }
    while let Some(part) = parts.pop() {
        words = more_of_a_list(&part, &words);
    }
    words
}

pub fn destroy_means(credentials: i64, others: &[ReferrerKind]) -> String {
    let destroyed = values_destroyed(credentials);
    let plurals = others.iter().enumerate().map(|(at, kind)| {
        let (first, other) = kinds::plural(*kind);
        (if at == 0 { first } else { other }).to_owned()
    });
    let records = list_of(plurals.collect());
    if records.is_empty() {
        destroyed.to_owned()
    } else {
        format!("{destroyed} {}", transferred(&records))
    }
}

pub fn user_option(name: &str, email: &str, is_you: bool) -> String {
    if is_you {
        user_option_you(name)
    } else {
        user_option_other(email, name)
    }
}

#[cfg(test)]
mod tests {
    use contract::credentials::ReferrerKind;
    use contract::users::Owned;

    use super::{destroy_means, list_of};

    fn owns(name: &str, credentials_total: i64, mcp_servers_total: i64, model_bindings_total: i64) -> String {
        let owned = Owned {
            credentials_total,
            mcp_servers_total,
            model_bindings_total,
            ..Owned::default()
        };
        super::owns(name, &owned)
    }

    #[test]
    fn what_is_owned_is_counted_in_words() {
        assert!(owns("Max", 1, 0, 0).starts_with("Max owns 1 credential. "));
        assert!(owns("Max", 3, 1, 0).starts_with("Max owns 3 credentials and 1 MCP server. "));
        assert!(owns("Max", 0, 0, 2).starts_with("Max owns 2 model bindings. "));
        assert!(owns("Max", 1, 2, 1).starts_with("Max owns 1 credential, 2 MCP servers and 1 model binding. "));
        assert_eq!(
            list_of(["a", "b", "c", "d"].map(str::to_owned).to_vec()),
            "a, b, c and d"
        );
    }

    #[test]
    fn what_becomes_of_the_rest_is_said_of_what_there_is() {
        let (servers, models) = (ReferrerKind::McpServer, ReferrerKind::ModelBinding);
        assert!(destroy_means(1, &[models]).ends_with(" Model bindings are transferred to you."));
        assert!(
            destroy_means(1, &[servers, models]).ends_with(" MCP servers and model bindings are transferred to you.")
        );
        assert!(destroy_means(1, &[]).ends_with("stops working."));
    }
}
