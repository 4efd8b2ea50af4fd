//! The operations on accounts, for the documentation.

use contract::accounts::{Me, Session, SignIn, UpdateMe};
use contract::api::Page;
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
            .refuses(&["wrong-password", "throttled", "busy"]),
        Operation::delete("/session", "session.delete", "Sign out").answers_nothing("The session has ended."),
        Operation::get("/me", "me.get", "Read who is signed in").answers::<Me>("Who is signed in."),
        Operation::patch("/me", "me.update", "Change one's own name or password")
            .takes::<UpdateMe>(json!({"name": "Ada"}))
            .answers::<Me>("Who is signed in. After a new password the other sessions have ended.")
            .refuses(&["throttled", "busy"]),
        Operation::get("/me/sessions", "me.sessions", "List one's own sessions")
            .answers::<Page<Session>>("All of them, the newest use first."),
        Operation::delete("/me/sessions", "me.end_other_sessions", "End all other sessions")
            .answers_nothing("Only the session that asked is left."),
        Operation::delete("/me/sessions/{id}", "me.end_session", "End a session")
            .answers_nothing("The session has ended."),
    ]
}
