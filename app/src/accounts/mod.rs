//! Who is signed in, and what they may do.

mod api;
pub(crate) mod messages;
mod pages;
mod session;
mod sign_in_again;

pub use pages::{AccountPage, SetUpPage, SignInPage, WelcomePage};
pub use session::{leave_when_signed_out, may, own_name, provide_me, provide_session_ended, tell_other_tabs, use_me};
pub use sign_in_again::SignInAgainDialog;
