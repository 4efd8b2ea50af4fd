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
