//! The operations on users, for the documentation.

use contract::accounts::SignUpLink;
use contract::api::Page;
use contract::users::{CreateUser, CreatedUser, Owned, UpdateUser, User};
use serde_json::json;

use super::rows::SORTS;
use crate::openapi::Operation;

/// What `routes.rs` serves.
pub fn operations() -> Vec<Operation> {
    let example = json!({"email": "ida@example.com", "name": "Ida", "role": "manager"});
    let new_owner = json!({"type": "string", "format": "uuid"});
    vec![
        Operation::get("/users", "users.list", "List users")
            .pages(SORTS, "name")
            .answers::<Page<User>>("A page of users."),
        Operation::post("/users", "users.create", "Add a user and create an invite link")
            .takes::<CreateUser>(example)
            .creates::<CreatedUser>("The user and the link. The link is shown only here."),
        Operation::get("/users/{id}", "users.get", "Get a user").answers_record::<User>("The user."),
        Operation::patch(
            "/users/{id}",
            "users.update",
            "Change a user's name or role, or enable or disable the account",
        )
        .if_match()
        .takes::<UpdateUser>(json!({"role": "viewer"}))
        .answers_record::<User>("The user.")
        .refuses(&["last-administrator", "own-account"]),
        Operation::delete("/users/{id}", "users.delete", "Delete a user")
            .if_match()
            .query(
                "transfer_to",
                "The ID of the user who becomes the owner of this user's records.",
                new_owner,
            )
            .flag(
                "with_credentials",
                "Delete the user's credentials too. You become the owner of their MCP servers and model bindings.",
            )
            .answers_nothing("The account is deleted, and its email can be used again.")
            .refuses(&["owns-records", "last-administrator", "own-account", "invalid"]),
        Operation::post(
            "/users/{id}/link",
            "users.create_link",
            "Create a new link; the old one stops working",
        )
        .answers::<SignUpLink>("The link, shown only here.")
        .refuses(&["disabled", "own-account"]),
        Operation::get("/users/{id}/owned", "users.owned", "List the records a user owns")
            .answers::<Owned>("The first records of each kind, and their number."),
    ]
}
