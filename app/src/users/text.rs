//! The words of users.

use contract::accounts::Role;
use contract::users::UserState;

/// The heading of the list.
#[must_use]
pub fn users() -> &'static str {
    "Users"
}

/// What the list is.
#[must_use]
pub fn about() -> &'static str {
    "Who may sign in, and what they may do. You never need to know anybody's password."
}

/// The search box.
#[must_use]
pub fn search() -> &'static str {
    "Search by name or email"
}

/// The button that adds one, and the heading of its dialog.
#[must_use]
pub fn add() -> &'static str {
    "Add user"
}

/// The heading of an empty list. There is always somebody who looks at it, so nobody sees it.
#[must_use]
pub fn first_use() -> &'static str {
    "No users yet"
}

/// How to begin.
#[must_use]
pub fn how_to_begin() -> &'static str {
    "Add somebody, and give them the link that you get."
}

/// Column heads.
pub mod column {
    /// The name.
    pub const NAME: &str = "Name";
    /// The address for signing in.
    pub const EMAIL: &str = "Email";
    /// The role.
    pub const ROLE: &str = "Role";
    /// Whether they can sign in.
    pub const STATE: &str = "State";
    /// When they were seen last.
    pub const LAST_SEEN: &str = "Last seen";
    /// When the account was made.
    pub const CREATED: &str = "Created";
    /// What can be done.
    pub const OPERATIONS: &str = "Operations";
}

/// Before the moment, below a name.
#[must_use]
pub fn seen_short() -> &'static str {
    "last seen"
}

/// Never seen.
#[must_use]
pub fn never() -> &'static str {
    "never"
}

/// Behind one's own name.
#[must_use]
pub fn you() -> &'static str {
    "you"
}

/// A state.
#[must_use]
pub fn state(state: UserState, link_is_good: bool) -> &'static str {
    match state {
        UserState::Active => "Active",
        UserState::Invited if link_is_good => "Invited",
        UserState::Invited => "Invited, link ended",
        UserState::Disabled => "Disabled",
        UserState::Unknown => "Unknown",
    }
}

/// What a role may do.
#[must_use]
pub fn role_means(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Everything, users included. Nobody is shown a value.",
        Role::Manager => "Adds and uses everything; changes and deletes what is their own.",
        Role::Viewer => "Looks at names and references.",
    }
}

/// The operation and the heading of its dialog.
#[must_use]
pub fn edit(name: &str) -> String {
    format!("Edit {name}")
}

/// The operation.
#[must_use]
pub fn delete(name: &str) -> String {
    format!("Delete {name}")
}

/// The menu of a row.
#[must_use]
pub fn more(name: &str) -> String {
    format!("More for {name}")
}

/// The entry that makes a link.
#[must_use]
pub fn new_link() -> &'static str {
    "New link"
}

/// The entry that switches off.
#[must_use]
pub fn disable() -> &'static str {
    "Disable"
}

/// The entry that switches on.
#[must_use]
pub fn enable() -> &'static str {
    "Enable"
}

/// The entry of one's own row.
#[must_use]
pub fn own_account() -> &'static str {
    "Your account"
}

/// A label.
#[must_use]
pub fn name() -> &'static str {
    "Name"
}

/// What the name is for.
#[must_use]
pub fn name_help() -> &'static str {
    "Others see it as the owner of credentials."
}

/// A label.
#[must_use]
pub fn email() -> &'static str {
    "Email"
}

/// What the address is for.
#[must_use]
pub fn email_help() -> &'static str {
    "For signing in. Strongroom sends no mail: you give the link to the person yourself."
}

/// What is wrong with an address.
#[must_use]
pub fn email_fault() -> &'static str {
    "Enter an email address, like name@example.org."
}

/// A label.
#[must_use]
pub fn role() -> &'static str {
    "Role"
}

/// The button that adds.
#[must_use]
pub fn add_and_get_link() -> &'static str {
    "Add and get link"
}

/// The heading of the dialog that shows a link.
#[must_use]
pub fn link_title(name: &str) -> String {
    format!("Link for {name}")
}

