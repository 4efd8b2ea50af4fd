//! The operations on accounts, for the documentation.

use contract::accounts::{Me, Session, SignIn, UpdateMe};
use contract::api::Page;
use serde_json::json;

use crate::openapi::Operation;

/// What `routes.rs` serves.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::post("/session", "session.create", "Sign in")
            .open()
            .takes::<SignIn>(json!({"email": "ada@example.com", "password": "four words or more"}))
            .answers::<Me>("The signed-in user. The session is set as a cookie.")
            .with_header(("Set-Cookie", "The session."))
            .refuses(&["wrong-password", "throttled", "busy"]),
        Operation::delete("/session", "session.delete", "Sign out").answers_nothing("The session has ended."),
        Operation::get("/me", "me.get", "Get the signed-in user").answers::<Me>("The signed-in user."),
        Operation::patch("/me", "me.update", "Change your name or password")
            .takes::<UpdateMe>(json!({"name": "Ada"}))
            .answers::<Me>("The signed-in user. A new password ends all other sessions.")
            .refuses(&["throttled", "busy"]),
        Operation::get("/me/sessions", "me.sessions", "List your sessions")
            .answers::<Page<Session>>("All sessions, most recently used first."),
        Operation::delete("/me/sessions", "me.end_other_sessions", "Sign out everywhere else")
            .answers_nothing("All sessions but this one have ended."),
        Operation::delete("/me/sessions/{id}", "me.end_session", "Sign out a session")
            .answers_nothing("The session has ended."),
    ]
}
