//! Reading the inputs of the credential routes.

use contract::api::Patch;
use contract::credentials::{CreateCredential, UpdateCredential};
use contract::secret_text::is_secret_in_address;

use crate::destination::AllowedHost;
use crate::http::{ApiError, Fields};
use crate::references::MAX_ENTRIES;

/// The largest value, in bytes.
pub(super) const MAX_VALUE_BYTES: usize = 64 * 1024;
const PASTE: &str = "Paste the secret.";

/// Body of `POST /credentials`.
pub(super) fn create(mut fields: Fields) -> Result<CreateCredential, ApiError> {
    let name = fields.name("name");
    let value = fields.secret("value", MAX_VALUE_BYTES, PASTE);
    let hosts = hosts(&mut fields);
    let input = match (name, value) {
        (Some(name), Some(value)) => Some(CreateCredential {
            name,
            value,
            allowed_hosts: hosts.apply_to(None).unwrap_or_default(),
        }),
        _ => None,
    };
    fields.into_result(input)
}

/// Body of `PATCH /credentials/{id}`.
pub(super) fn update(mut fields: Fields) -> Result<UpdateCredential, ApiError> {
    let input = UpdateCredential {
        name: fields.patch_name("name"),
        value: fields.patch_secret("value", MAX_VALUE_BYTES, PASTE),
        allowed_hosts: hosts(&mut fields),
    };
    fields.into_result(Some(input))
}

fn hosts(fields: &mut Fields) -> Patch<Vec<String>> {
    match fields.patch_list("allowed_hosts", MAX_ENTRIES, "bad-host", entry) {
        Patch::Absent => Patch::Absent,
        Patch::Null => Patch::Null,
        Patch::Set(mut hosts) => {
            let mut seen = std::collections::HashSet::new();
            hosts.retain(|host| seen.insert(host.clone()));
            Patch::Set(hosts.iter().map(|host| host.as_str().to_owned()).collect())
        }
    }
}

/// An allowed destination. Entries are shown to everybody, so a secret in one is refused.
fn entry(text: &str) -> Result<AllowedHost, String> {
    if is_secret_in_address(text) || text.split(['/', ':', '@']).any(contract::names::looks_like_secret) {
        return Err("This looks like a secret. Put it in Value instead.".to_owned());
    }
    AllowedHost::parse(text).map_err(|fault| fault.to_string())
}