/// What to do with the link.
#[must_use]
pub fn link_about(name: &str) -> String {
    format!(
        "Give this link to {name}, over a channel that you trust. Whoever opens it chooses the password of the account. It works once."
    )
}

/// Why to copy it now.
#[must_use]
pub fn link_once() -> &'static str {
    "The link is not shown again. When it is lost, make a new one."
}

/// The label of the link.
#[must_use]
pub fn link() -> &'static str {
    "Link"
}

/// Before the moment until which it is good.
#[must_use]
pub fn link_good_until() -> &'static str {
    "Good until"
}

/// The button that copies it.
#[must_use]
pub fn copy_link() -> &'static str {
    "Copy link"
}

/// The button that closes the dialog with the link.
#[must_use]
pub fn done() -> &'static str {
    "Done"
}

/// The heading before a link is made.
#[must_use]
pub fn new_link_title(name: &str) -> String {
    format!("New link for {name}?")
}

/// What a new link does.
#[must_use]
pub fn new_link_means(state: UserState) -> &'static str {
    if state == UserState::Invited {
        "The older link stops working."
    } else {
        "With the link they choose a new password, and are signed out everywhere. Until then nothing changes. An older link stops working."
    }
}

/// No answer came to a new link.
#[must_use]
pub fn link_not_known() -> &'static str {
    "Not known whether this was saved: no answer came. Make another link: an older one stops working then."
}

/// The button that makes a link.
#[must_use]
pub fn make_link() -> &'static str {
    "Make link"
}

/// The heading before switching off or on.
#[must_use]
pub fn switch_title(name: &str, off: bool) -> String {
    if off {
        format!("Disable {name}?")
    } else {
        format!("Enable {name}?")
    }
}

/// What that does.
#[must_use]
pub fn switch_means(off: bool) -> &'static str {
    if off {
        "They are signed out everywhere at once and cannot sign in. What they own stays and goes on working."
    } else {
        "They can sign in again with the password that they had."
    }
}

/// Said afterwards.
#[must_use]
pub fn switched(name: &str, off: bool) -> String {
    if off {
        format!("{name} is disabled.")
    } else {
        format!("{name} is enabled.")
    }
}

/// Said afterwards.
#[must_use]
pub fn saved(name: &str) -> String {
    format!("{name} was saved.")
}

/// Said when the account was made and the answer with the link was lost.
#[must_use]
pub fn added_without_link(name: &str) -> String {
    format!("{name} was added, but the link was lost on the way. Choose “New link” in the row.")
}

/// Said afterwards.
#[must_use]
pub fn deleted(name: &str) -> String {
    format!("{name} was deleted.")
}

/// The heading of the question.
#[must_use]
pub fn delete_title(name: &str) -> String {
    format!("Delete {name}?")
}

/// What deleting does, when nothing is owned.
#[must_use]
pub fn delete_means(name: &str) -> String {
    format!("{name} owns nothing. They are signed out at once, and the account cannot be restored.")
}

/// What is owned.
#[must_use]
pub fn owns(name: &str, credentials: i64, servers: i64, bindings: i64) -> String {
    let mut what: Vec<String> = [
        (credentials, "credential"),
        (servers, "MCP server"),
        (bindings, "model binding"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, kind)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" }))
    .collect();
    let last = what.pop().unwrap_or_default();
    let all = if what.is_empty() {
        last
    } else {
        format!("{} and {last}", what.join(", "))
    };
    format!("{name} owns {all}. They are signed out at once, and the account cannot be restored.")
}

/// What uses a credential.
#[must_use]
pub fn used_by(count: i64) -> String {
    match count {
        0 => "not used".to_owned(),
        1 => "used by 1".to_owned(),
        count => format!("used by {count}"),
    }
}

/// Chips before owned records.
#[must_use]
pub fn credential() -> &'static str {
    "Credential"
}

/// Chips before owned records.
#[must_use]
pub fn mcp_server() -> &'static str {
    "MCP server"
}

/// Chips before owned records.
#[must_use]
pub fn model_binding() -> &'static str {
    "Model binding"
}

