//! Reading the inputs of the credential routes.

use app::api::Patch;
use app::credentials::{CreateCredential, UpdateCredential};

use crate::destination::{AllowedHost, DestinationFault};
use crate::http::{ApiError, Fields};

/// The largest value, in bytes.
pub(super) const MAX_VALUE_BYTES: usize = 64 * 1024;
/// The longest list of hosts.
const MAX_HOSTS: usize = 64;
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
            allowed_hosts: hosts.over(None).unwrap_or_default(),
        }),
        _ => None,
    };
    fields.finish(input)
}

/// Body of `PATCH /credentials/{id}`.
pub(super) fn update(mut fields: Fields) -> Result<UpdateCredential, ApiError> {
    let input = UpdateCredential {
        name: fields.patch_name("name"),
        value: fields.patch_secret("value", MAX_VALUE_BYTES, PASTE),
        allowed_hosts: hosts(&mut fields),
    };
    fields.finish(Some(input))
}

fn hosts(fields: &mut Fields) -> Patch<Vec<String>> {
    let parse = |text: &str| AllowedHost::parse(text).map_err(HostFault);
    match fields.patch_list("allowed_hosts", MAX_HOSTS, "bad-host", parse) {
        Patch::Absent => Patch::Absent,
        Patch::Null => Patch::Null,
        Patch::Set(mut hosts) => {
            let mut seen = std::collections::HashSet::new();
            hosts.retain(|host| seen.insert(host.clone()));
            Patch::Set(hosts.iter().map(|host| host.as_str().to_owned()).collect())
        }
    }
}

/// The faults of an address, worded for a host.
struct HostFault(DestinationFault);

impl std::fmt::Display for HostFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            DestinationFault::Metadata => self.0.fmt(f),
            _ => f.write_str("Enter a host, or host:port, without https:// and without a path, e.g. mcp.example.com or 127.0.0.1:8080."),
        }
    }
}
