//! Reading the inputs of the user routes.

use contract::accounts::{Role, UserId};
use contract::api::Patch;
use contract::users::{CreateUser, Estate, UpdateUser};

use crate::accounts::parse_email;
use crate::http::{ApiError, Fields, QueryPairs};

const ROLES: &str = "Use administrator, manager or viewer.";

/// Body of `POST /users`.
pub(super) fn create(mut fields: Fields) -> Result<CreateUser, ApiError> {
    let email = fields.text("email", "Enter an email address.").and_then(|text| {
        let email = parse_email(&text);
        if email.is_none() {
            fields.fault("/email", "bad-email", "Enter an email address, e.g. name@example.com.");
        }
        email
    });
    let name = fields.name("name");
    let role = fields.text("role", ROLES).and_then(|text| role(&mut fields, &text));
    let input = match (email, name, role) {
        (Some(email), Some(name), Some(role)) => Some(CreateUser { email, name, role }),
        _ => None,
    };
    fields.into_result(input)
}

/// Body of `PATCH /users/{id}`.
pub(super) fn update(mut fields: Fields) -> Result<UpdateUser, ApiError> {
    let name = fields.patch_name("name");
    let role = match fields.patch_text("role") {
        Patch::Set(text) => role(&mut fields, &text).map_or(Patch::Absent, Patch::Set),
        Patch::Absent | Patch::Null => Patch::Absent,
    };
    let disabled = fields.patch_bool("disabled");
    fields.into_result(Some(UpdateUser { name, role, disabled }))
}

fn role(fields: &mut Fields, text: &str) -> Option<Role> {
    let role = text.parse().ok();
    if role.is_none() {
        fields.fault("/role", "bad-role", ROLES);
    }
    role
}

/// What a deletion says of the user's records.
pub(super) fn estate(mut pairs: QueryPairs, leaving: UserId) -> Result<Estate, ApiError> {
    let new_owner = match pairs.take("transfer_to").map(|text| text.parse::<UserId>()) {
        None => None,
        Some(Ok(new_owner)) if new_owner != leaving => Some(new_owner),
        Some(Ok(_)) => {
            return Err(ApiError::BadQuery("Choose another user than the one you are deleting."));
        }
        Some(Err(_)) => return Err(ApiError::BadQuery("Use a user's ID as transfer_to.")),
    };
    let with_credentials = pairs.flag("with_credentials")?;
    pairs.finish()?;
    match (new_owner, with_credentials) {
        (None, false) => Ok(Estate::None),
        (Some(new_owner), false) => Ok(Estate::TransferTo(new_owner)),
        (None, true) => Ok(Estate::WithCredentials),
        (Some(_), true) => Err(ApiError::BadQuery("Send transfer_to or with_credentials, not both.")),
    }
}
