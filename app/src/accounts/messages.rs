//! Messages of signing in, setting up and the account page.

include!(concat!(env!("OUT_DIR"), "/messages/accounts.rs"));

#[must_use]
pub fn session_ended(all: bool) -> &'static str {
    if all {
        other_sessions_ended()
    } else {
        one_session_ended()
    }
}
