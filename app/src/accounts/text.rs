//! The words of signing in and setting up.

/// The heading of the sign-in page.
#[must_use]
pub fn sign_in() -> &'static str {
    "Sign in"
}

/// What is behind it.
#[must_use]
pub fn sign_in_about() -> &'static str {
    "Named secrets for integrations: stored once, selected by name, never shown again."
}

/// The label of the address.
#[must_use]
pub fn email() -> &'static str {
    "Email"
}

/// The label of the password.
#[must_use]
pub fn password() -> &'static str {
    "Password"
}

/// Why signing in failed, by the code in the address.
#[must_use]
pub fn sign_in_error(code: &str) -> &'static str {
    match code {
        "wrong" => "The email or the password is wrong.",
        "throttled" => "Too many tries. Wait a minute, then try again.",
        _ => "Signing in does not work at the moment. Try again in a minute.",
    }
}

/// The heading of the set-up page.
#[must_use]
pub fn set_up() -> &'static str {
    "Set up Strongroom"
}

/// What the set-up page does.
#[must_use]
pub fn set_up_about() -> &'static str {
    "Create the first administrator. The link from the server's terminal works once."
}

/// The label of the token.
#[must_use]
pub fn token() -> &'static str {
    "Set-up token"
}

/// Where the token comes from.
#[must_use]
pub fn token_help() -> &'static str {
    "The part after # of the link that the server printed."
}

/// The label of the name.
#[must_use]
pub fn name() -> &'static str {
    "Your name"
}

/// What the name is for.
#[must_use]
pub fn name_help() -> &'static str {
    "Others see it as the owner of what you create."
}

/// The rule of passwords.
#[must_use]
pub fn password_help() -> &'static str {
    "At least 12 characters. A few words in a row are easier to remember than a riddle."
}

/// The button of the set-up page.
#[must_use]
pub fn create_administrator() -> &'static str {
    "Create administrator"
}

/// Why setting up failed, by the code in the address.
#[must_use]
pub fn set_up_error(code: &str) -> &'static str {
    match code {
        "token" => "The set-up token is not right. Copy the whole link from the server's terminal.",
        "email" => "Enter an email address, like name@example.org.",
        "name" => "Enter a name of at most 128 characters.",
        "password" => "Choose another password: 12 to 256 characters, and not a common one.",
        "spent" => "Set-up is done already. Sign in, or ask an administrator.",
        _ => "Setting up does not work at the moment. Try again in a minute.",
    }
}

/// The heading of the page behind a link from an administrator.
#[must_use]
pub fn welcome() -> &'static str {
    "Choose your password"
}

/// What that page does.
#[must_use]
pub fn welcome_about() -> &'static str {
    "An administrator made this link for you. It works once. You are signed in afterwards, and signed out everywhere else."
}

/// The label of the link.
#[must_use]
pub fn link() -> &'static str {
    "Link"
}

/// What to paste.
#[must_use]
pub fn link_help() -> &'static str {
    "The link that you were given, or its part after #."
}

/// The label of a password that is being chosen.
#[must_use]
pub fn new_password() -> &'static str {
    "New password"
}

/// The button of that page.
#[must_use]
pub fn choose_password() -> &'static str {
    "Save and sign in"
}

/// Why choosing a password failed, by the code in the address.
#[must_use]
pub fn welcome_error(code: &str) -> &'static str {
    match code {
        "token" => "The link is not complete. Copy it again, up to its last character.",
        "password" => "Choose another password: 12 to 256 characters, and not a common one.",
        "spent" => {
            "This link was used, has expired, or was replaced by a newer one. Ask an administrator for a new link."
        }
        "throttled" => "Too many tries. Wait a minute, then try again.",
        _ => "Choosing a password does not work at the moment. Try again in a minute.",
    }
}

/// The heading of the page of one's own account.
#[must_use]
pub fn account() -> &'static str {
    "Account"
}

/// Whose account it is.
#[must_use]
pub fn account_about(email: &str) -> String {
    format!("You sign in as {email}.")
}

/// The heading of one's own name.
#[must_use]
pub fn own_name() -> &'static str {
    "Name"
}

/// The button that saves the name.
#[must_use]
pub fn save_name() -> &'static str {
    "Save name"
}

/// Said afterwards.
#[must_use]
pub fn name_saved() -> &'static str {
    "Your name was saved."
}

/// What a new password does.
#[must_use]
pub fn password_about() -> &'static str {
    "A new password signs you out everywhere else."
}

/// The label of the password as it is.
#[must_use]
pub fn current_password() -> &'static str {
    "Current password"
}

/// It is missing.
#[must_use]
pub fn current_password_missing() -> &'static str {
    "Enter the password that you have now."
}

/// It is missing.
#[must_use]
pub fn new_password_missing() -> &'static str {
    "Enter the new password."
}

/// No answer came to a new password.
#[must_use]
pub fn password_not_known() -> &'static str {
    "Not known whether this was saved: no answer came. Change it again: if your current password is refused then, the new one is in force already. Signing in with the new one tells, too."
}

/// The button that changes the password.
#[must_use]
pub fn change_password() -> &'static str {
    "Change password"
}

/// Said afterwards.
#[must_use]
pub fn password_saved() -> &'static str {
    "Your password was changed. You are signed out everywhere else."
}

/// The heading of the sessions.
#[must_use]
pub fn sessions() -> &'static str {
    "Sessions"
}

/// What they are.
#[must_use]
pub fn sessions_about() -> &'static str {
    "Where you are signed in. End what you do not know, and change your password then."
}

/// A browser that did not say what it is.
#[must_use]
pub fn unknown_program() -> &'static str {
    "Unknown program"
}

/// The session of this page.
#[must_use]
pub fn this_session() -> &'static str {
    "this one"
}

/// Before the moment.
#[must_use]
pub fn signed_in() -> &'static str {
    "signed in"
}

/// Before the moment.
#[must_use]
pub fn last_seen() -> &'static str {
    "last seen"
}

/// The button that ends one.
#[must_use]
pub fn end_session() -> &'static str {
    "End"
}

/// The same for those who do not see the row.
#[must_use]
pub fn end_session_of(browser: &str) -> String {
    format!("End the session of {browser}")
}

/// The button that ends all others.
#[must_use]
pub fn end_other_sessions() -> &'static str {
    "End all other sessions"
}

/// Said afterwards.
#[must_use]
pub fn session_ended(all: bool) -> &'static str {
    if all {
        "All other sessions have ended."
    } else {
        "The session has ended."
    }
}

/// The heading of the dialog over a form.
#[must_use]
pub fn sign_in_again() -> &'static str {
    "Sign in again"
}

/// Why it is there.
#[must_use]
pub fn sign_in_again_about() -> &'static str {
    "Your session has ended. What you typed is still there and is saved once you are signed in."
}
