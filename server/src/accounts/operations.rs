//! The operations on accounts, for the documentation.

use app::accounts::{Me, SignIn};
use serde_json::json;

use crate::openapi::Operation;

/// What `routes.rs` serves.
#[must_use]
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::post("/session", "session.create", "Sign in")
            .open()
            .takes::<SignIn>(json!({"email": "ada@example.com", "password": "four words or more"}))
            .answers::<Me>("Who signed in. The session comes as a cookie.")
            .with_header(("Set-Cookie", "The session."))
            .refuses(&["wrong-password", "throttled"]),
        Operation::delete("/session", "session.delete", "Sign out").answers_nothing("The session has ended."),
        Operation::get("/me", "me.get", "Read who is signed in").answers::<Me>("Who is signed in."),
    ]
}