/// How many are not shown.
#[must_use]
pub fn and_more(count: i64) -> String {
    format!("and {count} more")
}

/// The question about what is owned.
#[must_use]
pub fn estate() -> &'static str {
    "What becomes of it?"
}

/// The first choice.
#[must_use]
pub fn transfer() -> &'static str {
    "Transfer to another user"
}

/// What it means.
#[must_use]
pub fn transfer_means() -> &'static str {
    "Everything goes on working; the new owner can change and delete it."
}

/// The second choice.
#[must_use]
pub fn destroy() -> &'static str {
    "Delete the credentials with the account"
}

/// What it means.
#[must_use]
pub fn destroy_means(credentials: i64, servers: bool, bindings: bool) -> String {
    let mut words = if credentials == 1 {
        "Its value is destroyed at once and cannot be restored; what uses it says “credential deleted”.".to_owned()
    } else {
        "Their values are destroyed at once and cannot be restored; what uses them says “credential deleted”."
            .to_owned()
    };
    words.push_str(match (servers, bindings) {
        (true, true) => " MCP servers and model bindings are transferred to you.",
        (true, false) => " MCP servers are transferred to you.",
        (false, true) => " Model bindings are transferred to you.",
        (false, false) => "",
    });
    words
}

/// The label of the choice of a user.
#[must_use]
pub fn new_owner() -> &'static str {
    "New owner"
}

/// The first entry of that choice.
#[must_use]
pub fn choose_user() -> &'static str {
    "Choose a user"
}

/// A user in that choice.
#[must_use]
pub fn user_option(name: &str, email: &str, is_you: bool) -> String {
    if is_you {
        format!("{name} (you)")
    } else {
        format!("{name}, {email}")
    }
}

/// Narrows that choice, where there are many.
#[must_use]
pub fn narrow() -> &'static str {
    "Find by name or email"
}

/// Nobody was chosen.
#[must_use]
pub fn new_owner_missing() -> &'static str {
    "Choose who gets it."
}

/// The chosen user is gone or disabled.
#[must_use]
pub fn new_owner_gone() -> &'static str {
    "This account is gone or disabled. Choose somebody else."
}

/// Nobody can be chosen.
#[must_use]
pub fn nobody_found() -> &'static str {
    "Nobody is called so."
}

/// The label of the confirmation.
#[must_use]
pub fn type_name() -> &'static str {
    "Type the name to delete it anyway"
}

/// The name was not typed.
#[must_use]
pub fn name_not_typed(name: &str) -> String {
    format!("Type {name}, exactly as it is written.")
}

/// What is owned changed while the question stood.
#[must_use]
pub fn owned_changed() -> &'static str {
    "This has changed meanwhile. Look at it again."
}

/// The button that deletes.
#[must_use]
pub fn delete_button() -> &'static str {
    "Delete"
}

/// A dialog that waits for its user.
#[must_use]
pub fn loading() -> &'static str {
    "Loading\u{2026}"
}

/// The user is gone.
#[must_use]
pub fn gone() -> &'static str {
    "This user does not exist any more"
}

/// What to do then.
#[must_use]
pub fn gone_help() -> &'static str {
    "The account was deleted, or the link is wrong. Close this and look at the list."
}

/// Something did not come.
#[must_use]
pub fn could_not_be_loaded() -> &'static str {
    "Could not be loaded"
}

/// One's own account cannot be treated so.
#[must_use]
pub fn not_yourself() -> &'static str {
    "Not your own account"
}

/// What to do instead.
#[must_use]
pub fn not_yourself_help() -> &'static str {
    "Another administrator has to do this. Your name, password and sessions are on the page “Account”."
}

/// The button after a conflict.
#[must_use]
pub fn load_current() -> &'static str {
    "Load how it is now"
}

/// Said after loading.
#[must_use]
pub fn loaded_current(name: &str, role: &str) -> String {
    format!("It is now “{name}”, {role}. Save again to put your changes over it.")
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
        assert!(destroy_means(1, false, false).ends_with("“credential deleted”."));
    }
}
