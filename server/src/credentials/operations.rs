//! The operations on credentials, for the documentation.

use contract::api::Page;
use contract::credentials::{CreateCredential, Credential, Reference, UpdateCredential, Use};
use serde_json::json;

use super::listing::SORTS;
use crate::openapi::Operation;

/// What `routes.rs` serves.
pub fn operations() -> Vec<Operation> {
    let example = json!({"name": "CRM_TOKEN", "value": "the secret", "allowed_hosts": ["mcp.example.com"]});
    vec![
        Operation::get("/credentials", "credentials.list", "List credentials")
            .list(SORTS, "-created_at")
            .answers::<Page<Credential>>("A page of credentials, without their values."),
        Operation::post("/credentials", "credentials.create", "Add a credential")
            .takes::<CreateCredential>(example)
            .creates::<Credential>("The credential, without its value.")
            .refuses(&["name-taken", "quota-reached"]),
        Operation::get("/credentials/{id}", "credentials.get", "Get a credential")
            .answers_record::<Credential>("The credential, without its value."),
        Operation::patch(
            "/credentials/{id}",
            "credentials.update",
            "Rename a credential, replace its value, or change its allowed destinations",
        )
        .if_match()
        .takes::<UpdateCredential>(json!({"value": "the new secret"}))
        .answers_record::<Credential>("The credential, without its value.")
        .refuses(&["name-taken", "quota-reached"]),
        Operation::delete("/credentials/{id}", "credentials.delete", "Delete a credential")
            .if_match()
            .flag("force", "Delete it even if it is used.")
            .answers_nothing("The credential and its value are gone.")
            .refuses(&["in-use"]),
        Operation::get(
            "/credentials/{id}/references",
            "credentials.references",
            "List the records that use a credential",
        )
        .limit()
        .answers::<Page<Reference>>("The records that refer to it. Records you can't see are counted as hidden."),
        Operation::get(
            "/credentials/{id}/uses",
            "credentials.uses",
            "List the most recent uses of a credential",
        )
        .limit()
        .answers::<Page<Use>>(
            "Its uses, newest first. If you can change it, also the last 5 times that its value came back in a response to another record.",
        ),
    ]
}
