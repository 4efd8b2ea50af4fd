//! The operations on users, for the documentation.

use contract::accounts::SignUpLink;
use contract::api::Page;
use contract::users::{CreateUser, CreatedUser, Owned, UpdateUser, User};
use serde_json::json;

use super::rows::SORTS;
use crate::openapi::Operation;

/// What `routes.rs` serves.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let example = json!({"email": "ida@example.com", "name": "Ida", "role": "manager"});
    let heir = json!({"type": "string", "format": "uuid"});
    vec![
        Operation::get("/users", "users.list", "List users")
            .pages(SORTS, "name")
            .answers::<Page<User>>("A page of users."),
        Operation::post("/users", "users.create", "Add a user, who chooses a password by a link")
            .takes::<CreateUser>(example)
            .creates::<CreatedUser>("The user and the link, which no other answer holds."),
        Operation::get("/users/{id}", "users.get", "Read a user").answers_record::<User>("The user."),
        Operation::patch(
            "/users/{id}",
            "users.update",
            "Change a user's name or role, or switch the account",
        )
        .if_match()
        .takes::<UpdateUser>(json!({"role": "viewer"}))
        .answers_record::<User>("The user.")
        .refuses(&["last-administrator", "own-account"]),
        Operation::delete("/users/{id}", "users.delete", "Delete a user")
            .if_match()
            .query(
                "transfer_to",
                "The id of the user who gets everything that this one owns.",
                heir,
            )
            .flag(
                "with_credentials",
                "Destroy the user's credentials, too; MCP servers go to whoever asks.",
            )
            .answers_nothing("The account is gone, and its address is free.")
            .refuses(&["owns-records", "last-administrator", "own-account", "invalid"]),
        Operation::post(
            "/users/{id}/link",
            "users.create_link",
            "Make a new link; the older one ends",
        )
        .answers::<SignUpLink>("The link, which no other answer holds.")
        .refuses(&["disabled", "own-account"]),
        Operation::get("/users/{id}/owned", "users.owned", "List what a user owns")
            .answers::<Owned>("The first records of each kind, and how many there are."),
    ]
}
